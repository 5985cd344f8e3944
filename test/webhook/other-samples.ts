import { NO_REFERRAL, type Samples } from './sample-facts.ts'

/** Of what happens besides. */
export const OTHER_SAMPLES = {
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
} satisfies Partial<Samples>
