import { createHmac } from 'node:crypto'
import nock from 'nock'
import t, { type Test } from 'tap'
import { Agent } from 'undici'
import { createGraph, type GraphOptions } from '../../src/graph/client.ts'
import type { Graph } from '../../src/graph/graph.ts'
import { graphError } from '../helpers/graph-server.ts'

const ORIGIN = 'https://graph.example'
const APP_ID = '600000000000001'
const SECRET = 'app-secret-1'
const proof = (token: string) => createHmac('sha256', SECRET).update(token).digest('hex')
const PROOF = { appsecret_proof: proof('page-token-1') }

const REFUSAL = {
  error: { message: 'no', type: 'OAuthException', code: 10, error_subcode: 2018278, fbtrace_id: 'AbC' },
}

const build = (t: Test, over: Partial<GraphOptions> = {}): Graph => {
  nock.disableNetConnect()
  const unmatched: unknown[] = []
  const note = (request: unknown) => unmatched.push(request)
  nock.emitter.on('no match', note)
  // A new Agent per test: one that connected before nock was active would keep its real socket.
  const dispatcher = new Agent({ allowH2: false })
  t.teardown(async () => {
    nock.emitter.off('no match', note)
    const missing = nock.pendingMocks()
    nock.cleanAll()
    await dispatcher.close()
    // An assertion would come too late here.
    if (missing.length > 0 || unmatched.length > 0) {
      throw new Error(`never called: ${missing.join(', ')}; not expected: ${unmatched.length}`)
    }
  })
  return createGraph({
    origin: ORIGIN,
    version: 'v25.0',
    appId: APP_ID,
    appSecret: SECRET,
    dispatcher,
    ...over,
  })
}

t.test('sendMessage posts as the Page, with the token in the header only', async (t) => {
  const graph = build(t)
  nock(ORIGIN, { reqheaders: { authorization: 'Bearer page-token-1', 'content-type': 'application/json' } })
    .post('/v25.0/100/messages', {
      recipient: { id: 'psid-1' },
      messaging_type: 'RESPONSE',
      message: {
        text: 'hello',
        quick_replies: [{ content_type: 'text', title: 'A', payload: 'a' }],
        metadata: 'out-1',
      },
    })
    .query(PROOF)
    .reply(200, { recipient_id: 'psid-1', message_id: 'm_1' }, { 'x-app-usage': '{"call_count":7}' })

  const sent = await graph.sendMessage({
    pageId: '100',
    pageToken: 'page-token-1',
    psid: 'psid-1',
    message: { text: 'hello', quick_replies: [{ content_type: 'text', title: 'A', payload: 'a' }] },
    metadata: 'out-1',
  })
  t.strictSame(sent, { messageId: 'm_1', recipientId: 'psid-1', usage: { percent: 7, regainMs: null } })
})

t.test('a refused send carries every fact of the envelope', async (t) => {
  const graph = build(t)
  nock(ORIGIN).post('/v25.0/100/messages').query(PROOF).reply(400, REFUSAL, { 'retry-after': '30' })

  await t.rejects(graph.sendMessage(HELLO), {
    name: 'GraphError',
    code: 'BOT_GRAPH_REJECTED',
    verdict: 'outside_window',
    edge: 'messages',
    graphCode: 10,
    subcode: 2018278,
    fbtraceId: 'AbC',
    httpStatus: 400,
    retryAfterMs: 30_000,
    message: /24-hour window/,
  })
})

t.test('an error envelope counts whatever the status', async (t) => {
  const graph = build(t)
  for (const status of [200, 403]) {
    nock(ORIGIN).post('/v25.0/100/messages').query(PROOF).reply(status, REFUSAL)
    await t.rejects(graph.sendMessage(HELLO), graphError({ verdict: 'outside_window', httpStatus: status }))
  }
})

t.test('a 5xx proves nothing about a message, whatever its body says', async (t) => {
  const graph = build(t)
  for (const [status, body] of [
    [500, REFUSAL],
    [500, { error: { code: 2 } }],
    [503, { error: { code: 190, error_subcode: 460 } }],
    [599, { error: {} }],
  ] as const) {
    nock(ORIGIN).post('/v25.0/100/messages').query(PROOF).reply(status, body)
    const error = { verdict: 'ambiguous', httpStatus: status, answered: true, retryable: true }
    await t.rejects(graph.sendMessage(HELLO), graphError(error))
  }
  nock(ORIGIN).get('/v25.0/me').query(true).reply(500, REFUSAL)
  await t.rejects(
    graph.me('page-token-1'),
    graphError({ verdict: 'outside_window' }),
    'a read repeats safely',
  )
})

t.test(
  'a refusal may pass where Facebook says so, or was seen to take the same a moment later',
  async (t) => {
    const graph = build(t)
    for (const [error, mayPass] of [
      [{ code: 100, error_subcode: 2_018_047 }, false],
      [{ code: 100, error_subcode: 2_018_047, is_transient: true }, true],
      [{ code: 100, error_subcode: 2_018_008 }, true],
      [{ code: 1_609_005 }, true],
    ] as const) {
      nock(ORIGIN).post('/v25.0/100/messages').query(PROOF).reply(400, { error })
      await t.rejects(graph.sendMessage(HELLO), graphError({ verdict: 'bad_request', mayPass }))
    }
  },
)

t.test('an undocumented refusal is told in the words and numbers of Facebook', async (t) => {
  const graph = build(t)
  nock(ORIGIN)
    .post('/v25.0/100/messages')
    .query(PROOF)
    .reply(400, { error: { code: 77_777, error_subcode: 5, message: 'Something new' } })
  await t.rejects(
    graph.sendMessage(HELLO),
    graphError({ verdict: 'unknown', reach: 'visitor', meaning: null, message: /77777\/5 .*Something new/ }),
  )
})

t.test('an error that is no object is no success', async (t) => {
  const graph = build(t)
  nock(ORIGIN).post('/v25.0/100/messages').query(PROOF).reply(200, { error: 'try again' })
  await t.rejects(graph.sendMessage(HELLO), graphError({ verdict: 'ambiguous' }))
})

t.test('an odd error envelope is still an error with a verdict', async (t) => {
  const graph = build(t)
  const bodies = [
    { error: {} },
    { error: { code: '190', error_subcode: '460' } },
    { error: { code: null, message: { text: 'x' }, fbtrace_id: 7 } },
    { error: { code: 1e300, error_subcode: 1.5 } },
  ]
  const verdicts = ['unknown', 'token_invalid', 'unknown', 'unknown']
  for (const [index, body] of bodies.entries()) {
    nock(ORIGIN).post('/v25.0/100/messages').query(PROOF).reply(400, body)
    await t.rejects(graph.sendMessage(HELLO), graphError({ verdict: verdicts[index], fbtraceId: null }))
  }
})

t.test('an error never shows a token, a secret or the text of the message', async (t) => {
  const graph = build(t)
  const quoting = `Malformed access token page-token-1 ${SECRET} ${proof('page-token-1')} said hello there`
  nock(ORIGIN)
    .post('/v25.0/100/messages')
    .query(PROOF)
    .reply(400, { error: { code: 190, message: quoting } })

  const error = await graph.sendMessage({ ...HELLO, message: { text: 'hello there' } }).catch((e: Error) => e)
  t.match(error, { verdict: 'token_invalid' })
  const shown = `${JSON.stringify(error)} ${(error as Error).stack}`
  t.notMatch(shown, new RegExp(`page-token-1|${SECRET}|${proof('page-token-1')}|hello there`))
})

t.test('ids beyond 2^53 keep every digit', async (t) => {
  const graph = build(t)
  nock(ORIGIN)
    .post('/v25.0/100/messages')
    .query(PROOF)
    .reply(200, '{"recipient_id":70000000000000017,"message_id":"m_1"}')
  t.match(await graph.sendMessage(HELLO), { recipientId: '70000000000000017' })
})

t.test('a send that is acknowledged without ids is sent all the same', async (t) => {
  const graph = build(t)
  nock(ORIGIN).post('/v25.0/100/messages').query(PROOF).reply(200, {})
  t.strictSame(await graph.sendMessage(HELLO), { messageId: null, recipientId: null, usage: null })
})

t.test('senderAction posts the action alone', async (t) => {
  const graph = build(t)
  nock(ORIGIN)
    .post('/v25.0/100/messages', { recipient: { id: 'psid-1' }, sender_action: 'typing_on' })
    .query(PROOF)
    .reply(200, { recipient_id: 'psid-1' })
  await graph.senderAction({ pageId: '100', pageToken: 'page-token-1', psid: 'psid-1', action: 'typing_on' })
})

t.test('passThreadControl names the visitor and the app that is to answer', async (t) => {
  const graph = build(t)
  nock(ORIGIN)
    .post('/v25.0/100/pass_thread_control', { recipient: { id: 'psid-1' }, target_app_id: '42' })
    .query(PROOF)
    .reply(200, { success: true })
  const call = { pageId: '100', pageToken: 'page-token-1', psid: 'psid-1', targetAppId: '42' }
  await graph.passThreadControl(call)

  nock(ORIGIN).post('/v25.0/100/pass_thread_control').query(PROOF).reply(200, { success: 'false' })
  await t.rejects(graph.passThreadControl(call), { code: 'BOT_GRAPH_REJECTED' })
})

t.test('userProfile gives what Facebook tells, fit to be shown, and nothing for nothing', async (t) => {
  const graph = build(t)
  const profile = (body: object) =>
    nock(ORIGIN)
      .get('/v25.0/psid-1')
      .query({ ...PROOF, fields: 'first_name,locale' })
      .reply(200, body)
  const call = { pageToken: 'page-token-1', psid: 'psid-1', fields: ['first_name', 'locale'] }

  profile({ first_name: 'Ada\u0007\nLove', locale: 'de_DE', gender: 'female', id: 'psid-1' })
  t.strictSame(await graph.userProfile(call), { first_name: 'Ada Love', locale: 'de_DE' })
  profile({})
  t.strictSame(await graph.userProfile(call), {})
  profile({ first_name: '', locale: 7 })
  t.strictSame(await graph.userProfile(call), {})
})

t.test('recentMessages reads the conversation with that visitor and no other', async (t) => {
  const graph = build(t)
  const conversations = () =>
    nock(ORIGIN)
      .get('/v25.0/100/conversations')
      .query((query) => query['user_id'] === 'psid-1' && query['appsecret_proof'] === PROOF.appsecret_proof)
  const said = (id: string, over = {}) => ({
    id,
    message: 'hello',
    from: { id: '100', name: 'Page' },
    created_time: '2026-11-21T12:00:05+0000',
    ...over,
  })
  conversations().reply(200, {
    data: [
      { participants: { data: [{ id: 'psid-2' }, { id: '100' }] }, messages: { data: [said('m_other')] } },
      {
        participants: { data: [{ id: 'psid-1' }, { id: '100' }] },
        messages: {
          data: [said('m_1'), { id: 'm_2' }, said('m_3', { message: 7, from: 1, created_time: 'x' }), {}, 3],
        },
      },
    ],
  })
  const call = { pageId: '100', pageToken: 'page-token-1', psid: 'psid-1' }
  t.strictSame(await graph.recentMessages(call), {
    messages: [
      { id: 'm_1', fromId: '100', text: 'hello', createdMs: Date.UTC(2026, 10, 21, 12, 0, 5) },
      { id: 'm_2', fromId: null, text: '', createdMs: null },
      { id: 'm_3', fromId: null, text: '', createdMs: null },
    ],
    next: null,
  })

  conversations().reply(200, { data: [{ messages: 'none' }] })
  t.strictSame(await graph.recentMessages(call), { messages: [], next: null })
})

t.test('recentMessages goes on to older messages where the ones before ended', async (t) => {
  const graph = build(t)
  const call = { pageId: '100', pageToken: 'page-token-1', psid: 'psid-1' }
  const message = (id: string) => ({ id, message: 'hi', from: { id: '100' } })
  const more = { cursors: { before: 'b', after: 'a=1&' }, next: 'https://graph.example/next' }
  nock(ORIGIN)
    .get('/v25.0/100/conversations')
    .query(true)
    .reply(200, { data: [{ id: 't_1', messages: { data: [message('m_2')], paging: more } }] })
  const { next } = await graph.recentMessages(call)
  t.type(next, 'string')

  nock(ORIGIN, { reqheaders: { authorization: 'Bearer page-token-1' } })
    .get('/v25.0/t_1/messages')
    .query((query) => query['after'] === 'a=1&' && query['appsecret_proof'] === PROOF.appsecret_proof)
    .reply(200, { data: [message('m_1')], paging: { cursors: more.cursors } })
  t.match(await graph.recentMessages({ ...call, after: next ?? '' }), {
    messages: [{ id: 'm_1' }],
    next: null,
  })
})

t.test('conversations reads one page of the list, and where the next one begins', async (t) => {
  const graph = build(t)
  const call = { pageId: '100', pageToken: 'page-token-1' }
  const page = (after?: string) =>
    nock(ORIGIN, { reqheaders: { authorization: 'Bearer page-token-1' } })
      .get('/v25.0/100/conversations')
      .query(
        (query) =>
          query['after'] === after &&
          query['fields'] === 'updated_time,messages.limit(25){id,message,from,created_time}' &&
          query['appsecret_proof'] === PROOF.appsecret_proof,
      )
  const message = { id: 'm_1', message: 'hi', from: { id: '700' }, created_time: '2026-11-21T12:00:05+0000' }
  page().reply(200, {
    data: [
      { id: 't_1', updated_time: '2026-11-21T12:00:07+0000', messages: { data: [message] } },
      { id: 't_2', updated_time: 'lately' },
      'odd',
    ],
    paging: { cursors: { before: 'b', after: 'a=1&' }, next: 'https://graph.example/next' },
  })
  t.strictSame(await graph.conversations(call), {
    conversations: [
      {
        updatedMs: Date.UTC(2026, 10, 21, 12, 0, 7),
        messages: [{ id: 'm_1', fromId: '700', text: 'hi', createdMs: Date.UTC(2026, 10, 21, 12, 0, 5) }],
      },
      { updatedMs: null, messages: [] },
    ],
    next: 'after=a%3D1%26',
  })

  // Cursors come with the last page, too.
  page('a=1&').reply(200, { data: [], paging: { cursors: { before: 'b', after: 'a' } } })
  t.strictSame(await graph.conversations({ ...call, after: 'after=a%3D1%26' }), {
    conversations: [],
    next: null,
  })
  page().reply(200, { data: 'none', paging: 'none' })
  t.strictSame(await graph.conversations(call), { conversations: [], next: null })
})

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

t.test('is_valid must be true, not merely look like it', async (t) => {
  const graph = build(t)
  for (const odd of ['true', 1, null, undefined]) {
    nock(ORIGIN)
      .get('/v25.0/debug_token')
      .query(true)
      .reply(200, { data: { is_valid: odd } })
    t.equal((await graph.debugToken('t')).isValid, false)
  }
})

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

for (const version of ['v22.0', 'v23.0', 'v24.0', 'v25.0', 'v26.0']) {
  t.test(`every path begins with ${version} when that is asked for`, async (t) => {
    const graph = build(t, { version })
    const here = () => nock(ORIGIN)
    here()
      .get(`/${version}/debug_token`)
      .query(true)
      .reply(200, { data: { is_valid: true } })
    here().get(`/${version}/oauth/access_token`).query(true).reply(200, { access_token: 'l' })
    here().get(`/${version}/me/accounts`).query(true).reply(200, { data: [] })
    here().get(`/${version}/100`).query(true).reply(200, { id: '100' })
    here().post(`/${version}/100/subscribed_apps`).query(true).reply(200, { success: true })
    here().post(`/${version}/100/messages`).query(true).reply(200, { message_id: 'm' })
    await graph.debugToken('t')
    await graph.exchangeToken('t')
    await collect(graph.accounts('t'))
    await graph.page('100', 't')
    await graph.subscribe('100', 't', ['messages'])
    await graph.sendMessage(HELLO)
  })
}

t.test('another Graph version than the pinned one is reported once', async (t) => {
  const seen: unknown[] = []
  const graph = build(t, { onVersionMismatch: (versions) => seen.push(versions) })
  for (const ran of [
    {},
    { 'facebook-api-version': 'v25.0' },
    { 'facebook-api-version': 'v26.0' },
    { 'facebook-api-version': 'v26.0' },
  ]) {
    nock(ORIGIN).get('/v25.0/me').query(true).reply(200, { id: '1' }, ran)
    await graph.me('t')
  }
  t.strictSame(seen, [{ asked: 'v25.0', ran: 'v26.0' }])
})

t.test('every call is counted with its edge and outcome', async (t) => {
  const seen: string[] = []
  const graph = build(t, { onCall: ({ edge, outcome, ms }) => seen.push(`${edge} ${outcome} ${ms >= 0}`) })
  nock(ORIGIN).post('/v25.0/100/messages').query(true).reply(200, {})
  nock(ORIGIN).post('/v25.0/100/messages').query(true).reply(400, REFUSAL)
  await graph.sendMessage(HELLO)
  await t.rejects(graph.sendMessage(HELLO))
  t.strictSame(seen, ['messages ok true', 'messages outside_window true'])
})

const HELLO = { pageId: '100', pageToken: 'page-token-1', psid: 'psid-1', message: { text: 'hello' } }

const collect = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}
