import http from 'node:http'
import t from 'tap'
import type { SandboxEvent } from '../../src/api.ts'
import type { Sandbox } from '../../src/server.ts'
import {
  control,
  DAY_MS,
  firstPage,
  firstVisitor,
  graph,
  START_MS,
  startConnected,
  startSandbox,
  textOf,
} from '../lab.ts'

t.test('the state tells app, webhook, Pages, visitors and trouble', async (t) => {
  const { sandbox, bot } = await startConnected(t, { repairCommand: 'npm run repair' })
  t.match(await control(sandbox, 'state'), {
    status: 200,
    body: {
      nowMs: START_MS,
      graphOrigin: sandbox.origin,
      webhook: { url: bot.url, pending: 0 },
      pages: [
        { name: 'Corner Bakery', subscribed: true, token: { handedOut: true, alive: true, reason: null } },
      ],
      visitors: [{ name: 'Vera Visitor', firstName: 'Vera' }, { name: 'Victor Guest' }],
      trouble: { graphDown: false, webhookLost: false, delayMs: 0 },
      repairCommand: 'npm run repair',
    },
  })
})

t.test('a visitor is made, writes, and their conversation is shown', async (t) => {
  const { sandbox, pageId, send, psid } = await startConnected(t)
  const { body: visitor } = await control(sandbox, 'visitors', { name: 'Nora New', pageId })
  t.match(visitor, { psid: /^7\d{15}$/, name: 'Nora New', firstName: 'Nora' })
  t.match(await control(sandbox, `conversations/${pageId}/${textOf(visitor['psid'])}`), {
    body: { messages: [], windowEndsMs: null },
  })

  t.match(await control(sandbox, `conversations/${pageId}/${psid}`, { type: 'text', text: 'hi <b>' }), {
    status: 200,
    body: { mid: /^m_/ },
  })
  await send({ text: 'hello' })
  await sandbox.courier.idle()
  t.match(await control(sandbox, `conversations/${pageId}/${psid}`), {
    body: {
      windowEndsMs: START_MS + DAY_MS,
      messages: [
        { from: 'visitor', text: 'hi <b>', webhook: 'delivered' },
        { from: 'page', text: 'hello', webhook: null },
      ],
    },
  })
})

const badBodies: [string, unknown, number][] = [
  ['visitors', { name: '' }, 400],
  ['visitors', { name: 5 }, 400],
  ['visitors', { name: 'A', pageId: 'none' }, 404],
  ['visitors', [], 400],
  ['conversations/PAGE/PSID', { type: 'dance' }, 400],
  ['conversations/PAGE/PSID', { type: 'text', text: 'x'.repeat(20_001) }, 400],
  [
    'conversations/PAGE/PSID',
    { type: 'attachment', attachment: { type: 'image', url: 'javascript:1' } },
    400,
  ],
  ['conversations/PAGE/PSID', { type: 'attachment', attachment: 5 }, 400],
  ['conversations/PAGE/PSID', { type: 'sticker', stickerId: 'x' }, 400],
  ['conversations/PAGE/PSID', { type: 'reaction', mid: 'm_none', emoji: 'x', action: 'react' }, 409],
  ['conversations/PAGE/PSID', { type: 'referral', ref: 'not a ref' }, 400],
  ['conversations/PAGE/PSID', { type: 'get_started' }, 409],
  ['conversations/PAGE/none', { type: 'text', text: 'a' }, 404],
  ['conversations/none/PSID', { type: 'text', text: 'a' }, 404],
  ['inbox/PAGE/PSID', { type: 'text', text: 'a' }, 409],
  ['trouble/earthquake', {}, 404],
  ['trouble/fail', {}, 400],
  ['trouble/fail', { error: { code: 'x' } }, 400],
  ['trouble/fail', { status: 1000 }, 400],
  ['trouble/password-changed', { pageId: 'none' }, 404],
  ['clock', { advanceSeconds: -1 }, 400],
  ['clock', {}, 400],
  ['user-token', { scopes: 'all' }, 400],
  ['nowhere', {}, 404],
]
t.test('bad bodies are refused with a message and change nothing', async (t) => {
  const sandbox = await startSandbox(t)
  for (const [path, body, status] of badBodies) {
    const real = path.replace('PAGE', firstPage(sandbox)).replace('PSID', firstVisitor(sandbox))
    t.match(
      await control(sandbox, real, body),
      { status, body: { message: String } },
      `${path} ${JSON.stringify(body).slice(0, 60)}`,
    )
  }
  t.equal(sandbox.world.conversations.size, 0)
  const malformed = await fetch(`${sandbox.origin}/sandbox/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{',
  })
  t.equal(malformed.status, 400)
})

t.test('the clock moves tokens and windows', async (t) => {
  const sandbox = await startSandbox(t)
  const { body } = await control(sandbox, 'user-token', { expiresInSeconds: 60 })
  const token = textOf(body['token'])
  t.match(await graph(sandbox, '/v25.0/me', { token }), { status: 200 })
  t.match(await control(sandbox, 'clock', { advanceSeconds: 61 }), { body: { nowMs: START_MS + 61_000 } })
  t.match(await graph(sandbox, '/v25.0/me', { token }), { body: { error: { error_subcode: 463 } } })
})

t.test('calls fail on demand: this edge, so often, with this answer', async (t) => {
  const { sandbox, send, say, pageToken, pageId } = await startConnected(t)
  say('hi')
  await control(sandbox, 'trouble/fail', {
    edge: 'messages',
    times: 2,
    error: { code: 613, message: '(#613) slow down', is_transient: true },
  })
  await control(sandbox, 'trouble/fail', { edge: 'accounts', raw: '<html>busy</html>' })
  await control(sandbox, 'trouble/fail', { edge: 'messages', pageId: 'another', status: 500 })
  for (const _ of [1, 2]) {
    t.match(await send({ text: 'a' }), {
      status: 400,
      body: { error: { code: 613, message: '(#613) slow down', is_transient: true, fbtrace_id: String } },
    })
  }
  t.match(await send({ text: 'a' }), { status: 200 }, 'the trouble of another Page is not ours')
  t.match(await graph(sandbox, '/v25.0/me', { token: pageToken }), { status: 200 })
  t.match(await graph(sandbox, '/v25.0/me/accounts', { token: sandbox.userToken() }), {
    status: 503,
    body: '<html>busy</html>',
  })

  sandbox.trouble('fail', { status: 500, pageId })
  t.match(await graph(sandbox, '/v25.0/me', { token: pageToken }), {
    status: 500,
    body: { error: { code: 2, is_transient: true } },
  })
  sandbox.trouble('fail', { error: { code: 190, error_subcode: 460 }, times: 99 })
  t.match(
    (await graph(sandbox, '/v25.0/me', { token: pageToken })).headers.get('www-authenticate'),
    'invalid_token',
  )
  sandbox.trouble('calm')
  t.match(await graph(sandbox, '/v25.0/me', { token: pageToken }), { status: 200 })
})

t.test('a lost answer leaves the message sent', async (t) => {
  const { sandbox, send, say, pageId, psid } = await startConnected(t)
  say('hi')
  sandbox.trouble('lose-answer', { edge: 'messages' })
  await t.rejects(send({ text: 'did it go out?' }))
  t.match(sandbox.conversation(pageId, psid)?.messages.at(-1), { text: 'did it go out?' })
})

t.test('a send is carried out though it is answered by an error', async (t) => {
  const { sandbox, send, say, pageId, psid } = await startConnected(t)
  say('hi')
  sandbox.trouble('lose-answer', { edge: 'messages', status: 500 })
  t.match(await send({ text: 'posted, and a 500' }), { status: 500, body: { error: { code: 2 } } })
  sandbox.trouble('lose-answer', {
    edge: 'messages',
    status: 500,
    error: { code: 1, error_subcode: 1357046, message: 'Received Invalid JSON reply.' },
  })
  t.match(await send({ text: 'posted, and 1/1357046' }), {
    status: 500,
    body: { error: { code: 1, error_subcode: 1357046, message: 'Received Invalid JSON reply.' } },
  })
  sandbox.trouble('lose-answer', { edge: 'messages', status: 502, raw: '<html>Bad gateway</html>' })
  t.match(await send({ text: 'posted, and HTML' }), { status: 502, body: '<html>Bad gateway</html>' })
  t.match(
    sandbox
      .conversation(pageId, psid)
      ?.messages.slice(1)
      .map(({ text }) => text),
    ['posted, and a 500', 'posted, and 1/1357046', 'posted, and HTML'],
  )
})

t.test('an error meets the calls about one person alone', async (t) => {
  const { sandbox, send, say, pageId, pageToken, psid } = await startConnected(t)
  const [, other = ''] = sandbox.world.visitors.keys()
  say('hi')
  sandbox.act(pageId, other, { type: 'text', text: 'hi' })
  const error = { code: 230, message: '(#230) Requires pages_messaging permission for the user' }
  sandbox.trouble('fail', { psid: other, times: 3, error })
  t.match(await send({ text: 'for Vera' }), { status: 200 })
  const toOther = { recipient: { id: other }, message: { text: 'for Victor' } }
  t.match(await graph(sandbox, '/v25.0/me/messages', { token: pageToken, body: toOther }), {
    status: 400,
    body: { error: { code: 230 } },
  })
  const part = (recipient: string) => ({
    method: 'POST',
    relative_url: 'me/messages',
    body: `recipient=${encodeURIComponent(JSON.stringify({ id: recipient }))}&message=${encodeURIComponent('{"text":"in a batch"}')}`,
  })
  const batch = { batch: [part(other), part(psid)], access_token: pageToken }
  t.match((await graph(sandbox, '/', { body: batch })).body, [{ code: 400 }, { code: 200 }])
  t.match(await graph(sandbox, `/v25.0/${other}?fields=name`, { token: pageToken }), { status: 400 })
  t.match(await graph(sandbox, `/v25.0/${other}?fields=name`, { token: pageToken }), { status: 200 })
})

t.test('the list of conversations is refused alone, or the conversation with one person', async (t) => {
  const { sandbox, say, pageToken, psid } = await startConnected(t)
  say('hi')
  const read = (query: string) => graph(sandbox, `/v25.0/me/conversations${query}`, { token: pageToken })
  sandbox.trouble('fail', { edge: 'all_conversations', times: 2, error: { code: 1, message: 'reduce it' } })
  t.match(await read(`?user_id=${psid}`), { status: 200 })
  t.match(await read('?limit=1'), { status: 400, body: { error: { code: 1 } } })
  t.match(await read(`?user_id=${psid}`), { status: 200 })
  sandbox.trouble('calm')
  sandbox.trouble('fail', { edge: 'conversations', psid, error: { code: 100 } })
  t.match(await read(''), { status: 200 })
  t.match(await read(`?user_id=${psid}`), { status: 400, body: { error: { code: 100 } } })
})

t.test('Graph goes down with an HTML page, or with broken connections, and comes back', async (t) => {
  const sandbox = await startSandbox(t)
  const token = sandbox.userToken()
  sandbox.trouble('graph-down')
  const answer = await graph(sandbox, '/v25.0/me', { token })
  t.match(answer, { status: 503, body: /^<!DOCTYPE html>/ })
  t.match(answer.headers.get('content-type'), 'text/html')
  t.match(sandbox.state(), { trouble: { graphDown: true } })
  sandbox.trouble('graph-down', { reset: true })
  await t.rejects(graph(sandbox, '/v25.0/me', { token }))
  sandbox.trouble('graph-up')
  t.match(await graph(sandbox, '/v25.0/me', { token }), { status: 200 })
})

t.test('events stream: first the state, then what happens', async (t) => {
  const { sandbox, say, send } = await startConnected(t)
  const response = await fetch(`${sandbox.origin}/sandbox/events`)
  t.match(response.headers.get('content-type'), 'text/event-stream')
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  t.teardown(() => reader?.cancel())
  const seen: SandboxEvent[] = []
  const readUntil = async (enough: () => boolean) => {
    let text = ''
    while (!enough()) {
      const { value = '', done } = (await reader?.read()) ?? { done: true }
      if (done) return
      text += value
      const events = text.split('\n\n')
      text = events.pop() ?? ''
      seen.push(
        ...events
          .filter((event) => event.startsWith('data: '))
          .map((event) => JSON.parse(event.slice(6)) as SandboxEvent),
      )
    }
  }
  await readUntil(() => seen.length > 0)
  t.equal(seen[0]?.type, 'state')
  say('hello')
  await send({ text: 'hi there' })
  const has = (what: (event: SandboxEvent) => boolean) => seen.some((event) => what(event))
  await readUntil(
    () =>
      has((event) => event.type === 'message' && event.message.webhook === 'delivered') &&
      has((event) => event.type === 'message' && event.message.text === 'hi there') &&
      has((event) => event.type === 'conversation') &&
      has((event) => event.type === 'traffic' && event.traffic.kind === 'webhook') &&
      has((event) => event.type === 'traffic' && event.traffic.kind === 'graph'),
  )
  t.pass('everything was told')
})

const withHeaders = (sandbox: Sandbox, path: string, headers: Record<string, string>, method = 'GET') =>
  new Promise<number>((resolve, reject) => {
    const request = http.request(`${sandbox.origin}${path}`, { method, headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    request.on('error', reject)
    request.end(method === 'POST' ? '{}' : undefined)
  })

t.test('a foreign web page cannot drive the sandbox', async (t) => {
  const sandbox = await startSandbox(t)
  const json = { 'content-type': 'application/json' }
  for (const path of ['/sandbox/state', '/sandbox/events', '/', '/v25.0/dialog/oauth']) {
    t.equal(await withHeaders(sandbox, path, { host: 'evil.example' }), 403, path)
  }
  t.equal(
    await withHeaders(sandbox, '/sandbox/reset', { ...json, origin: 'https://evil.example' }, 'POST'),
    403,
  )
  t.equal(await withHeaders(sandbox, '/sandbox/reset', { 'content-type': 'text/plain' }, 'POST'), 415)
  t.equal(await withHeaders(sandbox, '/sandbox/reset', {}, 'POST'), 415)
  t.equal(await withHeaders(sandbox, '/sandbox/state', { host: 'localhost:1' }), 200)
  t.equal(await withHeaders(sandbox, '/sandbox/reset', { ...json, origin: sandbox.origin }, 'POST'), 200)
})

t.test('a POST that needs no body may have none, as curl sends it', async (t) => {
  const sandbox = await startSandbox(t)
  const headers = { 'content-type': 'application/json' }
  for (const path of ['reset', 'user-token', 'trouble/calm']) {
    const answer = await sandbox.app.inject({ method: 'POST', url: `/sandbox/${path}`, headers })
    t.equal(answer.statusCode, 200, path)
  }
  const clock = await sandbox.app.inject({ method: 'POST', url: '/sandbox/clock', headers })
  t.match(clock.json(), { statusCode: 400, message: /"advanceSeconds" must be/ })
  const bare = await sandbox.app.inject({ method: 'POST', url: '/sandbox/reset' })
  t.match(bare.json(), { statusCode: 415, message: /-H 'content-type: application\/json'/ })
})

t.test('reset keeps ids and webhook, and forgets all that happened, tokens included', async (t) => {
  const { sandbox, pageToken, pageId, psid, bot, say } = await startConnected(t)
  say('hi')
  sandbox.trouble('graph-down')
  t.match(await control(sandbox, 'reset', {}), {
    body: { pages: [{ id: pageId, subscribed: false }], trouble: { graphDown: false } },
  })
  t.equal(sandbox.world.conversations.size, 0)
  t.ok(sandbox.world.visitors.has(psid))
  t.equal(sandbox.state().webhook.url, bot.url)
  t.match(await graph(sandbox, '/v25.0/me', { token: pageToken }), { body: { error: { code: 190 } } })
})

t.test('the chat page is served with a strict policy, and nothing beside it', async (t) => {
  const sandbox = await startSandbox(t)
  const page = await fetch(`${sandbox.origin}/`)
  t.equal(page.status, 200)
  if (page.headers.get('content-type')?.includes('html') === true) {
    t.match(page.headers.get('content-security-policy'), /script-src 'self'/)
    t.notMatch(page.headers.get('content-security-policy'), /unsafe-inline/)
    t.equal(page.headers.get('x-content-type-options'), 'nosniff')
  }
  for (const path of ['/nothing.js', '/..%2fserver.js', '/%2e%2e/world.js']) {
    t.not((await fetch(`${sandbox.origin}${path}`)).status, 200, path)
  }
})
