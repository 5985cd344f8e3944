import nock from 'nock'
import t from 'tap'
import { graphError } from '../helpers/graph-server.ts'
import { ORIGIN, APP_ID, SECRET, proof, PROOF, build, collect } from './graph-client.ts'

t.test('debugToken asks with the app token and reads every field', async (t) => {
  const graph = build(t)
  nock(ORIGIN, { reqheaders: { authorization: `Bearer ${APP_ID}|${SECRET}` } })
    .get('/v25.0/debug_token')
    .query({ input_token: 'page-token-1' })
    .reply(200, {
      data: {
        app_id: APP_ID,
        type: 'PAGE',
        profile_id: '100',
        user_id: '7',
        issued_at: 1767225600,
        expires_at: 0,
        data_access_expires_at: 1775001600,
        is_valid: true,
        scopes: ['pages_messaging'],
        granular_scopes: [{ scope: 'pages_messaging', target_ids: ['100'] }, { scope: 'pages_show_list' }],
      },
    })
  t.strictSame(await graph.debugToken('page-token-1'), {
    isValid: true,
    type: 'PAGE',
    appId: APP_ID,
    userId: '7',
    profileId: '100',
    expiresAtMs: null,
    dataAccessExpiresAtMs: 1775001600_000,
    issuedAtMs: 1767225600_000,
    scopes: ['pages_messaging'],
    granularScopes: [
      { scope: 'pages_messaging', targetIds: ['100'] },
      { scope: 'pages_show_list', targetIds: null },
    ],
    error: null,
  })
})

t.test('debugToken takes ids as numbers, odd casing and absent fields', async (t) => {
  const graph = build(t)
  nock(ORIGIN)
    .get('/v25.0/debug_token')
    .query(true)
    .reply(
      200,
      `{"data":{"app_id":600000000000001,"type":"page","profile_id":17000000000000000001,"user_id":0,"is_valid":true,
        "scopes":["pages_messaging",7,null],"granular_scopes":[{"scope":"pages_messaging","target_ids":[100,"200"]},{},1,
        {"scope":"pages_show_list","target_ids":[]}]}}`,
    )
  t.match(await graph.debugToken('t'), {
    type: 'PAGE',
    appId: APP_ID,
    profileId: '17000000000000000001',
    userId: null,
    expiresAtMs: undefined,
    dataAccessExpiresAtMs: undefined,
    issuedAtMs: null,
    scopes: ['pages_messaging'],
    granularScopes: [
      { scope: 'pages_messaging', targetIds: ['100', '200'] },
      { scope: 'pages_show_list', targetIds: [] },
    ],
  })
})

t.test('expires_at proves nothing unless it is a plain number', async (t) => {
  const graph = build(t)
  const read = async (expiresAt: unknown) => {
    nock(ORIGIN)
      .get('/v25.0/debug_token')
      .query(true)
      .reply(200, { data: { is_valid: true, expires_at: expiresAt } })
    return (await graph.debugToken('t')).expiresAtMs
  }
  t.equal(await read(0), null)
  t.equal(await read('0'), null)
  t.equal(await read(1767225600), 1767225600_000)
  for (const odd of [null, '', 'never', -1, false, [], {}])
    t.equal(await read(odd), undefined, JSON.stringify(odd))
})

t.test('a dead token is an answer of debugToken, without the token in it', async (t) => {
  const graph = build(t)
  nock(ORIGIN)
    .get('/v25.0/debug_token')
    .query(true)
    .reply(200, {
      data: {
        is_valid: false,
        error: { code: 190, subcode: 460, message: 'user-token-1 is over' },
        scopes: [],
      },
    })
  t.match(await graph.debugToken('user-token-1'), {
    isValid: false,
    error: { code: 190, subcode: 460, message: '… is over' },
  })
})

t.test(
  'is_valid must be true or false, not merely look like it: anything else decides nothing',
  async (t) => {
    const graph = build(t)
    for (const odd of ['true', 'false', 1, 0, null, undefined]) {
      nock(ORIGIN)
        .get('/v25.0/debug_token')
        .query(true)
        .reply(200, { data: { is_valid: odd, app_id: APP_ID } })
      await t.rejects(graph.debugToken('t'), graphError({ verdict: 'transient' }))
    }
  },
)

t.test('debugToken refused about its own app token means wrong credentials, not a dead token', async (t) => {
  const graph = build(t)
  const messages = [
    'Invalid OAuth access token signature.',
    'Error validating application. Cannot get application info due to a system error.',
  ]
  for (const message of messages) {
    nock(ORIGIN)
      .get('/v25.0/debug_token')
      .query(true)
      .reply(400, { error: { code: 190, message } })
    await t.rejects(
      graph.debugToken('t'),
      graphError({
        verdict: 'configuration',
        code: 'BOT_APP_CREDENTIALS_WRONG',
        message: /app id or app secret is wrong/,
      }),
    )
  }
  nock(ORIGIN)
    .get('/v25.0/debug_token')
    .query(true)
    .reply(200, { data: { is_valid: false, error: { code: 190, message: messages[1] } } })
  await t.rejects(graph.debugToken('t'), graphError({ verdict: 'configuration' }))
})

t.test('debugToken without data is no answer', async (t) => {
  const graph = build(t)
  for (const body of [{}, { data: [] }, { data: null }]) {
    nock(ORIGIN).get('/v25.0/debug_token').query(true).reply(200, body)
    await t.rejects(graph.debugToken('t'), graphError({ verdict: 'transient' }))
  }
})

t.test('exchangeToken sends what Facebook wants in the query, and no proof', async (t) => {
  const graph = build(t)
  nock(ORIGIN, { badheaders: ['authorization'] })
    .get('/v25.0/oauth/access_token')
    .query({
      grant_type: 'fb_exchange_token',
      client_id: APP_ID,
      client_secret: SECRET,
      fb_exchange_token: 'user-token-1',
    })
    .reply(200, { access_token: 'long-1', token_type: 'bearer', expires_in: 5183944 })
  t.strictSame(await graph.exchangeToken('user-token-1'), { token: 'long-1', expiresInSeconds: 5183944 })

  nock(ORIGIN).get('/v25.0/oauth/access_token').query(true).reply(200, { access_token: 'long-1' })
  t.strictSame(await graph.exchangeToken('t'), { token: 'long-1', expiresInSeconds: null })

  nock(ORIGIN).get('/v25.0/oauth/access_token').query(true).reply(200, { access_token: 7 })
  await t.rejects(graph.exchangeToken('t'), graphError({ verdict: 'transient' }))
})

const accounts = (query: Record<string, string> = {}) =>
  nock(ORIGIN)
    .get('/v25.0/me/accounts')
    .query({ fields: 'id,name,access_token,tasks', limit: '100', appsecret_proof: proof('long-1'), ...query })

t.test('accounts follows the list to its end', async (t) => {
  const graph = build(t)
  accounts().reply(200, {
    data: [{ id: '1', name: 'One', access_token: 'p1', tasks: ['MESSAGING'] }, { name: 'without id' }, null],
    paging: { cursors: { before: 'x', after: 'c1' }, next: 'https://graph.example/next' },
  })
  // An empty page with a `next` is not the end: Graph filters after it pages.
  accounts({ after: 'c1' }).reply(200, { data: [], paging: { next: `${ORIGIN}/x?access_token=y&after=c2` } })
  accounts({ after: 'c2' }).reply(200, {
    data: [{ id: 3, name: 'Th\u001bree' }],
    paging: { cursors: { after: 'c3' } },
  })
  accounts({ after: 'c3' }).reply(200, { data: [] })

  t.strictSame(await collect(graph.accounts('long-1')), [
    { id: '1', name: 'One', pageToken: 'p1', tasks: ['MESSAGING'] },
    { id: '3', name: 'Th ree', pageToken: null, tasks: null },
  ])
})

t.test('accounts follows any address of a next page, and none of the tokens in it', async (t) => {
  const graph = build(t)
  const next = (query: string) => ({
    paging: { next: `https://elsewhere.example/v1.0/77/accounts?${query}` },
  })
  accounts().reply(200, { data: [{ id: '1' }], ...next('access_token=theirs&limit=1&offset=1&fields=id') })
  accounts({ offset: '1' }).reply(200, { data: [{ id: '2' }], ...next('until=17&__paging_token=x%26y') })
  accounts({ until: '17', __paging_token: 'x&y' }).reply(200, { data: [{ id: '3' }] })
  t.match(await collect(graph.accounts('long-1')), [{ id: '1' }, { id: '2' }, { id: '3' }])
})

t.test('where Graph asks to reduce the amount of data, half as much is asked for at a time', async (t) => {
  const graph = build(t)
  const tooMuch = { error: { code: 1, message: "Please reduce the amount of data you're asking for" } }
  accounts().reply(500, tooMuch)
  accounts({ limit: '50' }).reply(500, tooMuch)
  accounts({ limit: '25' }).reply(200, { data: [{ id: '1' }], paging: { next: '?offset=25' } })
  accounts({ limit: '25', offset: '25' }).reply(200, { data: [{ id: '2' }] })
  t.match(await collect(graph.accounts('long-1')), [{ id: '1' }, { id: '2' }])

  // 100, 50, 25, 12, 6, 3, 1: then it is a failure like any other.
  for (const limit of [100, 50, 25, 12, 6, 3, 1]) accounts({ limit: `${limit}` }).reply(500, tooMuch)
  await t.rejects(collect(graph.accounts('long-1')), graphError({ verdict: 'transient', graphCode: 1 }))
})

t.test('a list that turns in circles ends', async (t) => {
  const graph = build(t)
  const circle = { data: [{ id: '1' }], paging: { cursors: { after: 'same' }, next: 'x' } }
  accounts().reply(200, circle)
  accounts({ after: 'same' }).reply(200, circle)
  t.equal((await collect(graph.accounts('long-1'))).length, 2)
})

t.test('a list that is none is empty', async (t) => {
  const graph = build(t)
  for (const body of [{}, { data: {} }, { data: 'x', paging: 'y' }]) {
    accounts().reply(200, body)
    t.strictSame(await collect(graph.accounts('long-1')), [])
  }
})

t.test('page asks again without tasks where Graph refuses to name them', async (t) => {
  const graph = build(t)
  const query = { appsecret_proof: proof('long-1') }
  nock(ORIGIN)
    .get('/v25.0/100')
    .query({ fields: 'id,name,access_token,tasks', ...query })
    .reply(400, { error: { code: 100, message: '(#100) Tried accessing nonexisting field (tasks)' } })
  nock(ORIGIN)
    .get('/v25.0/100')
    .query({ fields: 'id,name,access_token', ...query })
    .reply(200, { id: '100', access_token: 'p1' })
  t.strictSame(await graph.page('100', 'long-1'), { id: '100', name: null, pageToken: 'p1', tasks: null })
})

t.test('a page id cannot reach another path', async (t) => {
  const graph = build(t)
  nock(ORIGIN)
    .get('/v25.0/me%2Faccounts%3Fx')
    .query(true)
    .reply(400, { error: { code: 190 } })
  await t.rejects(graph.page('me/accounts?x', 'long-1'), graphError({ verdict: 'token_invalid' }))
})

t.test('subscribe and subscribedFields speak of this app only', async (t) => {
  const graph = build(t)
  nock(ORIGIN)
    .post('/v25.0/100/subscribed_apps')
    .query({ subscribed_fields: 'messages,standby', ...PROOF })
    .reply(200, { success: 'true' })
  await graph.subscribe('100', 'page-token-1', ['messages', 'standby'])

  const answers = [
    {
      data: [
        { id: 'other', subscribed_fields: ['feed'] },
        { id: APP_ID, subscribed_fields: ['messages', { name: 'standby', version: 'v25.0' }, 7] },
      ],
    },
    { data: [{ id: 'other', subscribed_fields: ['feed'] }] },
    { data: [{ id: Number(APP_ID) }] },
  ]
  const expected = [['messages', 'standby'], null, []]
  for (const [index, body] of answers.entries()) {
    nock(ORIGIN).get('/v25.0/100/subscribed_apps').query(PROOF).reply(200, body)
    t.strictSame(await graph.subscribedFields('100', 'page-token-1'), expected[index])
  }
})

t.test('the login code is exchanged with the address the dialog was given', async (t) => {
  const graph = build(t)
  const login = { code: 'login-code-1', redirectUri: 'https://bot.example/callback' }
  const query = {
    client_id: APP_ID,
    client_secret: SECRET,
    redirect_uri: login.redirectUri,
    code: login.code,
  }
  nock(ORIGIN)
    .get('/v25.0/oauth/access_token')
    .query(query)
    .reply(200, { access_token: 'user-token-1', expires_in: 5400 })
  t.strictSame(await graph.exchangeCode(login), { token: 'user-token-1', expiresInSeconds: 5400 })

  const used = { error: { code: 100, message: 'This authorization code login-code-1 has been used.' } }
  nock(ORIGIN).get('/v25.0/oauth/access_token').query(true).reply(400, used)
  const refusal = await graph.exchangeCode(login).catch((error: unknown) => error)
  t.match(refusal, graphError({ verdict: 'bad_request', message: /has been used/ }))
  t.notMatch(String(refusal), 'login-code-1')
})

t.test('the webhook of the app is read and set with the app token', async (t) => {
  const graph = build(t)
  const asApp = { reqheaders: { authorization: `Bearer ${APP_ID}|${SECRET}` } }
  const edge = `/v25.0/${APP_ID}/subscriptions`
  nock(ORIGIN, asApp)
    .get(edge)
    .reply(200, {
      data: [
        {
          object: 'page',
          callback_url: 'https://bot.example/webhook',
          active: true,
          fields: [{ name: 'messages', version: 'v25.0' }, 'standby'],
        },
        { object: 'user', callback_url: null, active: false },
        'nonsense',
      ],
    })
  t.strictSame(await graph.appSubscriptions(), [
    { object: 'page', url: 'https://bot.example/webhook', isActive: true, fields: ['messages', 'standby'] },
    { object: 'user', url: null, isActive: false, fields: [] },
  ])

  const webhook = {
    url: 'https://bot.example/webhook',
    verifyToken: 'verify-1',
    fields: ['messages', 'standby'],
  }
  nock(ORIGIN, asApp)
    .post(edge, {
      object: 'page',
      callback_url: webhook.url,
      verify_token: 'verify-1',
      fields: 'messages,standby',
      include_values: true,
    })
    .reply(200, { success: true })
  await graph.subscribeApp(webhook)

  const refusal = { error: { code: 2200, message: '(#2200) Callback verification failed for verify-1' } }
  nock(ORIGIN).post(edge).reply(400, refusal)
  const error = await graph.subscribeApp(webhook).catch((thrown: unknown) => thrown)
  t.match(error, graphError({ verdict: 'bad_request', graphCode: 2200, message: /verification failed/ }))
  t.notMatch(String(error), 'verify-1')

  nock(ORIGIN)
    .get(edge)
    .reply(400, { error: { code: 190, message: 'Invalid OAuth access token signature.' } })
  await t.rejects(graph.appSubscriptions(), graphError({ verdict: 'configuration' }))
})

t.test('a change that Graph says it did not make is a failure', async (t) => {
  const graph = build(t)
  nock(ORIGIN).post('/v25.0/100/subscribed_apps').query(true).reply(200, { success: false })
  await t.rejects(
    graph.subscribe('100', 'page-token-1', ['messages']),
    graphError({ verdict: 'bad_request' }),
  )
})

t.test('the Messenger profile is read, written and deleted', async (t) => {
  const graph = build(t)
  const edge = '/v25.0/me/messenger_profile'
  nock(ORIGIN)
    .get(edge)
    .query({ fields: 'greeting,get_started', ...PROOF })
    .reply(200, { data: [{ greeting: [{ locale: 'default', text: 'Hi' }] }] })
  t.strictSame(await graph.messengerProfile('page-token-1', ['greeting', 'get_started']), {
    greeting: [{ locale: 'default', text: 'Hi' }],
  })
  nock(ORIGIN).get(edge).query(true).reply(200, { data: [] })
  t.strictSame(await graph.messengerProfile('page-token-1', ['greeting']), {})

  nock(ORIGIN)
    .post(edge, { get_started: { payload: 'x' } })
    .query(PROOF)
    .reply(200, { result: 'success' })
  await graph.setMessengerProfile('page-token-1', { get_started: { payload: 'x' } })

  nock(ORIGIN)
    .delete(edge, { fields: ['greeting'] })
    .query(PROOF)
    .reply(200, { success: 'true' })
  await graph.deleteMessengerProfile('page-token-1', ['greeting'])
})

t.test('me says who a token is', async (t) => {
  const graph = build(t)
  nock(ORIGIN)
    .get('/v25.0/me')
    .query({ fields: 'id,name', ...PROOF })
    .reply(200, { id: 100, name: ' ' })
  t.strictSame(await graph.me('page-token-1'), { id: '100', name: null })
  nock(ORIGIN).get('/v25.0/me').query(true).reply(200, {})
  await t.rejects(graph.me('page-token-1'), graphError({ verdict: 'transient' }))
})

t.test('debugToken calls a token dead only where Facebook does', async (t) => {
  const graph = build(t)
  const ask = (data: object) => {
    nock(ORIGIN).get('/v25.0/debug_token').query(true).reply(200, { data })
    return graph.debugToken('t')
  }
  for (const dead of [
    { is_valid: false },
    { error: { code: 190, message: 'Malformed' } },
    { is_valid: false, error: { code: '190', subcode: '460', message: 'x' } },
    { is_valid: false, error: { code: 99_999, message: 'something new' } },
  ])
    t.equal((await ask(dead)).isValid, false, JSON.stringify(dead))
  t.match(await ask({ is_valid: false, error: { code: '190', subcode: '460' } }), {
    error: { code: 190, subcode: 460 },
  })
  for (const [undecided, verdict] of [
    [{ is_valid: false, error: { code: 1, message: 'An unknown error occurred' } }, 'transient'],
    [{ is_valid: false, error: { code: 2, message: 'Service temporarily unavailable' } }, 'transient'],
    [{ error: { code: 4, message: 'Application request limit reached' } }, 'rate_limited'],
  ] as const)
    await t.rejects(ask(undecided), graphError({ verdict }), JSON.stringify(undecided))
})
