import nock from 'nock'
import t from 'tap'
import { graphError } from '../helpers/graph-server.ts'
import { APP_ID, build, ORIGIN, PROOF, SECRET } from './graph-client.ts'

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
