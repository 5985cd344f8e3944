import { SENT, SET } from './answers.ts'
import type { Replay } from '../replay.ts'

/** JSON bodies at v2.6, the token and its proof in the query; one of its calls, `send_image`, falls before it is sent. */
export const pymessenger: Replay = {
  client: 'pymessenger (Python)',
  headers: { 'user-agent': 'python-requests/2.28.1', accept: '*/*', 'accept-encoding': 'gzip, deflate' },
  calls: [
    {
      title: 'send_text_message',
      method: 'POST',
      path: '/v2.6/me/messages?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: {
        message: { text: 'from pymessenger' },
        recipient: { id: '{{psid}}' },
        notification_type: 'REGULAR',
      },
      expected: SENT,
    },
    {
      title: 'send_message with notification type',
      method: 'POST',
      path: '/v2.6/me/messages?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: { message: { text: 'hi' }, recipient: { id: '{{psid}}' }, notification_type: 'NO_PUSH' },
      expected: SENT,
    },
    {
      title: 'send_generic_message',
      method: 'POST',
      path: '/v2.6/me/messages?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: {
        message: {
          attachment: {
            type: 'template',
            payload: {
              template_type: 'generic',
              elements: [
                {
                  title: 'Bread',
                  subtitle: 'rye',
                  image_url: 'https://a.example/1.png',
                  buttons: [{ type: 'postback', title: 'Hours', payload: 'hours' }],
                },
              ],
            },
          },
        },
        recipient: { id: '{{psid}}' },
        notification_type: 'REGULAR',
      },
      expected: SENT,
    },
    {
      title: 'send_button_message',
      method: 'POST',
      path: '/v2.6/me/messages?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: {
        message: {
          attachment: {
            type: 'template',
            payload: {
              template_type: 'button',
              text: 'Choose',
              buttons: [{ type: 'postback', title: 'Hours', payload: 'hours' }],
            },
          },
        },
        recipient: { id: '{{psid}}' },
        notification_type: 'REGULAR',
      },
      expected: SENT,
    },
    {
      title: 'send_action',
      method: 'POST',
      path: '/v2.6/me/messages?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: { sender_action: 'typing_on', recipient: { id: '{{psid}}' }, notification_type: 'REGULAR' },
      expected: { recipient_id: '{{psid}}' },
    },
    {
      title: 'send_image_url',
      method: 'POST',
      path: '/v2.6/me/messages?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: {
        message: { attachment: { type: 'image', payload: { url: 'https://a.example/1' } } },
        recipient: { id: '{{psid}}' },
        notification_type: 'REGULAR',
      },
      expected: SENT,
    },
    {
      title: 'send_audio_url',
      method: 'POST',
      path: '/v2.6/me/messages?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: {
        message: { attachment: { type: 'audio', payload: { url: 'https://a.example/1' } } },
        recipient: { id: '{{psid}}' },
        notification_type: 'REGULAR',
      },
      expected: SENT,
    },
    {
      title: 'send_video_url',
      method: 'POST',
      path: '/v2.6/me/messages?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: {
        message: { attachment: { type: 'video', payload: { url: 'https://a.example/1' } } },
        recipient: { id: '{{psid}}' },
        notification_type: 'REGULAR',
      },
      expected: SENT,
    },
    {
      title: 'send_file_url',
      method: 'POST',
      path: '/v2.6/me/messages?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: {
        message: { attachment: { type: 'file', payload: { url: 'https://a.example/1' } } },
        recipient: { id: '{{psid}}' },
        notification_type: 'REGULAR',
      },
      expected: SENT,
    },
    {
      title: 'get_user_info',
      path: '/v2.6/{{psid}}?fields=first_name%2Clast_name&access_token={{pageToken}}&appsecret_proof={{proof}}',
      expected: { first_name: 'Vera', last_name: 'Visitor', id: '{{psid}}' },
    },
    {
      title: 'set_get_started',
      method: 'POST',
      path: '/v2.6/me/messenger_profile?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: { get_started: { payload: 'start' } },
      expected: SET,
    },
    {
      title: 'set_persistent_menu',
      method: 'POST',
      path: '/v2.6/me/messenger_profile?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: {
        persistent_menu: [
          {
            locale: 'default',
            composer_input_disabled: false,
            call_to_actions: [{ type: 'postback', title: 'Hours', payload: 'hours' }],
          },
        ],
      },
      expected: SET,
    },
    {
      title: 'remove_persistent_menu',
      method: 'DELETE',
      path: '/v2.6/me/messenger_profile?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: { fields: ['persistent_menu'] },
      expected: SET,
    },
    {
      title: 'remove_get_started',
      method: 'DELETE',
      path: '/v2.6/me/messenger_profile?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: { fields: ['get_started'] },
      expected: SET,
    },
  ],
}
