import nock from 'nock'
import t from 'tap'
import { graphError } from '../helpers/graph-server.ts'
import { ORIGIN, SECRET, proof, PROOF, REFUSAL, build, HELLO, collect } from './graph-client.ts'

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
  t.strictSame(sent, { messageId: 'm_1', usage: { percent: 7, regainMs: null } })
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

t.test('that the tag for people is not permitted says nothing of other messages', async (t) => {
  const graph = build(t)
  const refused = (tag: 'HUMAN_AGENT' | undefined, error: object, facts: object) => {
    nock(ORIGIN).post('/v25.0/100/messages').query(PROOF).reply(403, { error })
    return t.rejects(
      graph.sendMessage({ ...HELLO, tag }),
      graphError({ verdict: 'permission', httpStatus: 403, code: 'BOT_GRAPH_REJECTED', ...facts }),
    )
  }
  const unnamed = { code: 10, message: '(#10) Application does not have permission for this action' }
  const tag = { reach: 'visitor', remedy: /Human Agent.*human_agent.*pages_messaging/ }
  await refused('HUMAN_AGENT', unnamed, { ...tag, graphCode: 10 })
  await refused(undefined, unnamed, { reach: 'page', remedy: undefined })
  // chatwoot/chatwoot#14669
  await refused('HUMAN_AGENT', { code: 100, error_subcode: 1893061, message: 'Invalid parameter' }, tag)
  const named = { code: 230, message: '(#230) Requires pages_messaging permission to manage the object' }
  await refused('HUMAN_AGENT', named, { reach: 'page', remedy: undefined })
  // What the table knows better stays.
  await refused('HUMAN_AGENT', { code: 413 }, { reach: 'page', remedy: /two-factor/ })
})

t.test('a 5xx proves nothing about a message, whatever its body says', async (t) => {
  const graph = build(t)
  for (const [status, body] of [
    [500, REFUSAL],
    [500, { error: { code: 2 } }],
    [503, { error: { code: 190, error_subcode: 460 } }],
    [500, { error: {} }],
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
    .reply(200, '{"recipient_id":"17","message_id":70000000000000017}')
  t.match(await graph.sendMessage(HELLO), { messageId: '70000000000000017' })
})

t.test('a send is acknowledged by one of its ids; an answer without both leaves it in doubt', async (t) => {
  const graph = build(t)
  nock(ORIGIN).post('/v25.0/100/messages').query(PROOF).reply(200, { recipient_id: '17' })
  t.strictSame(await graph.sendMessage(HELLO), { messageId: null, usage: null })
  for (const body of [
    {},
    { success: true },
    { status: 'ok' },
    { error_code: 1, error_msg: 'of an old API' },
  ]) {
    nock(ORIGIN).post('/v25.0/100/messages').query(PROOF).reply(200, body)
    const error = await graph.sendMessage(HELLO).catch((failure: unknown) => failure)
    t.match(error, { verdict: 'ambiguous', answered: true }, JSON.stringify(body))
  }
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
  page().reply(200, { data: [], paging: 'none' })
  t.strictSame(await graph.conversations(call), { conversations: [], next: null })
  // An object of a proxy must not pass for a Page in which nothing was missed.
  for (const odd of [{ data: 'none' }, { data: { 0: {} } }, { status: 'ok' }, {}]) {
    page().reply(200, odd)
    await t.rejects(graph.conversations(call), graphError({ verdict: 'transient', message: /sent no list/ }))
  }
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

t.test('every call is counted with its edge and outcome, and whether anything answered', async (t) => {
  const seen: string[] = []
  const graph = build(t, {
    onCall: ({ edge, outcome, isAnswered, ms }) => seen.push(`${edge} ${outcome} ${isAnswered} ${ms >= 0}`),
  })
  nock(ORIGIN).post('/v25.0/100/messages').query(true).reply(200, { message_id: 'm_1' })
  nock(ORIGIN).post('/v25.0/100/messages').query(true).reply(400, REFUSAL)
  nock(ORIGIN).post('/v25.0/100/messages').query(true).replyWithError('no way')
  await graph.sendMessage(HELLO)
  await t.rejects(graph.sendMessage(HELLO))
  await t.rejects(graph.sendMessage(HELLO))
  t.strictSame(seen, [
    'messages ok true true',
    'messages outside_window true true',
    'messages ambiguous false true',
  ])
})
