import { SENT, SET } from './answers.ts'
import type { Replay } from '../replay.ts'

/** JSON bodies at v2.12, the token and its proof in the query. */
export const fbmessenger: Replay = {
  client: 'fbmessenger 6.0.0 (Python)',
  headers: { 'user-agent': 'python-requests/2.28.1', accept: '*/*', 'accept-encoding': 'gzip, deflate' },
  calls: [
    {
      title: 'get_user_data',
      path: '/v2.12/{{psid}}?fields=first_name%2Clast_name%2Cprofile_pic%2Clocale%2Ctimezone%2Cgender&access_token={{pageToken}}&appsecret_proof={{proof}}',
      expected: { first_name: 'Vera', last_name: 'Visitor', profile_pic: /^http/, id: '{{psid}}' },
    },
    {
      title: 'get_user_data with fields',
      path: '/v2.12/{{psid}}?fields=first_name%2Cprofile_pic&access_token={{pageToken}}&appsecret_proof={{proof}}',
      expected: { first_name: 'Vera', profile_pic: /^http/, id: '{{psid}}' },
    },
    {
      title: 'send text',
      method: 'POST',
      path: '/v2.12/me/messages?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: {
        messaging_type: 'RESPONSE',
        notification_type: 'REGULAR',
        recipient: { id: '{{psid}}' },
        message: { text: 'from fbmessenger' },
      },
      expected: SENT,
    },
    {
      title: 'send elements.Text with quick replies',
      method: 'POST',
      path: '/v2.12/me/messages?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: {
        messaging_type: 'RESPONSE',
        notification_type: 'REGULAR',
        recipient: { id: '{{psid}}' },
        message: { text: 'Pick', quick_replies: [{ content_type: 'text', title: 'A', payload: 'a' }] },
      },
      expected: SENT,
    },
    {
      title: 'send with a tag',
      method: 'POST',
      path: '/v2.12/me/messages?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: {
        messaging_type: 'MESSAGE_TAG',
        notification_type: 'REGULAR',
        recipient: { id: '{{psid}}' },
        message: { text: 'hi' },
        tag: 'HUMAN_AGENT',
      },
      expected: SENT,
    },
    {
      title: 'send an image',
      method: 'POST',
      path: '/v2.12/me/messages?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: {
        messaging_type: 'RESPONSE',
        notification_type: 'SILENT_PUSH',
        recipient: { id: '{{psid}}' },
        message: {
          attachment: { type: 'image', payload: { url: 'https://a.example/1.png', is_reusable: 'true' } },
        },
      },
      expected: { recipient_id: '{{psid}}', message_id: /^m_/, attachment_id: /^\d+$/ },
    },
    {
      title: 'send a button template',
      method: 'POST',
      path: '/v2.12/me/messages?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: {
        messaging_type: 'RESPONSE',
        notification_type: 'REGULAR',
        recipient: { id: '{{psid}}' },
        message: {
          attachment: {
            type: 'template',
            payload: {
              template_type: 'button',
              text: 'Choose',
              buttons: [
                { type: 'postback', title: 'Hours', payload: 'hours' },
                { type: 'web_url', title: 'Site', url: 'https://a.example/', webview_height_ratio: 'tall' },
              ],
            },
          },
        },
      },
      expected: SENT,
    },
    {
      title: 'send a generic template',
      method: 'POST',
      path: '/v2.12/me/messages?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: {
        messaging_type: 'RESPONSE',
        notification_type: 'REGULAR',
        recipient: { id: '{{psid}}' },
        message: {
          attachment: {
            type: 'template',
            payload: {
              template_type: 'generic',
              elements: [
                {
                  title: 'Bread',
                  image_url: 'https://a.example/1.png',
                  subtitle: 'rye',
                  buttons: [{ type: 'postback', title: 'Hours', payload: 'hours' }],
                },
              ],
              sharable: false,
            },
          },
        },
      },
      expected: SENT,
    },
    {
      title: 'send a receipt',
      method: 'POST',
      path: '/v2.12/me/messages?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: {
        messaging_type: 'RESPONSE',
        notification_type: 'REGULAR',
        recipient: { id: '{{psid}}' },
        message: {
          attachment: {
            type: 'template',
            payload: {
              template_type: 'receipt',
              recipient_name: 'Vera',
              order_number: '1',
              order_url: null,
              currency: 'EUR',
              timestamp: '1428444852',
              payment_method: 'Visa',
              summary: { subtotal: 6, shipping_cost: 1, total_tax: 1, total_cost: 8 },
              address: {
                street_1: 'A 1',
                street_2: '',
                city: 'B',
                postal_code: '1',
                state: 'C',
                country: 'DE',
              },
              adjustments: [{ name: 'New', amount: 1 }],
              elements: [
                {
                  title: 'Bread',
                  image_url: 'https://a.example/1.png',
                  subtitle: 'rye',
                  quantity: 2,
                  price: 3,
                  currency: 'EUR',
                },
              ],
              sharable: false,
            },
          },
        },
      },
      expected: SENT,
    },
    {
      title: 'send_action',
      method: 'POST',
      path: '/v2.12/me/messages?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: { recipient: { id: '{{psid}}' }, sender_action: 'typing_on' },
      expected: { recipient_id: '{{psid}}' },
    },
    {
      title: 'subscribe_app_to_page',
      method: 'POST',
      path: '/v2.12/me/subscribed_apps?access_token={{pageToken}}&appsecret_proof={{proof}}',
      expected: { error: { message: '(#100) The parameter subscribed_fields is required' } },
      refused: '100',
    },
    {
      title: 'set_messenger_profile',
      method: 'POST',
      path: '/v2.12/me/messenger_profile?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: { get_started: { payload: 'start' }, greeting: [{ locale: 'default', text: 'Hi' }] },
      expected: SET,
    },
    {
      title: 'set_messenger_profile with a menu',
      method: 'POST',
      path: '/v2.12/me/messenger_profile?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: {
        persistent_menu: [
          { locale: 'default', call_to_actions: [{ type: 'postback', title: 'Hours', payload: 'hours' }] },
        ],
      },
      expected: SET,
    },
    {
      title: 'delete_persistent_menu',
      method: 'DELETE',
      path: '/v2.12/me/messenger_profile?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: { fields: ['persistent_menu'] },
      expected: SET,
    },
    {
      title: 'delete_get_started',
      method: 'DELETE',
      path: '/v2.12/me/messenger_profile?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: { fields: ['get_started'] },
      expected: SET,
    },
    {
      title: 'update_whitelisted_domains',
      method: 'POST',
      path: '/v2.12/me/messenger_profile?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: { whitelisted_domains: ['https://a.example/'] },
      expected: SET,
    },
    {
      title: 'remove_whitelisted_domains',
      method: 'DELETE',
      path: '/v2.12/me/messenger_profile?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: { fields: ['whitelisted_domains'] },
      expected: SET,
    },
    {
      title: 'link_account',
      method: 'POST',
      path: '/v2.12/me?fields=recipient&account_linking_token=x&access_token={{pageToken}}&appsecret_proof={{proof}}',
    },
    {
      title: 'unlink_account',
      method: 'POST',
      path: '/v2.12/me/unlink_accounts?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: { psid: '{{psid}}' },
      expected: { result: 'unlink account success' },
    },
    {
      title: 'upload_attachment',
      method: 'POST',
      path: '/v2.12/me/message_attachments?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: {
        message: {
          attachment: { type: 'image', payload: { url: 'https://a.example/1.png', is_reusable: 'true' } },
        },
      },
      expected: { attachment_id: /^\d+$/ },
    },
  ],
}
