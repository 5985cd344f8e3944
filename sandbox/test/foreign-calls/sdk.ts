import { foreignRequire } from '../foreign-install.ts'
import type { Kind, Surroundings } from './kinds.ts'
import { kindsOf, type Row } from './rows.ts'

type Plain = Record<string, unknown>
type Node = Record<string, (...args: unknown[]) => Promise<unknown>>
interface Sdk {
  FacebookAdsApi: { init: (token: string) => unknown }
  Page: new (id: string) => Node
  User: new (id: string) => Node
}

/** Meta's own SDK for Node at its fixed origin: what a bot reads and writes beside `sandbox/test/outside/foreign.test.ts`. */
export const businessSdk = (world: Surroundings): Kind[] => {
  const sdk = foreignRequire('facebook-nodejs-business-sdk') as Sdk
  const { pageId, psid } = world
  const as = (token: string) => sdk.FacebookAdsApi.init(token)
  const data = (one: unknown): Plain => (one as { _data?: Plain })._data ?? (one as Plain)
  const page =
    (name: string, ...args: unknown[]) =>
    async () => {
      as(world.pageToken)
      return tidy(await new sdk.Page(pageId)[name]?.(...args))
    }
  const user =
    (name: string, ...args: unknown[]) =>
    async () => {
      as(world.userToken)
      return tidy(await new sdk.User('me')[name]?.(...args))
    }
  const tidy = (answer: unknown): unknown => (Array.isArray(answer) ? [...answer].map(data) : data(answer))
  const to = { recipient: { id: psid }, messaging_type: 'RESPONSE' }
  const MESSAGE = { message_id: /^m_/, recipient_id: psid }
  const rows: Row[] = [
    [
      'page fields',
      page('get', [
        'id',
        'name',
        'category',
        'fan_count',
        'followers_count',
        'link',
        'about',
        'phone',
        'website',
      ]),
      { name: 'Corner Bakery' },
    ],
    ['page picture field', page('get', ['picture']), { picture: { data: { url: /^http/ } } }],
    ['page nonexisting field', page('get', ['colour']), 'nonexisting field (colour)', '100'],
    [
      'messaging_feature_status',
      page('get', ['messaging_feature_status']),
      { messaging_feature_status: { hop_v2: false } },
    ],
    [
      'conversations with snippet',
      page('getConversations', [
        'id',
        'snippet',
        'updated_time',
        'unread_count',
        'message_count',
        'participants',
      ]),
      [{ snippet: /./ }],
    ],
    [
      'conversations nested messages',
      page('getConversations', ['messages.limit(1){message,from}']),
      [{ messages: { data: [{ from: {} }] } }],
    ],
    ['conversations of one person', page('getConversations', ['id'], { user_id: psid }), [{ id: /^t_/ }]],
    [
      'subscribe leadgen',
      page('createSubscribedApp', [], { subscribed_fields: ['leadgen', 'messages', 'feed'] }),
      { success: true },
    ],
    [
      'subscribe nonsense',
      page('createSubscribedApp', [], { subscribed_fields: ['weather'] }),
      'subscribed_fields[0] must be one of',
      '100',
    ],
    [
      'subscribed apps',
      page('getSubscribedApps', ['name', 'subscribed_fields']),
      [{ subscribed_fields: ['leadgen', 'messages', 'feed'] }],
    ],
    ['send text', page('createMessage', [], { ...to, message: { text: 'hi' } }), MESSAGE],
    [
      'send in capitals',
      page('createMessage', [], { ...to, sender_action: 'TYPING_ON', messaging_type: undefined }),
      { recipient_id: psid },
    ],
    [
      'send a card',
      page('createMessage', [], {
        ...to,
        message: {
          attachment: {
            type: 'template',
            payload: { template_type: 'generic', elements: [{ title: 'a', subtitle: 'b' }] },
          },
        },
      }),
      MESSAGE,
    ],
    [
      'send unknown key',
      page('createMessage', [], { ...to, message: { text: 'a', preview: 1 } }),
      'Invalid keys \\"preview\\" were found in param \\"message\\"',
      '100',
    ],
    [
      'upload an attachment',
      page('createMessageAttachment', [], {
        message: {
          attachment: { type: 'image', payload: { url: 'https://a.example/1', is_reusable: true } },
        },
      }),
      { attachment_id: /^\d+$/ },
    ],
    [
      'persona',
      page('createPersona', [], { name: 'John', profile_picture_url: 'https://a.example/1' }),
      { id: /^\d+$/ },
    ],
    ['personas', page('getPersonas', ['id', 'name', 'profile_picture_url']), [{ name: 'John' }]],
    ['profile', page('createMessengerProfile', [], { get_started: { payload: 'x' } }), { result: 'success' }],
    [
      'profile read',
      page('getMessengerProfile', [], { fields: ['get_started'] }),
      [{ get_started: { payload: 'x' } }],
    ],
    ['nlp', page('createNlpConfig', [], { nlp_enabled: true }), { success: true }],
    ['feature review', page('getMessagingFeatureReview', []), [{ status: 'approved' }]],
    ['custom label', page('createCustomLabel', [], { page_label_name: 'Regular' }), { id: /^\d+$/ }],
    ['custom labels', page('getCustomLabels', ['id', 'page_label_name']), [{ page_label_name: 'Regular' }]],
    [
      'insights',
      page('getInsights', [], { metric: ['page_messages_new_conversations_unique'] }),
      [{ period: 'day' }],
    ],
    ['secondary receivers', page('getSecondaryReceivers', []), [{ id: world.appId }]],
    [
      'thread owner',
      page('getThreadOwner', [], { recipient: psid }),
      [{ thread_owner: { app_id: world.appId } }],
    ],
    ['unlink accounts', page('createUnlinkAccount', [], { psid }), { result: 'unlink account success' }],
    [
      'pass thread control',
      page('createPassThreadControl', [], { recipient: { id: psid }, target_app_id: '263902037430900' }),
      { success: true },
    ],
    ['roles', page('getRoles', ['name', 'tasks']), [{ tasks: ['ADVERTISE'] }]],
    ['settings', page('getSettings', []), []],
    ['blocked', page('getBlocked', []), []],
    ['feed', page('getFeed', ['message']), [{ message: /./ }]],
    ['post', page('createFeed', [], { message: 'from the SDK' }), { id: /_/ }],
    ['posts', page('getPosts', ['message', 'created_time']), [{ message: 'from the SDK' }]],
    ['published posts', page('getPublishedPosts', ['message']), [{ message: 'from the SDK' }]],
    ['visitor posts', page('getVisitorPosts', ['message']), []],
    ['photos', page('getPhotos', ['id']), []],
    ['albums', page('getAlbums', ['id']), []],
    ['videos', page('getVideos', ['id']), []],
    ['events', page('getEvents', ['id']), []],
    ['ratings', page('getRatings', []), []],
    ['lead forms', page('getLeadGenForms', ['id']), []],
    ['message templates', page('getMessageTemplates', ['id']), []],
    ['call to actions', page('getCallToActions', ['id']), []],
    ['instagram accounts', page('getInstagramAccounts', ['id']), []],
    ['live videos', page('getLiveVideos', ['id']), []],
    ['me', user('get', ['id', 'name', 'first_name', 'last_name']), { name: 'Olivia Operator' }],
    [
      'accounts',
      user('getAccounts', ['id', 'name', 'access_token', 'tasks', 'picture']),
      [{ id: pageId, access_token: /^EAA/ }],
    ],
    ['permissions', user('getPermissions', []), [{ status: 'granted' }]],
    ['businesses', user('getBusinesses', ['id']), []],
    ['ids for pages', user('getIdsForPages', []), []],
    // The SDK takes the one picture for a list.
    [
      'person picture, over which the client itself falls',
      user('getPicture', [], { redirect: false }),
      'response.data.map',
    ],
    ['friends', user('getFriends', []), []],
  ]
  return kindsOf(rows)
}
