import t from 'tap'
import { isJsonObject, parseJson } from '../../src/base/json.ts'
import { normalise } from '../helpers/normalise.ts'
import { readRecorded } from '../helpers/recorded.ts'

/** One recording of each kind, old and new, with what is to be read of it. */
const READ: Record<string, object> = {
  'bottender-event--quick-reply-message': {
    kind: 'message',
    text: 'Red',
    quickReply: 'DEVELOPER_DEFINED_PAYLOAD_FOR_PICKING_RED',
  },
  'meta-docs--message-reply-to-self-flag': { replyToMid: 'm_1fTq8oLumEyIp3Q2MR-aY7IfLZDamVrALniheU' },
  'meta-docs--message-attachment-audio': {
    attachments: [{ type: 'audio', url: 'https://cdn.example.com/audio' }],
  },
  'meta-docs--message-attachment-reel': {
    attachments: [{ type: 'reel', url: 'https://cdn.example.com/reel' }],
  },
  'meta-docs--message-attachment-post': {
    attachments: [{ type: 'post', url: 'https://cdn.example.com/post' }],
  },
  'bottender-event--location-message': {
    attachments: [{ type: 'location', url: null, payload: { coordinates: { lat: 0, long: 0 } } }],
  },
  'bottender-event--like-sticker-message': { stickerId: '369239263222822' },
  'meta-docs--message-sticker-transition-both-types': { stickerId: '767226160478561', text: null },
  'meta-docs--message-edit-string-count': {
    kind: 'message_edit',
    mid: 'm_edited',
    text: 'edited text',
    numEdit: 1,
  },
  'meta-docs--standby-echo-media-template': {
    kind: 'echo',
    standby: true,
    psid: '6453987164692111',
    appId: '1517776481860111',
    attachments: [{ type: 'template', payload: { template_type: 'media' } }],
  },
  'meta-docs--delivery-without-mids': { kind: 'delivery', mids: [] },
  'meta-docs--read': { kind: 'read', watermarkMs: 1_458_668_856_253 },
  'meta-docs--reaction-react': { kind: 'reaction', action: 'react', reaction: 'love', mid: 'm_reacted_to' },
  'bottender-event--reaction-unreact': { action: 'unreact', reaction: 'smile' },
  'bottender-event--postback-referral': { kind: 'postback', referral: { type: 'OPEN_THREAD' } },
  'bottender-event--link-referral': { kind: 'referral', referral: { ref: 'aaaa', source: 'SHORTLINK' } },
  'messenger4j--ad-referral-event': {
    kind: 'referral',
    referral: { source: 'ADS', adId: '<ID OF THE AD>', ad: null },
  },
  'bottender-event--optin': { kind: 'optin', ref: 'PASS_THROUGH_PARAM', notifications: null },
  'meta-docs--optin-notification-messages-string-timestamps': {
    kind: 'optin',
    timestampMs: 1_687_255_200_000,
    notifications: {
      token: '6012345678901234567',
      frequency: 'DAILY',
      timeZone: 'America/Los_Angeles',
      tokenExpiresMs: 1_702_807_200_000,
      tokenStatus: 'REFRESHED',
      status: 'RESUME_NOTIFICATIONS',
      title: 'TITLE',
    },
  },
  'bottender-event--take-thread-control': {
    kind: 'take_thread_control',
    psid: '404217156637689',
    previousOwnerAppId: '123456789',
    newOwnerAppId: null,
  },
  'bottender-event--request-thread-control-from-inbox': {
    kind: 'request_thread_control',
    requestedOwnerAppId: '263902037430900',
  },
  'bottender-event--app-roles': { kind: 'app_roles', psid: null, roles: { 123456789: ['automation'] } },
  'bottender-event--policy-enforcement': { kind: 'policy_enforcement', psid: null, action: 'block' },
  'bottender-event--account-linking-linked': {
    kind: 'account_linking',
    status: 'linked',
    authorizationCode: 'PASS_THROUGH_AUTHORIZATION_CODE',
  },
  'meta-docs--messaging-feedback': {
    kind: 'messaging_feedback',
    screens: [
      {
        screenId: '0',
        questions: [
          {
            id: 'hauydmns8',
            type: 'csat',
            answer: '5',
            followUp: { type: 'free_form', answer: 'I am very satisfied!' },
          },
        ],
      },
    ],
  },
  'meta-docs--response-feedback-good': {
    kind: 'response_feedback',
    feedback: 'Good response',
    mid: 'm_rated',
  },
  'bottender-event--game-play': { kind: 'game_play', contextType: 'SOLO', score: 99, locale: null },
  'meta-docs--send-cart-order': {
    kind: 'order',
    products: [
      {
        id: '123',
        retailerId: 'retailer_id_1',
        name: 'name1',
        unitPrice: 11,
        currency: 'THB',
        quantity: 1,
      },
      { id: '456', quantity: 2 },
    ],
    note: 'foobar',
  },
  'jgorset--leadgen': { kind: 'change', field: 'leadgen', value: { leadgen_id: '798522598540294' } },
}

const { bodies, skip } = readRecorded()

t.test('a recording of each kind is read with its fields', { skip }, async (t) => {
  for (const [name, typed] of Object.entries(READ)) {
    const callback = parseJson(bodies.get(`${name}.json`)?.toString() ?? 'null')
    const events = normalise(isJsonObject(callback) ? callback['entry'] : undefined, 1)
    t.match(events, [typed], name)
    t.equal(events.length, 1, name)
  }
})
