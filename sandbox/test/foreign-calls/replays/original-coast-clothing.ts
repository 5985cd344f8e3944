import { SENT, SET } from './answers.ts'
import type { Replay } from '../replay.ts'

const SEND = '/v11.0/me/messages?access_token={{pageToken}}'
const PROFILE = '/v11.0/me/messenger_profile?access_token={{pageToken}}'
const to = (message: object) => ({ recipient: { id: '{{psid}}' }, message })
const choices = ['Outfits', 'Help', 'Launch'].map((title) => ({
  content_type: 'text',
  title,
  payload: title,
}))
const menu = [
  { title: 'Orders', type: 'postback', payload: 'TRACK_ORDER' },
  { type: 'web_url', title: 'Shop', url: 'https://shop.example', webview_height_ratio: 'full' },
]
const card = (more: object) => ({
  attachment: {
    type: 'template',
    payload: {
      template_type: 'generic',
      elements: [{ image_url: 'https://a.example/1.png', title: 'Order', ...more }],
    },
  },
})

/** Meta's sample bot: JSON at v11.0, the token in the query; other calls have everything in the query. Its texts are shortened, not its greetings. */
export const originalCoastClothing: Replay = {
  client: "Meta's bot Original Coast Clothing (Node)",
  headers: {
    accept: '*/*',
    'user-agent': 'node-fetch/1.0 (+https://github.com/bitinn/node-fetch)',
    'accept-encoding': 'gzip,deflate',
  },
  calls: [
    {
      title: 'whitelisted domains',
      method: 'POST',
      path: PROFILE,
      json: { whitelisted_domains: ['https://bot.example', 'https://shop.example'] },
      expected: SET,
    },
    {
      title: 'Get Started, greetings of up to 260 characters and menus in one call',
      method: 'POST',
      path: PROFILE,
      json: {
        get_started: { payload: 'GET_STARTED' },
        greeting: [
          { locale: 'default', text: `{{user_first_name}}${'x'.repeat(179)}` },
          { locale: 'de_DE', text: 'x'.repeat(260) },
        ],
        persistent_menu: ['default', 'de_DE'].map((locale) => ({
          locale,
          composer_input_disabled: false,
          call_to_actions: menu,
        })),
      },
      expected: SET,
    },
    { title: 'personas', path: '/v11.0/me/personas?access_token={{pageToken}}', expected: { data: [] } },
    {
      title: 'a persona',
      method: 'POST',
      path: '/v11.0/me/personas?access_token={{pageToken}}',
      json: { name: 'Jorge', profile_picture_url: 'https://bot.example/personas/sales.jpg' },
      expected: { id: /^\d+$/ },
    },
    {
      title: 'built-in NLP',
      method: 'POST',
      path: '/v11.0/me/nlp_configs?access_token={{pageToken}}&nlp_enabled=true',
      expected: { success: true },
    },
    {
      title: 'a profile, with spaces between its fields',
      path: '/v11.0/{{psid}}?access_token={{pageToken}}&fields=first_name%2C+last_name%2C+gender%2C+locale%2C+timezone',
      expected: { first_name: 'Vera', last_name: 'Visitor' },
    },
    { title: 'a text', method: 'POST', path: SEND, json: to({ text: 'Welcome' }), expected: SENT },
    {
      title: 'quick replies',
      method: 'POST',
      path: SEND,
      json: to({ text: 'How can we help?', quick_replies: choices }),
      expected: SENT,
    },
    {
      title: 'a card with an empty subtitle',
      method: 'POST',
      path: SEND,
      json: to(card({ subtitle: '' })),
      expected: SENT,
    },
    {
      title: 'a card with buttons',
      method: 'POST',
      path: SEND,
      json: to(
        card({
          subtitle: 'Summer',
          buttons: [
            { type: 'web_url', title: 'Shop', url: 'https://shop.example/1', messenger_extensions: true },
            { type: 'postback', title: 'Other', payload: 'CURATION_OTHER_STYLE' },
          ],
        }),
      ),
      expected: SENT,
    },
  ],
}
