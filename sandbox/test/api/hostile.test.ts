import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import t from 'tap'
import { graph, startConnected } from '../lab.ts'
import { anyCharacter } from '../any-character.ts'
import { roundsOr } from '../rounds.ts'

/** `..` would lead out of Graph before the request is even sent. */
const pathWord = fc.string({ maxLength: 8 }).filter((word) => !/^\.{1,2}$/.test(word))

/** Values that no client sends on purpose. */
const anything = fc.anything({ withNullPrototype: false, maxDepth: 4 }).map((value) => {
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null') as unknown
  } catch {
    return null
  }
})
const words = [
  'me',
  'messages',
  'accounts',
  'debug_token',
  'oauth',
  'access_token',
  'subscribed_apps',
  'messenger_profile',
  'conversations',
  'subscriptions',
  '__proto__',
  'constructor',
  '...',
  '%00',
  'é',
  '{}',
]
const params = [
  'recipient',
  'message',
  'fields',
  'access_token',
  'input_token',
  'limit',
  'after',
  'sender_action',
  'subscribed_fields',
  'greeting',
  'persistent_menu',
  '__proto__',
  'method',
  'a[b][c]',
  'a[',
  'message[text]',
]

t.test('malformed input to Graph is answered with an envelope, never with a crash', async (t) => {
  const { sandbox, pageToken, psid, say } = await startConnected(t, {}, 'messages')
  say('hi')
  const warnings: Error[] = []
  const listen = (warning: Error) => warnings.push(warning)
  process.on('warning', listen)
  t.teardown(() => process.off('warning', listen))

  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'DELETE'),
      fc.array(fc.oneof(fc.constantFrom(...words), pathWord), { maxLength: 4 }),
      fc.dictionary(
        fc.oneof(fc.constantFrom(...params), fc.string()),
        fc.oneof(anything, fc.constant({ id: psid })),
        { maxKeys: 5 },
      ),
      fc.constantFrom(
        'application/json',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'text/plain',
        'nonsense',
      ),
      fc.boolean(),
      async (method, path, body, type, authorised) => {
        const payload = type.includes('json')
          ? JSON.stringify(body)
          : new URLSearchParams(
              Object.entries(body).map(([k, v]): [string, string] => [k, JSON.stringify(v)]),
            ).toString()
        const response = await sandbox.app.inject({
          method: method as 'GET',
          url: `/v25.0/${path.map(encodeURIComponent).join('/')}?${new URLSearchParams(method === 'GET' ? Object.entries(body).map(([k, v]) => [k, JSON.stringify(v)] as [string, string]) : []).toString()}`,
          headers: {
            ...(method !== 'GET' && { 'content-type': type }),
            ...(authorised && { authorization: `Bearer ${pageToken}` }),
          },
          ...(method !== 'GET' && { payload }),
        })
        const answer = JSON.parse(response.body) as { error?: { fbtrace_id?: string } }
        return (
          response.statusCode < 500 &&
          (response.statusCode === 200 || typeof answer.error?.fbtrace_id === 'string')
        )
      },
    ),
    { numRuns: roundsOr(120) },
  )
  t.strictSame(warnings, [])
  t.match(await graph(sandbox, '/v25.0/me', { token: pageToken }), { status: 200 }, 'it still works')
})

t.test('any message value is sent or refused with 100, 105 or 194', async (t) => {
  const { sandbox, send, say, pageId, psid } = await startConnected(t, {}, 'messages')
  say('hi')
  const nearly = fc.record(
    {
      text: fc.oneof(fc.string({ unit: anyCharacter }), anything),
      metadata: anything,
      quick_replies: fc.oneof(
        anything,
        fc.array(
          fc.record(
            { content_type: fc.constantFrom('text', 'user_email', 'x'), title: anything, payload: anything },
            { requiredKeys: [] },
          ),
        ),
      ),
      attachment: fc.oneof(
        anything,
        fc.record({
          type: fc.constantFrom('image', 'template', 'file'),
          payload: fc.oneof(
            anything,
            fc.record(
              {
                template_type: fc.constantFrom(
                  'generic',
                  'button',
                  'media',
                  'receipt',
                  'coupon',
                  'image_grid',
                  'customer_feedback',
                  'toString',
                ),
                text: anything,
                elements: fc.oneof(anything, fc.array(anything)),
                buttons: fc.oneof(anything, fc.array(anything)),
              },
              { requiredKeys: [] },
            ),
          ),
        }),
      ),
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(fc.oneof(nearly, anything), async (message) => {
      const { status, body } = await send(message)
      const code = Number((body['error'] as { code?: unknown })?.code)
      // A list of a bad length has numbers of its own.
      return status === 200 || (status === 400 && [100, 105, 194].includes(code))
    }),
    { numRuns: roundsOr(80) },
  )
  t.ok(sandbox.conversation(pageId, psid))
})

t.test("a visitor's hostile text comes through byte for byte", async (t) => {
  const { bot, sandbox, say, pageId, psid } = await startConnected(t, {}, 'messages')
  const texts = [
    '<img src=x onerror=alert(1)>',
    '\u202egnp.exe',
    '\u0000\u0007',
    '👩‍👩‍👧',
    '\ud800 alone',
    "'; drop table",
    'a\nb\r\n',
  ]
  for (const text of texts) say(text)
  await sandbox.courier.idle()
  t.strictSame(
    bot.items().map((item) => item['message']?.['text']),
    texts,
  )
  t.strictSame(
    sandbox.conversation(pageId, psid)?.messages.map(({ text }) => text),
    texts,
  )
})

t.test('a body beyond all limits is refused, and the sandbox lives', async (t) => {
  const { sandbox, pageToken } = await startConnected(t)
  const response = await fetch(`${sandbox.origin}/v25.0/me/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${pageToken}`, 'content-type': 'application/json' },
    body: 'x'.repeat(27 * 1024 * 1024),
  }).catch(() => null)
  // The connection may break before all of it is sent.
  if (response) t.equal(response.status, 413)
  const huge = await fetch(`${sandbox.origin}/sandbox/visitors`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'x'.repeat(2 * 1024 * 1024) }),
  }).catch(() => null)
  if (huge) t.equal(huge.status, 413)
  t.match(await graph(sandbox, '/v25.0/me', { token: pageToken }), { status: 200 })
})

t.test('a call of very many parameters is answered like any other', async (t) => {
  const { sandbox, pageToken } = await startConnected(t)
  const forms = [
    'fields[]=name&'.repeat(20_000),
    Array.from({ length: 150_000 }, (_, index) => `p${index}=1`).join('&'),
  ]
  for (const body of forms) {
    const response = await fetch(`${sandbox.origin}/v25.0/me/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${pageToken}` },
      body: new TextEncoder().encode(body),
    })
    t.match(await response.json(), { error: { code: 100, message: /recipient is required/ } })
  }
})

t.test('a call that names several hosts is refused in an envelope', async (t) => {
  const { sandbox, pageToken } = await startConnected(t)
  const authorization = ['Authorization', `Bearer ${pageToken}`]
  for (const [hosts, status] of [
    [['Host', 'localhost'], 200],
    [['Host', 'localhost', 'host', 'graph.facebook.com'], 400],
  ] as const) {
    const call = get(`${sandbox.origin}/v25.0/me`, { headers: [...hosts, ...authorization] })
    const [answer] = (await once(call, 'response')) as [IncomingMessage]
    t.equal(answer.statusCode, status)
    t.match(
      JSON.parse(await text(answer)),
      status === 200 ? { id: String } : { error: { fbtrace_id: String } },
    )
  }
})
