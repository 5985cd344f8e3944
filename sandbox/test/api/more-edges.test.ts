import t from 'tap'
import {
  APP_ID,
  APP_SECRET,
  appToken,
  control,
  DAY_MS,
  EVERY_FIELD,
  graph,
  longLived,
  pageTokenOf,
  startConnected,
  startSandbox,
  textOf,
} from '../lab.ts'
import { DEFAULT_SCOPES } from '../../src/tokens.ts'
import type { Sandbox } from '../../src/server.ts'

const ALL_SCOPES = [...DEFAULT_SCOPES, 'pages_manage_posts', 'pages_manage_engagement', 'read_insights']

/** A Page token with every permission that these edges ask for. */
const fullToken = (sandbox: Sandbox) => pageTokenOf(sandbox, sandbox.userToken({ scopes: ALL_SCOPES }))

t.test('labels are made, put on people, listed, told in inbox_labels, and deleted', async (t) => {
  const { bot, sandbox, pageToken: token, psid, say } = await startConnected(t, {}, EVERY_FIELD)
  say('hi')
  const call = (path: string, more: object = {}) => graph(sandbox, `/v25.0/${path}`, { token, ...more })
  const made = await call('me/custom_labels', { body: { page_label_name: 'VIP' } })
  const id = textOf(made.body['id'])
  t.match(await call('me/custom_labels', { body: { name: 'VIP' } }), {
    status: 400,
    body: { error: { code: 100 } },
  })
  t.match(await call(`${id}/label`, { body: { user: psid } }), { body: { success: true } })
  t.match(await call(`${id}/label`, { body: { user: '1' } }), { body: { error: { error_subcode: 2018001 } } })
  t.strictSame((await call('me/custom_labels?fields=page_label_name')).body['data'], [
    { page_label_name: 'VIP', id },
  ])
  t.match((await call(`${psid}/custom_labels`)).body, { data: [{ id }] })
  t.strictSame((await call(`${id}?fields=name`)).body, { name: 'VIP', id })
  await call(`${id}/label?user=${psid}`, { method: 'DELETE' })
  t.strictSame((await call(`${psid}/custom_labels`)).body['data'], [])
  t.match(await call(id, { method: 'DELETE' }), { body: { success: true } })
  t.match(await call(id), { status: 400, body: { error: { code: 100, error_subcode: 33 } } })
  await sandbox.courier.idle()
  const changes = bot.calls.flatMap(({ method, raw }) =>
    method === 'POST'
      ? (JSON.parse(raw.toString()) as { entry: { changes?: object[] }[] }).entry.flatMap(
          ({ changes = [] }) => changes,
        )
      : [],
  )
  const label = { id, page_label_name: 'VIP' }
  t.match(changes, [
    { field: 'inbox_labels', value: { user: { id: psid }, action: 'add', label } },
    { field: 'inbox_labels', value: { user: { id: psid }, action: 'remove', label } },
  ])
})

t.test('a comment is told in feed, and answered once in private within seven days', async (t) => {
  const { bot, sandbox, pageId, psid, pageToken } = await startConnected(t, {}, EVERY_FIELD)
  const token = await fullToken(sandbox)
  const post = textOf(
    (await graph(sandbox, '/v25.0/me/feed', { token, body: { message: 'New bread' } })).body['id'],
  )
  const comment = async (message: string) => {
    const { body } = await control(sandbox, `conversations/${pageId}/${psid}`, {
      type: 'comment',
      postId: post,
      message,
    })
    return textOf(body['postId'])
  }
  const id = await comment('How much?')
  await sandbox.courier.idle()
  const feed = bot.calls.map(({ raw }) => raw.toString()).filter((text) => text.includes('"feed"'))
  t.match(JSON.parse(feed[1] ?? '{}'), {
    object: 'page',
    entry: [
      {
        changes: [
          {
            field: 'feed',
            value: { item: 'comment', verb: 'add', comment_id: id, post_id: post, from: { id: psid } },
          },
        ],
      },
    ],
  })
  const answer = (recipient: object, more: object = {}) =>
    graph(sandbox, '/v25.0/me/messages', {
      token: pageToken,
      body: { recipient, message: { text: 'Three euros' }, ...more },
    })
  t.match(
    await answer({ id: psid }),
    { body: { error: { error_subcode: 2018001 } } },
    'a comment begins no conversation',
  )
  t.match(await answer({ post_id: id }), { body: { error: { code: 100, error_subcode: 33 } } })
  t.match(await answer({ comment_id: id }), { status: 200, body: { recipient_id: psid, message_id: /^m_/ } })
  t.match(await answer({ comment_id: id }), {
    body: { error: { code: 10900, message: '(#10900) Activity already replied to' } },
  })
  t.match(await answer({ id: psid }), { body: { error: { code: 10, error_subcode: 2018278 } } })
  const old = await comment('And rolls?')
  sandbox.clock.advance(7 * DAY_MS + 1)
  t.match(await answer({ comment_id: old }), { body: { error: { code: 10903 } } })
})

t.test(
  'posts and comments are written, read, liked, changed and removed with their permissions',
  async (t) => {
    const { sandbox, pageId, psid, pageToken } = await startConnected(t)
    t.match(await graph(sandbox, '/v25.0/me/feed', { token: pageToken, body: { message: 'x' } }), {
      status: 403,
      body: {
        error: { code: 200, message: /^\(#200\) If posting to a group, requires app being installed/ },
      },
    })
    const token = await fullToken(sandbox)
    const call = (path: string, more: object = {}) => graph(sandbox, `/v25.0/${path}`, { token, ...more })
    const id = textOf((await call(`${pageId}/feed`, { body: { message: 'New bread' } })).body['id'])
    sandbox.act(pageId, psid, { type: 'post', message: 'I like it' })
    t.match((await call('me/feed')).body['data'], [{ message: 'I like it' }, { message: 'New bread' }])
    t.match((await call('me/published_posts')).body['data'], [{ message: 'New bread', id }])
    const comment = textOf((await call(`${id}/comments`, { body: { message: 'From six' } })).body['id'])
    t.match((await call(`${id}/comments`)).body['data'], [{ message: 'From six', id: comment }])
    t.match((await call(`${id}/likes`, { method: 'POST' })).body, { success: true })
    t.match((await call(`${id}/likes`)).body['data'], [{ id: pageId }])
    t.match((await call(id, { body: { message: 'Old bread' } })).body, { success: true })
    t.match((await call(`${id}?fields=message,from`)).body, { message: 'Old bread', from: { id: pageId } })
    t.match((await call(id, { method: 'DELETE' })).body, { success: true })
    t.match((await call(comment)).body, { error: { error_subcode: 33 } }, 'its comments go with it')
  },
)

t.test('pictures and videos are put on the wall; what only Facebook has is refused as such', async (t) => {
  const { sandbox, pageId } = await startConnected(t)
  const token = await pageTokenOf(
    sandbox,
    sandbox.userToken({ scopes: [...DEFAULT_SCOPES, 'pages_manage_posts'] }),
  )
  const post = (path: string, body: object) => graph(sandbox, `/v25.0/${path}`, { token, body })
  const photo = await post('me/photos', { url: 'https://a.example/1.png', message: 'look' })
  t.match(photo.body, { id: /^\d+$/, post_id: new RegExp(`^${pageId}_\\d+$`) })
  t.match((await post('me/videos', { file_url: 'https://a.example/1.mp4' })).body, { id: /^\d+$/ })
  t.match((await post('me/photos', {})).body, { error: { code: 100 } })
  for (const path of ['me/events', 'me', 'search']) {
    t.match((await post(path, { about: 'x' })).body, { error: { code: 3, message: /does not model/ } }, path)
  }
})

t.test("account linking goes through the bot's own login and back", async (t) => {
  const { bot, sandbox, pageId, psid, pageToken: token, say } = await startConnected(t, {}, EVERY_FIELD)
  say('hi')
  const link = { type: 'account_link', url: 'https://bot.example/login?from=messenger' }
  const opened = async () =>
    new URL(textOf((await control(sandbox, `conversations/${pageId}/${psid}`, link)).body['url']))
  const login = await opened()
  t.equal(login.searchParams.get('from'), 'messenger')
  const asked = login.searchParams.get('account_linking_token') ?? ''
  const who = (one: string) =>
    graph(sandbox, `/v25.0/me?fields=recipient&account_linking_token=${one}`, { token })
  t.match((await who(asked)).body, { id: pageId, recipient: psid })
  t.match((await who('x')).body, { error: { code: 10303 } })
  const back = new URL(login.searchParams.get('redirect_uri') ?? '')
  back.searchParams.set('authorization_code', 'code-1')
  t.equal((await fetch(back, { redirect: 'manual' })).status, 302)
  t.equal((await fetch(back, { redirect: 'manual' })).status, 400, 'once')
  const gaveUp = await opened()
  await fetch(gaveUp.searchParams.get('redirect_uri') ?? '', { redirect: 'manual' })
  const late = new URL((await opened()).searchParams.get('redirect_uri') ?? '')
  sandbox.clock.advance(5 * 60_000 + 1)
  t.equal((await fetch(late)).status, 400)
  t.match((await graph(sandbox, '/v25.0/me/unlink_accounts', { token, body: { psid } })).body, {
    result: 'unlink account success',
  })
  await sandbox.courier.idle()
  t.match(
    bot.items().flatMap(({ account_linking: linking }) => linking ?? []),
    [{ status: 'linked', authorization_code: 'code-1' }, { status: 'unlinked' }],
  )
})

t.test('the built-in NLP reads along once it is switched on', async (t) => {
  const { bot, sandbox, pageToken: token, say } = await startConnected(t, {}, 'messages')
  const set = (query: string) => graph(sandbox, `/v25.0/me/nlp_configs?${query}`, { token, method: 'POST' })
  say('hello there')
  t.match((await set('nlp_enabled=true&model=ENGLISH')).body, { success: true })
  t.match((await set('model=KLINGON')).body, { error: { code: 100 } })
  say('hello, and thanks')
  await sandbox.courier.idle()
  const [before, after] = bot.items()
  t.notOk(before?.['message']?.['nlp'])
  t.match(after, { message: { nlp: { traits: { wit$greetings: [{ value: 'true' }], wit$thanks: [{}] } } } })
})

t.test('the picture edge leads to a picture, or tells of it', async (t) => {
  const { sandbox, pageId, psid, pageToken, say } = await startConnected(t)
  say('hi')
  for (const id of ['me', psid, pageId]) {
    const told = await graph(sandbox, `/v25.0/${id}/picture?redirect=0`, { token: pageToken })
    t.match(told.body, { data: { is_silhouette: false, url: /^http/, width: 50 } })
    const shown = await fetch(`${sandbox.origin}/v25.0/${id}/picture?access_token=${pageToken}`)
    t.equal(shown.headers.get('content-type'), 'image/svg+xml; charset=utf-8')
  }
})

t.test('a node is read by its id in the query, too', async (t) => {
  const { sandbox, pageToken } = await startConnected(t)
  const get = async (path: string) => (await graph(sandbox, `/v25.0/${path}`, { token: pageToken })).body
  t.strictSame(await get('?id=me&fields=name'), await get('me?fields=name'))
  t.match(await get('?id=https://example.com/'), { error: { code: 803 } })
})

t.test('small edges of Pages, people and apps answer', async (t) => {
  const { sandbox, pageToken, psid, say } = await startConnected(t, {
    otherApps: [{ id: '700', name: 'Other', secret: 'secret-of-the-other-app' }],
  })
  say('hi')
  const user = sandbox.userToken()
  const token = await fullToken(sandbox)
  const get = async (path: string, as = token) => (await graph(sandbox, `/v25.0/${path}`, { token: as })).body
  t.match(await get('me/messaging_feature_review'), { data: [{ status: 'approved' }] })
  t.match(await get('me/secondary_receivers?fields=id,name'), { data: [{ id: APP_ID }] })
  t.match(await get('me/insights?metric=page_messages_new_conversations_unique'), {
    data: [{ values: [{ value: 1 }] }],
  })
  t.match(await get('me/insights/page_messages_new_conversations_unique'), {
    data: [{ values: [{ value: 1 }] }],
  })
  for (const nonsense of ['?metric=nonsense', '/nonsense', '/page_messages_new_conversations_unique/more'])
    t.match(await get(`me/insights${nonsense}`), { error: {} }, nonsense)
  t.match(await get('me/insights?metric=page_messages_new_conversations_unique', pageToken), {
    error: { code: 200 },
  })
  t.match(await get('me/roles'), { data: [{ name: 'Olivia Operator', tasks: ['ADVERTISE'] }] })
  for (const list of ['me/photos', 'me/leadgen_forms', `${psid}/ids_for_apps`])
    t.strictSame(await get(list), { data: [] })
  t.strictSame(await get('me/likes', user), { data: [] })
  t.match(await get('me/feed', user), { data: [] })
  t.match((await graph(sandbox, '/v25.0/me/feed', { token: user, body: { message: 'x' } })).body, {
    error: { code: 200 },
  })
})

t.test('an app has roles, test users with tokens of their own, and takes events', async (t) => {
  const sandbox = await startSandbox(t)
  const call = async (path: string, more: object = {}) =>
    (await graph(sandbox, `/v25.0/${APP_ID}/${path}`, { token: decodeURIComponent(appToken), ...more })).body
  t.match(await call('roles'), { data: [{ role: 'administrators' }] })
  const made = await call('accounts/test-users', { body: { name: 'Ted', permissions: 'email' } })
  t.match((await graph(sandbox, '/v25.0/me', { token: textOf(made['access_token']) })).body, { name: 'Ted' })
  t.match(await call('accounts/test-users'), {
    data: [{ id: made['id'], access_token: made['access_token'] }],
  })
  t.match(await call('activities', { body: { event: 'CUSTOM_APP_EVENTS' } }), { success: true })
})

t.test('a client gets a code for the token of its server, and a token of its own for the code', async (t) => {
  const sandbox = await startSandbox(t)
  const token = await longLived(sandbox)
  const query = { client_id: APP_ID, client_secret: APP_SECRET, redirect_uri: 'https://a.example/' }
  const ask = async (path: string, more: object) =>
    (await graph(sandbox, `/v25.0/oauth/${path}?${new URLSearchParams({ ...query, ...more }).toString()}`))
      .body
  const { code } = await ask('client_code', { access_token: token })
  t.match(await ask('access_token', { code: textOf(code), machine_id: '1' }), { access_token: /^EAA/ })
  t.match(await ask('client_code', { access_token: sandbox.userToken() }), { error: { code: 190 } })
})

t.test('a portfolio shows its own and its clients\u2019 Pages inside the list of portfolios', async (t) => {
  const sandbox = await startSandbox(t, {
    pages: [
      { id: '101', name: 'Own', portfolio: 'Shops' },
      { id: '102', name: 'Client', portfolio: 'Shops', client: true },
    ],
  })
  const fields = 'name,owned_pages{id,access_token},client_pages'
  const { body } = await graph(sandbox, `/v25.0/me/businesses?fields=${fields}`, {
    token: sandbox.userToken(),
  })
  t.match(body['data'], [
    {
      name: 'Shops',
      owned_pages: { data: [{ id: '101', access_token: /^EAA/ }] },
      client_pages: { data: [{ id: '102', name: 'Client' }] },
    },
  ])
})

t.test('the dashboard tests a webhook with a sample that concerns no Page', async (t) => {
  const { bot, sandbox } = await startConnected(t)
  const test = (body: object) => control(sandbox, 'test-webhook', body)
  t.match((await test({ field: 'messages' })).body, { answered: true })
  t.match((await test({ field: 'messages', from: 'page' })).body, { answered: true })
  t.match(await test({ field: 'weather' }), {
    status: 400,
    body: { message: /"field" must be one of messages,/ },
  })
  const [app, page] = bot.calls.map(({ raw }) => JSON.parse(raw.toString() || '{}') as object).slice(-2)
  t.match(app, {
    object: 'page',
    entry: [{ id: '0', changes: [{ field: 'messages', value: { sender: { id: '12334' } } }] }],
  })
  t.match(page, {
    entry: [{ id: '0', messaging: [{ timestamp: 1527459824, message: { mid: 'test_message_id' } }] }],
  })
  t.match(bot.calls.at(-1)?.headers, { 'x-hub-signature-256': /^sha256=/ })
})

t.test('marketing messages are asked for by a template', async (t) => {
  const { sandbox, pageId, psid, send, say } = await startConnected(t)
  say('hi')
  const ask = (more: object = {}) =>
    send({
      attachment: {
        type: 'template',
        payload: { template_type: 'notification_messages', title: 'News?', payload: 'news', ...more },
      },
    })
  t.match(await ask({ notification_messages_cta_text: 'OPT_IN' }), { status: 200 })
  t.match(await ask({ notification_messages_cta_text: 'PERHAPS' }), { body: { error: { code: 100 } } })
  t.match(await ask({ title: 'x'.repeat(66) }), { body: { error: { code: 100 } } })
  t.match(await ask({ colour: 'red' }), { body: { error: { code: 100, message: /Invalid keys "colour"/ } } })
  t.match(sandbox.conversation(pageId, psid)?.messages.at(-1)?.attachment?.payload, { payload: 'news' })
})
