import { SENT, SET } from './answers.ts'
import type { Replay, Sent } from '../replay.ts'

/** Of its every call: the token and its proof stand in the JSON of the body, for a deletion, too. */
const post = (
  title: string,
  edge: string,
  json: object,
  more: Pick<Sent, 'expected' | 'refused' | 'method'> = { expected: SENT },
): Sent => ({
  title,
  method: 'POST',
  path: `/v2.12/me/${edge}`,
  json: { ...json, access_token: '{{pageToken}}', appsecret_proof: '{{proof}}' },
  ...more,
})
const message = (text: object) => ({
  recipient: { id: '{{psid}}' },
  message: text,
  messaging_type: 'RESPONSE',
})
const template = (payload: object) => message({ attachment: { type: 'template', payload } })
const profile = { expected: SET }
const gone = { ...profile, method: 'DELETE' } as const

const part = {
  method: 'POST',
  relative_url: 'me/messages',
  body: 'recipient%5Bid%5D={{psid}}&message%5Btext%5D=one&messaging_type=RESPONSE',
}

/** Cards have the address that `default_action` replaced, batches the nested form of PHP. */
export const fbMessengerPhp: Replay = {
  client: 'fb-messenger-php 1.2.3 (PHP)',
  headers: { accept: '*/*', 'content-type': 'application/json' },
  calls: [
    post('send, a text', 'messages', message({ text: 'hi' })),
    post(
      'send, a picture',
      'messages',
      message({
        attachment: { type: 'image', payload: { url: 'https://a.example/1.png' } },
      }),
    ),
    post(
      'send, a generic template',
      'messages',
      template({
        template_type: 'generic',
        elements: [
          {
            title: 'First item',
            subtitle: 'Item description',
            item_url: '',
            image_url: 'https://a.example/1.png',
            buttons: [{ type: 'postback', title: 'First button', payload: 'First button' }],
          },
          { title: 'Second item', subtitle: 'b', item_url: 'https://a.example/', image_url: null },
        ],
      }),
    ),
    post(
      'send, a receipt',
      'messages',
      template({
        template_type: 'receipt',
        recipient_name: 'Fox Brown',
        order_number: 74_215,
        currency: 'USD',
        payment_method: 'VISA',
        order_url: 'https://a.example/order',
        timestamp: 1_798_000_000,
        elements: [
          {
            title: 'First item',
            subtitle: 'Item description',
            image_url: null,
            quantity: 1,
            price: 300,
            currency: 'USD',
          },
        ],
        address: {
          country: 'US',
          state: 'CA',
          postal_code: 94_025,
          city: 'Menlo Park',
          street_1: '1 Hacker Way',
          street_2: '',
        },
        summary: { subtotal: 300, shipping_cost: 0, total_tax: 0, total_cost: 300 },
        adjustments: [{ name: 'New customer discount', amount: 10 }],
      }),
    ),
    post(
      'send, a list template, which ended in 2019',
      'messages',
      template({
        template_type: 'list',
        elements: [{ title: 'a', subtitle: 'b', item_url: '', image_url: '' }],
      }),
      { refused: '100' },
    ),
    {
      title: 'batch',
      method: 'POST',
      path: '/v2.12/',
      json: {
        batch: JSON.stringify([part, part]),
        access_token: '{{pageToken}}',
        appsecret_proof: '{{proof}}',
      },
      expected: [{ code: 200 }, { code: 200 }],
    },
    post(
      'upload',
      'message_attachments',
      {
        message: {
          attachment: { type: 'image', payload: { url: 'https://a.example/1.png', is_reusable: true } },
        },
      },
      { expected: { attachment_id: /^\d+$/ } },
    ),
    {
      title: 'userProfile',
      path: '/v2.12/{{psid}}?fields=first_name%2Clast_name%2Cprofile_pic&access_token={{pageToken}}&appsecret_proof={{proof}}',
      expected: { first_name: 'Vera', id: '{{psid}}' },
    },
    post('setGetStartedButton', 'messenger_profile', { get_started: { payload: 'GS' } }, profile),
    post(
      'setGreetingText',
      'messenger_profile',
      {
        greeting: [{ locale: 'default', text: 'Hi' }],
      },
      profile,
    ),
    post(
      'setTargetAudience',
      'messenger_profile',
      {
        target_audience: { audience_type: 'custom', countries: { whitelist: ['US'] } },
      },
      profile,
    ),
    post('setDomainWhitelist', 'messenger_profile', { whitelisted_domains: ['https://a.example'] }, profile),
    post(
      'setHomeUrl',
      'messenger_profile',
      {
        home_url: {
          url: 'https://a.example/x',
          webview_height_ratio: 'tall',
          webview_share_button: 'hide',
          in_test: false,
        },
      },
      profile,
    ),
    {
      title: 'getHomeUrl',
      path: '/v2.12/me/messenger_profile?fields=home_url&access_token={{pageToken}}&appsecret_proof={{proof}}',
      expected: { data: [{ home_url: { url: 'https://a.example/x' } }] },
    },
    post('deleteHomeUrl', 'messenger_profile', { fields: ['home_url'] }, gone),
    post('deleteTargetAudience', 'messenger_profile', { fields: ['target_audience'] }, gone),
    post('deleteDomainWhitelist', 'messenger_profile', { fields: ['whitelisted_domains'] }, gone),
    post('deleteGetStartedButton', 'messenger_profile', { fields: ['get_started'] }, gone),
    post('deleteGreetingText', 'messenger_profile', { fields: ['greeting'] }, gone),
    post(
      'setNLP',
      'nlp_configs',
      {
        nlp_enabled: true,
        model: 'ENGLISH',
        custom_token: null,
        verbose: false,
        n_best: 1,
      },
      { expected: { success: true } },
    ),
  ],
}
