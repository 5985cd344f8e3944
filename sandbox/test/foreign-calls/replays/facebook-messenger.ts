import { DONE, SENT, SET } from './answers.ts'
import type { Replay } from '../replay.ts'

const SEND = '/v20.0/me/messages?access_token={{pageToken}}&appsecret_proof={{proof}}'
const PROFILE = '/v20.0/me/messenger_profile?access_token={{pageToken}}'
const to = (more: object) => ({ recipient: { id: '{{psid}}' }, ...more })

/** The gem of Messenger: JSON at v20.0, the token of a subscription in its body, a profile deleted with a body. */
export const facebookMessenger: Replay = {
  client: 'facebook-messenger 2.1.2 (Ruby)',
  headers: {
    'content-type': 'application/json',
    'accept-encoding': 'gzip;q=1.0,deflate;q=0.6,identity;q=0.3',
    accept: '*/*',
    'user-agent': 'Ruby',
  },
  calls: [
    {
      title: 'Subscriptions.subscribe',
      method: 'POST',
      path: '/v20.0/me/subscribed_apps',
      json: { access_token: '{{pageToken}}', subscribed_fields: ['messages', 'messaging_postbacks', 'feed'] },
      expected: DONE,
    },
    {
      title: 'Subscriptions.subscribe without fields',
      method: 'POST',
      path: '/v20.0/me/subscribed_apps',
      json: { access_token: '{{pageToken}}', subscribed_fields: [] },
      refused: '100',
    },
    {
      title: 'Bot.deliver, a text',
      method: 'POST',
      path: SEND,
      json: to({ message: { text: 'Human?' }, messaging_type: 'RESPONSE' }),
      expected: SENT,
    },
    {
      title: 'Bot.deliver, buttons',
      method: 'POST',
      path: SEND,
      json: to({
        message: {
          attachment: {
            type: 'template',
            payload: {
              template_type: 'button',
              text: 'Human, do you like me?',
              buttons: [{ type: 'postback', title: 'Yes', payload: 'HARMLESS' }],
            },
          },
        },
      }),
      expected: SENT,
    },
    {
      title: 'Bot.deliver, a sender action',
      method: 'POST',
      path: SEND,
      json: to({ sender_action: 'typing_on' }),
      expected: { recipient_id: '{{psid}}' },
    },
    {
      title: 'Bot.deliver, a tag',
      method: 'POST',
      path: SEND,
      json: to({ message: { text: 'x' }, messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' }),
      expected: SENT,
    },
    {
      title: 'Bot.deliver to another person',
      method: 'POST',
      path: SEND,
      json: { recipient: { id: '1' }, message: { text: 'x' } },
      refused: '100/2018001',
    },
    {
      title: 'Profile.set',
      method: 'POST',
      path: PROFILE,
      json: {
        greeting: [{ locale: 'default', text: 'Welcome to your new bot overlord!' }],
        get_started: { payload: 'GET_STARTED_PAYLOAD' },
        persistent_menu: [
          {
            locale: 'default',
            composer_input_disabled: true,
            call_to_actions: [{ type: 'postback', title: 'Help', payload: 'HELP' }],
          },
        ],
      },
      expected: SET,
    },
    {
      title: 'Profile.unset',
      method: 'DELETE',
      path: PROFILE,
      json: { fields: ['persistent_menu', 'get_started', 'greeting'] },
      expected: SET,
    },
    {
      title: 'Bot.reply_to_comment',
      method: 'POST',
      path: '/v20.0/{{commentId}}/comments?access_token={{pageToken}}&appsecret_proof={{proof}}',
      json: { message: 'Thank you' },
      expected: { id: /^\d+_\d+$/ },
    },
    {
      title: 'Subscriptions.unsubscribe',
      method: 'DELETE',
      path: '/v20.0/me/subscribed_apps?access_token={{pageToken}}',
      expected: DONE,
    },
  ],
}
