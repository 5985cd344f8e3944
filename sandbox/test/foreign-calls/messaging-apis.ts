import { foreignRequire } from '../foreign-install.ts'
import type { Kind, Surroundings } from './kinds.ts'
import { kindsOf, type Row } from './rows.ts'

type Client = Record<string, (...args: unknown[]) => Promise<Record<string, unknown>>>

const SENT = { recipientId: /^\d+$/, messageId: /^m_/ }
const DONE = { result: 'success' }
const SUCCESS = { success: true }

/** `messaging-api-messenger`: every method it has, at its own default origin. */
export const messagingApis = (world: Surroundings): Kind[] => {
  const { MessengerClient } = foreignRequire('messaging-api-messenger') as {
    MessengerClient: new (config: object) => Client
  }
  const { appId, appSecret, pageId, psid } = world
  const client = new MessengerClient({ accessToken: world.pageToken, appId, appSecret, version: '25.0' })
  const kept: Record<string, string> = {}
  const call =
    (name: string, ...args: unknown[]) =>
    async () =>
      client[name]?.(...args)
  const keep =
    (as: string, field: string, run: () => Promise<Record<string, unknown> | undefined>) => async () => {
      const answer = await run()
      kept[as] = String(answer?.[field])
      return answer
    }
  const late = (name: string, args: () => unknown[]) => async () => client[name]?.(...args())
  const items = [{ type: 'postback', title: 'Hours', payload: 'hours' }]
  const card = { title: 'Bread', subtitle: 'rye', buttons: items }
  const url = 'https://a.example/1.png'
  const bytes = Buffer.from('picture')
  const rows: Row[] = [
    ['getPageInfo', call('getPageInfo'), { id: pageId, name: 'Corner Bakery' }],
    [
      'getPageInfo with fields',
      call('getPageInfo', { fields: ['id', 'name', 'category', 'fan_count'] }),
      { id: pageId },
    ],
    ['debugToken', call('debugToken'), { appId, isValid: true, expiresAt: 0 }],
    [
      'getSubscriptions',
      call('getSubscriptions', { accessToken: `${appId}|${appSecret}` }),
      [{ object: 'page' }],
    ],
    [
      'getPageSubscription',
      call('getPageSubscription', { accessToken: `${appId}|${appSecret}` }),
      { object: 'page' },
    ],
    [
      'createSubscription',
      call('createSubscription', {
        accessToken: `${appId}|${appSecret}`,
        callbackUrl: world.callbackUrl,
        verifyToken: 'verify',
        fields: ['messages', 'messaging_postbacks'],
      }),
      SUCCESS,
    ],
    [
      'createSubscription to nothing there is',
      call('createSubscription', {
        accessToken: `${appId}|${appSecret}`,
        callbackUrl: world.callbackUrl,
        verifyToken: 'verify',
        fields: ['weather'],
      }),
      'fields[0] must be one of',
      '100',
    ],
    [
      'getUserProfile of an unknown person',
      call('getUserProfile', '1'),
      "Object with ID '1' does not exist",
      '100/33',
    ],
    ['getMessagingFeatureReview', call('getMessagingFeatureReview'), [{ feature: 'subscription_messaging' }]],
    [
      'getUserProfile',
      call('getUserProfile', psid),
      { firstName: 'Vera', lastName: 'Visitor', profilePic: /^http/ },
    ],
    [
      'getUserProfile with fields',
      call('getUserProfile', psid, { fields: ['id', 'name'] }),
      { name: 'Vera Visitor' },
    ],
    ['setGetStarted', call('setGetStarted', 'start'), DONE],
    ['getGetStarted', call('getGetStarted'), { payload: 'start' }],
    ['setMessengerProfile', call('setMessengerProfile', { getStarted: { payload: 'start' } }), DONE],
    [
      'getMessengerProfile',
      call('getMessengerProfile', ['get_started']),
      [{ getStarted: { payload: 'start' } }],
    ],
    ['setPersistentMenu', call('setPersistentMenu', items), DONE],
    [
      'setPersistentMenu by locale',
      call('setPersistentMenu', [{ locale: 'default', callToActions: items }]),
      DONE,
    ],
    [
      'setPersistentMenu without composer',
      call('setPersistentMenu', items, { composerInputDisabled: true }),
      DONE,
    ],
    [
      'getPersistentMenu',
      call('getPersistentMenu'),
      [{ locale: 'default', callToActions: [{ title: 'Hours' }] }],
    ],
    ['setUserPersistentMenu', call('setUserPersistentMenu', psid, items), DONE],
    ['getUserPersistentMenu', call('getUserPersistentMenu', psid), [{ locale: 'default' }]],
    ['deleteUserPersistentMenu', call('deleteUserPersistentMenu', psid), DONE],
    ['deletePersistentMenu', call('deletePersistentMenu'), DONE],
    ['setGreeting', call('setGreeting', 'Hi {{user_first_name}}'), DONE],
    ['setGreeting by locale', call('setGreeting', [{ locale: 'default', text: 'Hi' }]), DONE],
    ['getGreeting', call('getGreeting'), [{ text: 'Hi' }]],
    ['deleteGreeting', call('deleteGreeting'), DONE],
    ['setIceBreakers', call('setIceBreakers', [{ question: 'Hours?', payload: 'hours' }]), DONE],
    ['getIceBreakers', call('getIceBreakers'), [{ question: 'Hours?' }]],
    ['deleteIceBreakers', call('deleteIceBreakers'), DONE],
    ['setWhitelistedDomains', call('setWhitelistedDomains', ['https://a.example']), DONE],
    ['getWhitelistedDomains', call('getWhitelistedDomains'), ['https://a.example']],
    ['deleteWhitelistedDomains', call('deleteWhitelistedDomains'), DONE],
    ['setAccountLinkingURL', call('setAccountLinkingURL', 'https://a.example/login'), DONE],
    ['getAccountLinkingURL', call('getAccountLinkingURL'), 'https://a.example/login'],
    ['deleteAccountLinkingURL', call('deleteAccountLinkingURL'), DONE],
    ['deleteGetStarted', call('deleteGetStarted'), DONE],
    ['deleteMessengerProfile', call('deleteMessengerProfile', ['greeting']), DONE],
    ['sendRawBody', call('sendRawBody', { recipient: { id: psid }, message: { text: 'raw' } }), SENT],
    ['sendMessage', call('sendMessage', psid, { text: 'hi' }), SENT],
    ['sendMessage to a recipient', call('sendMessage', { id: psid }, { text: 'hi' }), SENT],
    ['sendMessage to a comment', call('sendMessage', { commentId: world.commentId }, { text: 'hi' }), SENT],
    ['sendMessage with a tag', call('sendMessage', psid, { text: 'hi' }, { tag: 'HUMAN_AGENT' }), SENT],
    [
      'sendText with a removed tag',
      call('sendText', psid, 'hi', { tag: 'ACCOUNT_UPDATE' }),
      'Invalid parameter',
      '100',
    ],
    ['sendText', call('sendText', psid, 'hi'), SENT],
    ['sendText with messaging type', call('sendText', psid, 'hi', { messagingType: 'RESPONSE' }), SENT],
    [
      'sendText with quick replies',
      call('sendText', psid, 'hi', { quickReplies: [{ contentType: 'text', title: 'A', payload: 'a' }] }),
      SENT,
    ],
    [
      'sendText to an unknown recipient',
      call('sendText', '1', 'hi'),
      'No matching user found',
      '100/2018001',
    ],
    ['sendAttachment', call('sendAttachment', psid, { type: 'image', payload: { url } }), SENT],
    ...['Image', 'Audio', 'Video', 'File'].flatMap((type): Row[] => [
      [`send${type} by address`, call(`send${type}`, psid, url), SENT],
      [
        `upload${type} by address`,
        keep(type, 'attachmentId', call(`upload${type}`, url, { isReusable: true })),
        { attachmentId: /^\d+$/ },
      ],
      [`send${type} by id`, late(`send${type}`, () => [psid, { attachmentId: kept[type] }]), SENT],
    ]),
    ['sendImage as a file', call('sendImage', psid, bytes, { filename: 'a.png' }), SENT],
    ['sendFile as a file', call('sendFile', psid, bytes, { filename: 'a.pdf' }), SENT],
    ['sendAudio as a file', call('sendAudio', psid, bytes, { filename: 'a.mp3' }), SENT],
    ['sendVideo as a file', call('sendVideo', psid, bytes, { filename: 'a.mp4' }), SENT],
    ...[
      ['Audio', 'a.mp3'],
      ['Video', 'a.mp4'],
      ['File', 'a.pdf'],
    ].map(([type, filename]): Row => [
      `upload${type} as a file`,
      call(`upload${type}`, bytes, { filename, isReusable: true }),
      { attachmentId: /^\d+$/ },
    ]),
    [
      'uploadImage as a file',
      call('uploadImage', bytes, { filename: 'a.png', isReusable: true }),
      { attachmentId: /^\d+$/ },
    ],
    [
      'uploadAttachment',
      call('uploadAttachment', 'image', url, { isReusable: true }),
      { attachmentId: /^\d+$/ },
    ],
    ['sendTemplate', call('sendTemplate', psid, { templateType: 'generic', elements: [card] }), SENT],
    ['sendButtonTemplate', call('sendButtonTemplate', psid, 'Choose', items), SENT],
    ['sendGenericTemplate', call('sendGenericTemplate', psid, [card]), SENT],
    [
      'sendGenericTemplate in squares',
      call('sendGenericTemplate', psid, [card], { imageAspectRatio: 'square' }),
      SENT,
    ],
    [
      'sendMediaTemplate',
      late('sendMediaTemplate', () => [psid, [{ mediaType: 'image', attachmentId: kept['Image'] }]]),
      SENT,
    ],
    [
      'sendReceiptTemplate',
      call('sendReceiptTemplate', psid, {
        recipientName: 'Vera',
        orderNumber: '1',
        currency: 'EUR',
        paymentMethod: 'Visa',
        orderUrl: 'https://a.example/1',
        timestamp: '1428444852',
        elements: [
          { title: 'Bread', subtitle: 'rye', quantity: 2, price: 3, currency: 'EUR', imageUrl: url },
        ],
        address: { street1: 'A 1', street2: '', city: 'B', postalCode: '1', state: 'C', country: 'DE' },
        summary: { subtotal: 6, shippingCost: 1, totalTax: 1, totalCost: 8 },
        adjustments: [{ name: 'New', amount: 1 }],
      }),
      SENT,
    ],
    ...['AirlineBoardingPass', 'AirlineCheckin', 'AirlineItinerary', 'AirlineUpdate'].map((type): Row => [
      `send${type}Template, which is gone`,
      call(`send${type}Template`, psid, { introMessage: 'x' }),
      'template',
      '100',
    ]),
    [
      'sendOneTimeNotifReqTemplate, which is gone',
      call('sendOneTimeNotifReqTemplate', psid, { title: 'x', payload: 'y' }),
      'template',
      '100',
    ],
    ['sendSenderAction', call('sendSenderAction', psid, 'typing_on'), { recipientId: psid }],
    ['markSeen', call('markSeen', psid), { recipientId: psid }],
    ['typingOn', call('typingOn', psid), { recipientId: psid }],
    ['typingOff', call('typingOff', psid), { recipientId: psid }],
    [
      'sendBatch',
      call('sendBatch', [
        {
          method: 'POST',
          relativeUrl: 'me/messages',
          body: { recipient: { id: psid }, message: { text: 'b' } },
        },
      ]),
      [{ code: 200, body: { recipientId: psid } }],
    ],
    [
      'sendBatch without headers',
      call('sendBatch', [{ method: 'GET', relativeUrl: 'me?fields=name' }], { includeHeaders: false }),
      [{ code: 200, body: { name: 'Corner Bakery' } }],
    ],
    // The omitted part is null, which this client does not expect.
    [
      'sendBatch with omitted answers, over which the client itself falls',
      call('sendBatch', [
        {
          method: 'POST',
          name: 'first',
          relativeUrl: 'me/messages',
          omitResponseOnSuccess: true,
          body: { recipient: { id: psid }, message: { text: 'b' } },
        },
        {
          method: 'POST',
          dependsOn: 'first',
          relativeUrl: 'me/messages',
          body: { recipient: { id: psid }, message: { text: 'c' } },
        },
      ]),
      'got `null`',
    ],
    ['createLabel', keep('label', 'id', call('createLabel', 'VIP')), { id: /^\d+$/ }],
    ['associateLabel', late('associateLabel', () => [psid, kept['label']]), SUCCESS],
    ['getAssociatedLabels', call('getAssociatedLabels', psid), { data: [{ name: 'VIP' }] }],
    [
      'getAssociatedLabels with fields',
      call('getAssociatedLabels', psid, { fields: ['id'] }),
      { data: [{ id: /^\d+$/ }] },
    ],
    [
      'getLabelDetails',
      late('getLabelDetails', () => [kept['label'], { fields: ['id', 'name'] }]),
      { name: 'VIP' },
    ],
    ['getLabelList', call('getLabelList'), { data: [{ name: 'VIP' }] }],
    ['dissociateLabel', late('dissociateLabel', () => [psid, kept['label']]), SUCCESS],
    ['deleteLabel', late('deleteLabel', () => [kept['label']]), SUCCESS],
    [
      'getInsights',
      call('getInsights', ['page_messages_new_conversations_unique']),
      [{ name: 'page_messages_new_conversations_unique', values: [{}] }],
    ],
    [
      'getBlockedConversations',
      call('getBlockedConversations'),
      { name: 'page_messages_blocked_conversations_unique' },
    ],
    [
      'getReportedConversations',
      call('getReportedConversations'),
      { name: 'page_messages_reported_conversations_unique' },
    ],
    ['getTotalMessagingConnections', call('getTotalMessagingConnections'), { values: [{}] }],
    ['getNewConversations', call('getNewConversations'), { values: [{}] }],
    ['setNLPConfigs', call('setNLPConfigs', { nlpEnabled: true, model: 'ENGLISH', nBest: 2 }), SUCCESS],
    ['enableNLP', call('enableNLP'), SUCCESS],
    ['disableNLP', call('disableNLP'), SUCCESS],
    [
      'logCustomEvents',
      call('logCustomEvents', { appId, pageId, pageScopedUserId: psid, events: [{ _eventName: 'x' }] }),
      SUCCESS,
    ],
    ['getIdsForApps', call('getIdsForApps', { userId: psid, appSecret }), { data: [] }],
    ['getIdsForPages', call('getIdsForPages', { userId: psid, appSecret }), { data: [] }],
    [
      'createPersona',
      keep('persona', 'id', call('createPersona', { name: 'John', profilePictureUrl: url })),
      { id: /^\d+$/ },
    ],
    ['getPersona', late('getPersona', () => [kept['persona']]), { name: 'John' }],
    ['getPersonas', call('getPersonas'), { data: [{ name: 'John' }] }],
    ['getAllPersonas', call('getAllPersonas'), [{ name: 'John' }]],
    ['sendText as a persona', late('sendText', () => [psid, 'hi', { personaId: kept['persona'] }]), SENT],
    ['deletePersona', late('deletePersona', () => [kept['persona']]), SUCCESS],
    ['getSecondaryReceivers', call('getSecondaryReceivers'), [{ id: appId }]],
    ['requestThreadControl', call('requestThreadControl', psid), SUCCESS],
    ['takeThreadControl without a default app', call('takeThreadControl', psid), '2534037', '100/2534037'],
    [
      'passThreadControl to an app that is not there',
      call('passThreadControl', psid, '1'),
      'Incorrect App ID.',
      '100/2018164',
    ],
    ['passThreadControlToPageInbox', call('passThreadControlToPageInbox', psid), SUCCESS],
    ['getThreadOwner', call('getThreadOwner', psid), { appId: '263902037430900' }],
    [
      'sendText while another app holds the thread',
      call('sendText', psid, 'hi'),
      'another app is controlling',
      '10/2018300',
    ],
  ]
  return kindsOf(rows)
}
