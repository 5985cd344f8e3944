import type { Json } from '../../src/base/json.ts'
import type { EventBase, EventKind, EventOf } from '../../src/webhook/events.ts'

export const PAGE = '100'
export const VISITOR = '700'
export const WHEN = 1_767_225_600_123

/** The item beyond its envelope, and all that is read of it. */
type Samples = { [K in EventKind]: [item: object, typed: Omit<EventOf<K>, keyof EventBase>][] }

const NO_REFERRAL = {
  ref: null,
  source: null,
  type: null,
  adId: null,
  refererUri: null,
  productId: null,
  ad: null,
}
const SAID: Omit<EventOf<'message'>, keyof EventBase> = {
  kind: 'message',
  mid: 'm',
  text: null,
  quickReply: null,
  attachments: [],
  stickerId: null,
  replyToMid: null,
  referral: null,
  commands: [],
}
const attached = (type: string, payload: Record<string, Json>) => ({
  ...SAID,
  attachments: [
    {
      type,
      url: (payload['url'] ?? null) as string | null,
      title: (payload['title'] ?? null) as string | null,
      payload,
    },
  ],
})
const sent = (type: string, payload: object) => ({ message: { mid: 'm', attachments: [{ type, payload }] } })

const REEL = { url: 'https://x.y/r', title: 'R', reel_video_id: 123 }
const BOOKING = { booking_id: 'b1', status: 'requested', start_time: 1739612400, timezone: 'Europe/Paris' }
const PRODUCT = { product: { elements: [{ id: '1', retailer_id: 'S1', title: 'T', subtitle: '$40' }] } }

/** The compiler asks for every kind there is; each with all of its fields, absent ones included. */
export const SAMPLES: Samples = {
  // Made by the console alone.
  operator: [],
  message: [
    [{ message: { mid: 'm', text: 'hi' } }, { ...SAID, text: 'hi' }],
    [
      { message: { mid: 'm', text: 'Green', quick_reply: { payload: 'G' } } },
      { ...SAID, text: 'Green', quickReply: 'G' },
    ],
    [
      { message: { mid: 'm', text: 'yes', reply_to: { mid: 'm_0' } } },
      { ...SAID, text: 'yes', replyToMid: 'm_0' },
    ],
    [{ message: { mid: 'm', commands: [{ name: 'flights' }] } }, { ...SAID, commands: ['flights'] }],
    [{ message: { mid: 'm' } }, SAID],
    [{ message: { mid: 'm', text: '', quick_reply: { payload: '' } } }, SAID],
    [{ message: { mid: 'm', text: 'Hours', quick_reply: { payload: ' ' } } }, { ...SAID, text: 'Hours' }],
    [sent('reel', REEL), attached('reel', REEL)],
    [sent('appointment_booking', BOOKING), attached('appointment_booking', BOOKING)],
    [sent('template', PRODUCT), attached('template', PRODUCT)],
    [sent('sticker', { sticker_id: 7 }), { ...attached('sticker', { sticker_id: 7 }), stickerId: '7' }],
    [
      { message: { mid: 'm', text: 'hi', referral: { product: { id: 1 } } } },
      { ...SAID, text: 'hi', referral: { ...NO_REFERRAL, productId: '1' } },
    ],
  ],
  echo: [
    [
      {
        sender: { id: PAGE },
        recipient: { id: VISITOR },
        message: { is_echo: true, mid: 'm', app_id: 6, metadata: 'o', text: 'hi' },
      },
      { kind: 'echo', mid: 'm', text: 'hi', appId: '6', metadata: 'o', attachments: [] },
    ],
  ],
  message_deleted: [
    [{ message: { mid: 'm', is_deleted: true } }, { kind: 'message_deleted', mid: 'm' }],
    [{ message: { mid: 'm', text: 'secret', is_deleted: 'true' } }, { kind: 'message_deleted', mid: 'm' }],
  ],
  sample: [
    [
      { sender: { id: '12334' }, recipient: { id: '23245' }, message: { mid: 'test_message_id' } },
      { kind: 'sample', of: 'message' },
    ],
    [
      { sender: { id: 12334 }, recipient: { id: 23245 }, postback: { payload: 'P' } },
      { kind: 'sample', of: 'postback' },
    ],
  ],
  message_edit: [
    [
      { message_edit: { mid: 'm', text: 'new', num_edit: '2' } },
      { kind: 'message_edit', mid: 'm', text: 'new', numEdit: 2 },
    ],
  ],
  delivery: [
    [{ delivery: { watermark: WHEN } }, { kind: 'delivery', mids: [], watermarkMs: WHEN }],
    [{ delivery: { mids: ['a', 7, null] } }, { kind: 'delivery', mids: ['a', '7'], watermarkMs: null }],
  ],
  read: [[{ read: { watermark: String(WHEN) } }, { kind: 'read', watermarkMs: WHEN }]],
  reaction: [
    [
      { reaction: { mid: 'm', action: 'react', reaction: 'love', emoji: '❤️' } },
      { kind: 'reaction', mid: 'm', action: 'react', reaction: 'love', emoji: '❤️' },
    ],
    [
      { reaction: { mid: 'm', action: 'unreact' } },
      { kind: 'reaction', mid: 'm', action: 'unreact', reaction: null, emoji: null },
    ],
  ],
  postback: [
    [
      { postback: { mid: 'p', title: 'Start', payload: 'GO', referral: { ref: 'r1', source: 'SHORTLINK' } } },
      {
        kind: 'postback',
        mid: 'p',
        title: 'Start',
        payload: 'GO',
        referral: { ...NO_REFERRAL, ref: 'r1', source: 'SHORTLINK' },
      },
    ],
    [
      { postback: { title: 'Start' } },
      { kind: 'postback', mid: null, title: 'Start', payload: null, referral: null },
    ],
    [
      { message: 'text', postback: { payload: 'GO' } },
      { kind: 'postback', mid: null, title: null, payload: 'GO', referral: null },
    ],
  ],
  referral: [
    [
      { referral: { ref: 'r', source: 'SHORTLINK', type: 'OPEN_THREAD', referer_uri: 'https://x.y' } },
      {
        kind: 'referral',
        referral: {
          ...NO_REFERRAL,
          ref: 'r',
          source: 'SHORTLINK',
          type: 'OPEN_THREAD',
          refererUri: 'https://x.y',
        },
      },
    ],
    [
      {
        referral: {
          ad_id: 9,
          source: 'ADS',
          ads_context_data: {
            ad_title: 'A',
            photo_url: 'https://p',
            video_url: 'https://v',
            post_id: 5,
            product_id: '1',
            flow_id: '7',
          },
        },
      },
      {
        kind: 'referral',
        referral: {
          ...NO_REFERRAL,
          source: 'ADS',
          adId: '9',
          ad: {
            title: 'A',
            photoUrl: 'https://p',
            videoUrl: 'https://v',
            postId: '5',
            productId: '1',
            flowId: '7',
          },
        },
      },
    ],
  ],
  optin: [
    [
      {
        optin: {
          type: 'notification_messages',
          payload: 'x',
          notification_messages_token: 't',
          notification_messages_frequency: 'DAILY',
          notification_messages_timezone: 'UTC',
          token_expiry_timestamp: '1790000000',
          user_token_status: 'NOT_REFRESHED',
          notification_messages_status: 'STOP NOTIFICATIONS',
          title: 'News',
        },
      },
      {
        kind: 'optin',
        type: 'notification_messages',
        payload: 'x',
        ref: null,
        userRef: null,
        notifications: {
          token: 't',
          frequency: 'DAILY',
          timeZone: 'UTC',
          tokenExpiresMs: 1_790_000_000_000,
          tokenStatus: 'NOT_REFRESHED',
          status: 'STOP NOTIFICATIONS',
          title: 'News',
        },
      },
    ],
    [
      { sender: { user_ref: 'u' }, optin: { ref: 'r' } },
      { kind: 'optin', type: null, payload: null, ref: 'r', userRef: 'u', notifications: null },
    ],
    [
      { sender: null, optin: { user_ref: 'u', one_time_notif_token: 't' } },
      {
        kind: 'optin',
        type: null,
        payload: null,
        ref: null,
        userRef: 'u',
        notifications: {
          token: 't',
          frequency: null,
          timeZone: null,
          tokenExpiresMs: null,
          tokenStatus: null,
          status: null,
          title: null,
        },
      },
    ],
  ],
  pass_thread_control: [
    [
      { pass_thread_control: { previous_owner_app_id: null, new_owner_app_id: 12, metadata: 'm' } },
      { kind: 'pass_thread_control', previousOwnerAppId: null, newOwnerAppId: '12', metadata: 'm' },
    ],
  ],
  take_thread_control: [
    [
      { take_thread_control: { previous_owner_app_id: '263902037430900', new_owner_app_id: '1' } },
      {
        kind: 'take_thread_control',
        previousOwnerAppId: '263902037430900',
        newOwnerAppId: '1',
        metadata: null,
      },
    ],
  ],
  request_thread_control: [
    [
      { request_thread_control: { requested_owner_app_id: 263902037430900, metadata: 'm' } },
      { kind: 'request_thread_control', requestedOwnerAppId: '263902037430900', metadata: 'm' },
    ],
  ],
  app_roles: [
    [
      { sender: null, app_roles: { 600: ['primary_receiver', null], 601: 'x' } },
      { kind: 'app_roles', roles: { 600: ['primary_receiver'], 601: ['x'] } },
    ],
  ],
  policy_enforcement: [
    [
      { sender: null, policy_enforcement: { action: 'block', reason: 'spam' } },
      { kind: 'policy_enforcement', action: 'block', reason: 'spam' },
    ],
    [
      { 'policy-enforcement': { action: 'unblock' } },
      { kind: 'policy_enforcement', action: 'unblock', reason: null },
    ],
  ],
  account_linking: [
    [
      { account_linking: { status: 'linked', authorization_code: 'abc' } },
      { kind: 'account_linking', status: 'linked', authorizationCode: 'abc' },
    ],
    [
      { account_linking: { status: 'unlinked' } },
      { kind: 'account_linking', status: 'unlinked', authorizationCode: null },
    ],
  ],
  messaging_feedback: [
    [
      {
        messaging_feedback: {
          feedback_screens: [
            {
              screen_id: 0,
              questions: {
                q1: { type: 'csat', payload: '5', follow_up: { type: 'free_form', payload: 'ok' } },
                q2: null,
              },
            },
            null,
          ],
        },
      },
      {
        kind: 'messaging_feedback',
        screens: [
          {
            screenId: '0',
            questions: [
              { id: 'q1', type: 'csat', answer: '5', followUp: { type: 'free_form', answer: 'ok' } },
              { id: 'q2', type: null, answer: null, followUp: null },
            ],
          },
          { screenId: null, questions: [] },
        ],
      },
    ],
  ],
  response_feedback: [
    [
      { response_feedback: { feedback: 'Good response', mid: 'm' } },
      { kind: 'response_feedback', feedback: 'Good response', mid: 'm' },
    ],
  ],
  game_play: [
    [
      {
        game_play: {
          game_id: '1',
          player_id: 2,
          locale: 'en_US',
          context_type: 'SOLO',
          context_id: 3,
          score: 10,
          payload: '{}',
        },
      },
      {
        kind: 'game_play',
        gameId: '1',
        playerId: '2',
        locale: 'en_US',
        contextType: 'SOLO',
        contextId: '3',
        score: 10,
        payload: '{}',
      },
    ],
  ],
  customer_information: [
    [
      {
        messaging_customer_information: {
          screens: [{ screen_id: 'Add address', responses: [{ key: 'country', value: 'US' }, 7] }],
        },
      },
      {
        kind: 'customer_information',
        screens: [
          {
            screenId: 'Add address',
            responses: [
              { key: 'country', value: 'US' },
              { key: '', value: null },
            ],
          },
        ],
      },
    ],
  ],
  lead_form: [[{ form: { id: 11 } }, { kind: 'lead_form', formId: '11' }]],
  order: [
    [
      {
        order: {
          products: [
            { id: 1, retailer_id: 'r', name: 'n', unit_price: 11.5, currency: 'THB', quantity: '2' },
            'x',
          ],
          note: '',
        },
      },
      {
        kind: 'order',
        products: [
          { id: '1', retailerId: 'r', name: 'n', unitPrice: 11.5, currency: 'THB', quantity: 2 },
          { id: null, retailerId: null, name: null, unitPrice: null, currency: null, quantity: null },
        ],
        note: '',
      },
    ],
  ],
  coupon: [
    [
      { template: { type: 'coupon', payload: 'x', coupon_code: 'SAVE' } },
      { kind: 'coupon', payload: 'x', couponCode: 'SAVE' },
    ],
  ],
  inbox_label: [],
  change: [],
  unknown: [
    [{ template: { type: 'poster' } }, { kind: 'unknown', keys: ['template'] }],
    [
      { branded_camera: { event: 'dismiss' }, payment: {} },
      { kind: 'unknown', keys: ['branded_camera', 'payment'] },
    ],
    [{ message: null }, { kind: 'unknown', keys: ['message'] }],
  ],
}
