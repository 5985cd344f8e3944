import { foreignRequire } from '../foreign-install.ts'
import type { Kind, Surroundings } from './kinds.ts'
import { kindsOf, type Row } from './rows.ts'

type Callback = (error: unknown, answer: unknown) => void
type Done = (callback: Callback) => void

const promised = (run: Done) => () =>
  new Promise<unknown>((resolve, reject) =>
    run((error, answer) =>
      error === null || error === undefined ? resolve(answer) : reject(error as Error),
    ),
  )

/** `fbgraph`: GET, POST without a content type, DELETE, batch, paging, search, token exchange. */
export const fbgraph = (world: Surroundings): Kind[] => {
  const graph = foreignRequire('fbgraph') as Record<string, (...args: unknown[]) => void>
  graph['setVersion']?.('25.0')
  graph['setAppSecret']?.(world.appSecret)
  const { pageId, psid } = world
  let post = ''
  const as = (token: string, name: string, ...args: unknown[]) =>
    promised((callback) => {
      graph['setAccessToken']?.(token)
      graph[name]?.(...args, callback)
    })
  const page = (name: string, ...args: unknown[]) => as(world.pageToken, name, ...args)
  const message = { recipient: { id: psid }, message: { text: 'from fbgraph' } }
  const rows: Row[] = [
    ['get', page('get', 'me'), { id: pageId }],
    ['get with fields', page('get', 'me', { fields: 'id,name,category' }), { category: 'Bakery' }],
    ['get a list', as(world.userToken, 'get', 'me/accounts'), { data: [{ id: pageId }] }],
    ['post a message', page('post', 'me/messages', message), { recipient_id: psid }],
    [
      'post a message with nested objects',
      page('post', 'me/messages', {
        ...message,
        message: { text: 'a', quick_replies: [{ content_type: 'text', title: 'A', payload: 'a' }] },
      }),
      { message_id: /^m_/ },
    ],
    [
      'post on the wall',
      async () => {
        const answer = (await page('post', `${pageId}/feed`, { message: 'fbgraph' })()) as { id: string }
        post = answer.id
        return answer
      },
      { id: /_/ },
    ],
    ['post a comment', async () => page('post', `${post}/comments`, { message: 'more' })(), { id: /_/ }],
    ['post a like', async () => page('post', `${post}/likes`)(), { success: true }],
    ['delete', async () => page('del', post)(), { success: true }],
    [
      'batch',
      page(
        'batch',
        [
          { method: 'GET', relative_url: 'me' },
          { method: 'GET', relative_url: 'nonsense' },
        ],
        {},
      ),
      [{ code: 200 }, { code: 400 }],
      '803',
    ],
    [
      'batch of messages',
      page(
        'batch',
        [
          {
            method: 'POST',
            relative_url: 'me/messages',
            body: `recipient=${JSON.stringify({ id: psid })}&message={"text":"b"}`,
          },
        ],
        {},
      ),
      [{ code: 200 }],
    ],
    [
      'extendAccessToken',
      as(world.userToken, 'extendAccessToken', {
        access_token: world.userToken,
        client_id: world.appId,
        client_secret: world.appSecret,
      }),
      { access_token: /^EAA/ },
    ],
    [
      'authorize with a bad code',
      as(world.userToken, 'authorize', {
        client_id: world.appId,
        client_secret: world.appSecret,
        redirect_uri: 'https://a.example/',
        code: 'x',
      }),
      'Invalid verification code format.',
      '100',
    ],
    ['picture', page('get', `${pageId}/picture?redirect=false`), { data: { url: /^http/ } }],
  ]
  return kindsOf(rows)
}

/** `fb`: its options, JSON fields, batch, and the napi style of callbacks. */
export const fb = (world: Surroundings): Kind[] => {
  const { Facebook } = foreignRequire('fb') as {
    Facebook: new (options: object) => { napi: (...args: unknown[]) => void }
  }
  const { appId, appSecret, pageId, psid } = world
  const client = (accessToken: string) => new Facebook({ appId, appSecret, accessToken, version: 'v25.0' })
  const page = (...args: unknown[]) => promised((callback) => client(world.pageToken).napi(...args, callback))
  const user = (...args: unknown[]) => promised((callback) => client(world.userToken).napi(...args, callback))
  const rows: Row[] = [
    ['me', user('me'), { name: 'Olivia Operator' }],
    ['fields as a list', user('me', { fields: ['id', 'name'] }), { name: 'Olivia Operator' }],
    ['accounts', user('me/accounts', { fields: 'id,access_token' }), { data: [{ id: pageId }] }],
    [
      'send',
      page('me/messages', 'post', { recipient: { id: psid }, message: { text: 'from fb' } }),
      { message_id: /^m_/ },
    ],
    ['post', page(`${pageId}/feed`, 'post', { message: 'from fb' }), { id: /_/ }],
    ['batch', page('', 'post', { batch: [{ method: 'get', relative_url: 'me' }] }), [{ code: 200 }]],
    [
      'exchange',
      page('oauth/access_token', {
        client_id: appId,
        client_secret: appSecret,
        grant_type: 'fb_exchange_token',
        fb_exchange_token: world.userToken,
      }),
      { access_token: /^EAA/ },
    ],
    [
      'app token',
      page('oauth/access_token', {
        client_id: appId,
        client_secret: appSecret,
        grant_type: 'client_credentials',
      }),
      { access_token: `${appId}|${appSecret}` },
    ],
    [
      'debug_token',
      page('debug_token', { input_token: world.pageToken, access_token: `${appId}|${appSecret}` }),
      { data: { is_valid: true } },
    ],
    ['ids', page('', { ids: pageId }), 'The ids query parameter is deprecated', '100'],
    [
      'unknown edge',
      page(`${pageId}/weather`),
      '(#100) Tried accessing nonexisting field (weather) on node type (Page)',
      '100',
    ],
  ]
  return kindsOf(rows)
}
