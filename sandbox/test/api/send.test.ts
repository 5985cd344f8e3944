import t from 'tap'
import { addPage, addVisitor } from '../../src/populate.ts'
import { createRng } from '../../src/rng.ts'
import { DAY_MS, graph, longLived, startConnected, startSandbox, textOf } from '../lab.ts'

t.test('a text reaches the visitor, with quick replies, and its message_id is told', async (t) => {
  const { send, say, sandbox, pageId, psid } = await startConnected(t)
  say('hi')
  const answer = await send({
    text: 'Pick',
    quick_replies: [
      { content_type: 'text', title: 'Red', payload: 'RED' },
      { content_type: 'text', payload: 7, title: '', image_url: 'https://img.example/blue.png' },
      { content_type: 'user_email' },
    ],
  })
  t.match(answer, { status: 200, body: { recipient_id: psid, message_id: /^m_/ } })
  t.match(sandbox.conversation(pageId, psid)?.messages.at(-1), {
    mid: answer.body['message_id'],
    from: 'page',
    text: 'Pick',
    quickReplies: [
      { title: 'Red', payload: 'RED' },
      { title: '', payload: '7', imageUrl: 'https://img.example/blue.png' },
    ],
  })
})

/** 18 KB in a query. */
const LONGEST = '好'.repeat(2000)

t.test('a message may come as JSON, form, bracketed form, query or multipart', async (t) => {
  const { say, sandbox, pageToken, pageId, psid } = await startConnected(t)
  say('hi')
  const url = `${sandbox.origin}/v25.0/me/messages`
  const multipart = new FormData()
  multipart.set('access_token', pageToken)
  multipart.set('recipient', JSON.stringify({ id: psid }))
  multipart.set('message', JSON.stringify({ text: 'multipart' }))
  const requests: [string, RequestInit][] = [
    [
      url,
      {
        body: new URLSearchParams({
          access_token: pageToken,
          recipient: `{"id":"${psid}"}`,
          message: '{"text":"form"}',
        }),
      },
    ],
    [
      url,
      {
        body: new URLSearchParams({
          access_token: pageToken,
          'recipient[id]': psid,
          'message[text]': 'bracketed',
        }),
      },
    ],
    [`${url}?access_token=${pageToken}&recipient[id]=${psid}&message[text]=query`, {}],
    [`${url}?access_token=${pageToken}&recipient[id]=${psid}&message[text]=${LONGEST}`, {}],
    [url, { body: multipart }],
    [
      url,
      {
        headers: { 'content-type': 'application/json', authorization: `OAuth ${pageToken}` },
        body: JSON.stringify({ recipient: JSON.stringify({ id: psid }), message: { text: 'json' } }),
      },
    ],
  ]
  for (const [address, init] of requests) {
    const response = await fetch(address, { method: 'POST', ...init })
    t.equal(response.status, 200, await response.text())
  }
  const said = await sandbox.replies(pageId, psid, requests.length)
  t.strictSame(
    said.map(({ text }) => text),
    ['form', 'bracketed', 'query', LONGEST, 'multipart', 'json'],
  )
})

t.test('the 24-hour window opens with what the visitor does, and closes with 10/2018278', async (t) => {
  const { send, say, sandbox, pageId, psid } = await startConnected(t)
  say('hi')
  sandbox.clock.advance(DAY_MS - 1000)
  t.match(await send({ text: 'in time' }), { status: 200 })
  sandbox.clock.advance(2000)
  t.match(await send({ text: 'too late' }), {
    status: 400,
    body: {
      error: {
        code: 10,
        error_subcode: 2018278,
        type: 'OAuthException',
        message: /outside of allowed window/,
      },
    },
  })
  t.match(await send({ text: 'human' }, { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' }), {
    status: 200,
  })
  sandbox.clock.advance(7 * DAY_MS)
  t.match(await send({ text: 'human' }, { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' }), {
    body: { error: { error_subcode: 2018278 } },
  })

  const mid = sandbox.conversation(pageId, psid)?.messages[1]?.mid ?? ''
  sandbox.act(pageId, psid, { type: 'reaction', mid, emoji: '👍', action: 'react' })
  t.match(await send({ text: 'a reaction opens it again' }), { status: 200 })
})

t.test("a PSID the Page never heard from gets 100/2018001, also another Page's", async (t) => {
  const { send, sandbox, pageToken, pageId } = await startConnected(t)
  const unknown = {
    body: { error: { code: 100, error_subcode: 2018001, message: /No matching user found/ } },
  }
  t.match(await send({ text: 'first' }), unknown, 'a Page never begins a conversation')

  const other = addPage(sandbox.world, createRng(1), { name: 'Other' })
  const visitor = addVisitor(sandbox.world, createRng(2), { name: 'Olga Other' })
  sandbox.act(other.id, visitor.psid, { type: 'text', text: 'hello, other Page' })
  t.match(
    await graph(sandbox, `/v25.0/${pageId}/messages`, {
      token: pageToken,
      body: { recipient: { id: visitor.psid }, message: { text: 'hi' } },
    }),
    unknown,
  )
})

t.test('typing shows until it is turned off, a message comes, or it fades', async (t) => {
  const { send, say, sandbox, pageToken, pageId, psid } = await startConnected(t)
  say('hi')
  const act = (action: string, more: object = {}) =>
    graph(sandbox, '/v25.0/me/messages', {
      token: pageToken,
      body: { recipient: { id: psid }, sender_action: action, ...more },
    })
  const typing = () => sandbox.conversation(pageId, psid)?.typing

  const answer = await act('typing_on')
  t.strictSame(answer.body, { recipient_id: psid })
  t.equal(typing(), true)
  await act('typing_off')
  t.equal(typing(), false)
  await act('typing_on')
  await send({ text: 'there' })
  t.equal(typing(), false)
  await act('typing_on')
  sandbox.clock.advance(21_000)
  t.equal(typing(), false)

  await act('mark_seen')
  t.ok(sandbox.conversation(pageId, psid)?.seenMs)
  const mid = sandbox.conversation(pageId, psid)?.messages[0]?.mid
  await act('react', { payload: { message_id: mid, reaction: '😊' } })
  t.match(sandbox.conversation(pageId, psid)?.messages[0], { pageReaction: '😊' })
  await act('TYPING_ON')
  t.equal(typing(), true, 'as the SDK of Meta spells it')
  t.match(await act('dance'), { body: { error: { code: 100, message: /MARK_SEEN, REACT, TYPING_OFF/ } } })
})

t.test('sending takes a Page token with pages_messaging and the MESSAGING task', async (t) => {
  const { say, sandbox, psid, pageId } = await startConnected(t)
  say('hi')
  const body = { recipient: { id: psid }, message: { text: 'hi' } }
  const user = await longLived(sandbox)
  t.match(await graph(sandbox, `/v25.0/${pageId}/messages`, { token: user, body }), {
    body: { error: { code: 190, message: /must be called with a Page Access Token/ } },
  })

  const narrow = sandbox.userToken({ scopes: ['pages_show_list'] })
  const token = textOf(
    (await graph(sandbox, `/v25.0/${pageId}?fields=access_token`, { token: narrow })).body['access_token'],
  )
  t.match(await graph(sandbox, '/v25.0/me/messages', { token, body }), {
    status: 403,
    body: {
      error: { code: 230, message: '(#230) Requires pages_messaging permission to manage the object' },
    },
  })

  const weak = await startSandbox(t, { pages: [{ id: '9', name: 'Weak', tasks: ['ANALYZE'] }] })
  const weakToken = textOf(
    (await graph(weak, '/v25.0/9?fields=access_token', { token: weak.userToken() })).body['access_token'],
  )
  t.match(await graph(weak, '/v25.0/me/messages', { token: weakToken, body }), {
    body: { error: { code: 200, message: /sufficient administrative permission.*Two Factor/ } },
  })
})

t.test('a malformed body has no parameters', async (t) => {
  const { sandbox, pageToken } = await startConnected(t)
  for (const body of ['{"recipient":', '[]', 'null', '"text"', '\u0000']) {
    const response = await fetch(`${sandbox.origin}/v25.0/me/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${pageToken}`, 'content-type': 'application/json' },
      body,
    })
    t.match(await response.json(), {
      error: { code: 100, message: '(#100) The parameter recipient is required' },
    })
  }
})

t.test('every Graph call takes as long as it is told to', async (t) => {
  const sandbox = await startSandbox(t, { latencyMs: 60 })
  const started = performance.now()
  await graph(sandbox, '/v25.0/me', { token: sandbox.userToken() })
  t.ok(performance.now() - started >= 55)
})
