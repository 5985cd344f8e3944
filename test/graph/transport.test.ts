import { createServer as createTlsServer } from 'node:https'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import t from 'tap'
import { Agent } from 'undici'
import { createGraph } from '../../src/graph/client.ts'
import { graphError, html, json, startFakeGraph } from '../helpers/graph-server.ts'
import { makeCertificate } from '../helpers/certificate.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { SendMessage } from '../../src/messages.ts'
import { until } from '../helpers/until.ts'
import { connect, raw } from './transport-world.ts'

const SEND = { pageId: '100', pageToken: 'page-token-1', psid: 'psid-1', message: { text: 'hello' } }

t.test('a refused connection sent nothing: it may be tried again', async (t) => {
  const origin = await raw(t, () => {})
  const { port } = new URL(origin)
  const closed = await new Promise<string>((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const free = (probe.address() as AddressInfo).port
      probe.close(() => resolve(`http://127.0.0.1:${free}`))
    })
  })
  t.not(new URL(closed).port, port)
  await t.rejects(connect(t, closed).sendMessage(SEND), {
    verdict: 'transient',
    code: 'BOT_GRAPH_UNREACHABLE',
    retryable: true,
    message: /ECONNREFUSED/,
  })
})

t.test('a host that does not exist sent nothing', async (t) => {
  await t.rejects(connect(t, 'http://graph.invalid').sendMessage(SEND), graphError({ verdict: 'transient' }))
})

const LOST: [what: string, serve: (socket: Socket) => void][] = [
  ['a reset', (socket) => socket.resetAndDestroy()],
  ['a closed connection', (socket) => socket.end()],
  ['half a body', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"message_id":')],
  [
    'a body cut off in a chunk',
    (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{"a"'),
  ],
  ['something that is not HTTP', (socket) => socket.end('garbage garbage\r\n\r\n')],
  ['a 200 that is not JSON', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nokay')],
  ['a 200 without a body', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')],
  ['a 200 that is a JSON list', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]')],
  ['a 502 with HTML', (socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 6\r\n\r\n<html>')],
  ['a redirect', (socket) => socket.end('HTTP/1.1 302 Found\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n')],
  ['silence', () => {}],
  ['a body that never ends', (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{')],
]

for (const [what, serve] of LOST) {
  t.test(`after ${what} it is unknown whether the message went out`, async (t) => {
    const graph = connect(t, await raw(t, serve), 1000)
    await t.rejects(graph.sendMessage(SEND), {
      verdict: 'ambiguous',
      code: 'BOT_GRAPH_UNREACHABLE',
      graphCode: null,
      retryable: true,
    })
    // Reading again changes nothing, so a read is merely tried again.
    await t.rejects(graph.me('page-token-1'), graphError({ verdict: 'transient' }))
  })
}

t.test('a 4xx without JSON is a refusal that cannot be read, and not one of Facebook', async (t) => {
  const graph = connect(
    t,
    await raw(t, (socket) => socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno')),
  )
  await t.rejects(
    graph.sendMessage(SEND),
    graphError({
      verdict: 'unknown',
      httpStatus: 403,
      answered: true,
      remedy: /between this machine and Facebook/,
    }),
  )
})

for (const status of [408, 502, 504, 520, 522, 524, 599]) {
  t.test(`a ${status} of a gateway leaves open what Graph behind it still does`, async (t) => {
    for (const [body, answered] of [
      ['no', false],
      [`{"error":{"code":${status},"message":"upstream reset"}}`, false],
      ['{"error":{"code":2,"type":"OAuthException"}}', true],
    ] as const) {
      const answer = `HTTP/1.1 ${status} No\r\ncontent-length: ${body.length}\r\n\r\n${body}`
      const graph = connect(t, await raw(t, (socket) => socket.end(answer)))
      await t.rejects(graph.sendMessage(SEND), graphError({ verdict: 'ambiguous', answered }))
    }
  })
}

t.test('a byte order mark before the JSON is passed over, and no coding is left to a proxy', async (t) => {
  let asked = ''
  const body = Buffer.from('\uFEFF{"message_id":"m_1"}')
  const server = createServer((socket) => {
    socket.once('data', (head) => {
      asked = head.toString()
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n`)
      socket.end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const graph = connect(t, `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  t.match(await graph.sendMessage(SEND), { messageId: 'm_1' })
  t.match(asked, /accept-encoding: identity/i)
})

t.test('a message whose picture Facebook fetches is waited for as long as that may take', async (t) => {
  const image_url = 'https://x.y/1.png'
  const choice = { content_type: 'text', title: 'Hours', payload: 'hours' } as const
  const template = (payload: JsonObject): SendMessage => ({ attachment: { type: 'template', payload } })
  const fetched: SendMessage[] = [
    { attachment: { type: 'video', payload: { url: 'https://x.y/v.mp4' } } },
    template({ template_type: 'generic', elements: [{ title: 'x' }, { image_url }] }),
    template({ template_type: 'coupon', title: 'x', image_url }),
    { text: 'Which?', quick_replies: [choice, { ...choice, image_url }] },
  ]
  const own: SendMessage[] = [
    { attachment: { type: 'image', payload: { attachment_id: '1' } } },
    template({ template_type: 'generic', elements: [{ title: 'x' }] }),
    { text: 'Which?', quick_replies: [choice] },
  ]
  const { promise: fetching, resolve: arrive } = Promise.withResolvers<void>()
  const slow = (socket: Socket): void =>
    void fetching.then(() => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{"message_id":"m_1"}'))
  const graph = connect(t, await raw(t, slow), 1000)
  const send = (message: SendMessage) => graph.sendMessage({ ...SEND, message })
  const waited = Promise.all(fetched.map(send))
  await Promise.all(
    own.map((one) => t.rejects(send(one), graphError({ message: /no answer within 1 s/, answered: false }))),
  )
  arrive()
  for (const sent of await waited) t.match(sent, { messageId: 'm_1' })
})

t.test('a 429 without JSON is a rate limit with its wait', async (t) => {
  const answer = 'HTTP/1.1 429 Slow down\r\nretry-after: 60\r\ncontent-length: 2\r\n\r\nno'
  const graph = connect(t, await raw(t, (socket) => socket.end(answer)))
  await t.rejects(graph.sendMessage(SEND), graphError({ verdict: 'rate_limited', retryAfterMs: 60_000 }))
})

t.test('the wait of a day that a gateway asks for is not kept: it would close every window', async (t) => {
  for (const [status, verdict] of [
    [429, 'rate_limited'],
    [503, 'ambiguous'],
    [403, 'unknown'],
  ] as const) {
    for (const body of ['no', `{"error":{"code":${status},"message":"quota"}}`]) {
      const answer = `HTTP/1.1 ${status} No\r\nretry-after: 86400\r\ncontent-length: ${body.length}\r\n\r\n${body}`
      const graph = connect(t, await raw(t, (socket) => socket.end(answer)))
      await t.rejects(graph.sendMessage(SEND), graphError({ verdict, retryAfterMs: 15 * 60_000 }))
    }
  }
})

t.test('the wait that Facebook asks for is kept, also in an answer without its type and trace', async (t) => {
  const used = (type: string): string =>
    JSON.stringify({ [SEND.pageId]: [{ type, call_count: 100, estimated_time_to_regain_access: 60 }] })
  const usage = used('messenger')
  for (const [header, body] of [
    ['retry-after: 3600', '{"error":{"code":80001,"message":"too many calls"}}'],
    [`x-business-use-case-usage: ${used('pages')}`, '{"error":{"code":613,"type":"OAuthException"}}'],
    [`x-business-use-case-usage: ${usage}`, 'no'],
    [`x-business-use-case-usage: ${usage}\r\nretry-after: 86400`, 'no'],
  ] as const) {
    const answer = `HTTP/1.1 429 No\r\n${header}\r\ncontent-length: ${body.length}\r\n\r\n${body}`
    const graph = connect(t, await raw(t, (socket) => socket.end(answer)))
    await t.rejects(
      graph.sendMessage(SEND),
      graphError({ verdict: 'rate_limited', retryAfterMs: 60 * 60_000 }),
    )
  }
})

t.test('an endless answer is cut off', async (t) => {
  let stop = (): void => {}
  const stopped = new Promise<void>((resolve) => (stop = resolve))
  const flood = (socket: Socket): void => {
    const megabyte = Buffer.alloc(1024 * 1024, 'x')
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n')
    const more = (): void => {
      while (!socket.destroyed && socket.write(megabyte));
    }
    socket.on('drain', more).on('close', stop)
    more()
  }
  const graph = connect(t, await raw(t, flood), 20_000)
  await t.rejects(graph.sendMessage(SEND), graphError({ verdict: 'ambiguous', message: /too large/ }))
  await stopped
})

t.test('a message whose turn never came was not sent, and is not sent later', async (t) => {
  const fake = await startFakeGraph(t)
  const dispatcher = new Agent({ connections: 1, allowH2: false })
  t.teardown(() => dispatcher.close())
  const patient = connect(t, fake.origin, 10_000, dispatcher)
  const hurried = connect(t, fake.origin, 200, dispatcher)
  let answer = (): void => {}
  const arrived = new Promise<void>((resolve) => {
    fake.answers.set('messages', (_request, response) => {
      answer = () => json(response, 200, { message_id: 'm_1' })
      resolve()
    })
  })

  const first = patient.sendMessage(SEND)
  await arrived
  await t.rejects(hurried.sendMessage(SEND), graphError({ verdict: 'transient' }))
  answer()
  t.match(await first, { messageId: 'm_1' })

  await t.rejects(patient.me('nobody'), graphError({ verdict: 'token_invalid' }), 'the connection serves on')
  t.strictSame(fake.called(), ['messages', 'me'])
})

t.test(
  'what may not be sent any more when its turn comes is not written, and may be sent later',
  async (t) => {
    let [answer, mayStill] = [(): void => undefined, true]
    const heard: string[] = []
    const counted: string[] = []
    const origin = await raw(t, (socket) => {
      heard.push('request')
      answer = () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}')
    })
    // One connection: the second message waits for it, as after a process was frozen.
    const dispatcher = new Agent({ connections: 1, pipelining: 1 })
    const graph = createGraph({
      origin,
      version: 'v25.0',
      appId: '6',
      appSecret: 'app-secret-1',
      dispatcher,
      onCall: ({ outcome }) => counted.push(outcome),
    })
    t.teardown(() => dispatcher.destroy())
    const call = { ...SEND, maySend: () => mayStill }
    const ends = Promise.allSettled([graph.sendMessage(call), graph.sendMessage(call)])
    await until(() => heard.length > 0)
    mayStill = false
    answer()
    const [, late] = await ends
    t.match(late, { status: 'rejected', reason: { verdict: 'transient', message: /may not send now/ } })
    t.equal(heard.length, 1)
    t.equal(counted.length, 1, 'it counts as no call that Facebook did not answer')
  },
)

t.test('a Graph that hangs does not keep the client from closing', async (t) => {
  let arrived = (): void => {}
  const request = new Promise<void>((resolve) => (arrived = resolve))
  const graph = connect(t, await raw(t, () => arrived()), 3000)
  const send = t.rejects(
    graph.sendMessage(SEND),
    // Not for the time of a call, which is over later.
    graphError({ verdict: 'ambiguous', message: /UND_ERR|connection/ }),
  )
  await request
  await graph.close()
  await send
})

t.test('HTML instead of an answer names the status and no address', async (t) => {
  const fake = await startFakeGraph(t)
  fake.answers.set('access_token', html)
  const graph = connect(t, fake.origin)
  const error = await graph.exchangeToken('user-token-1').catch((e: Error) => e)
  t.match(error, { verdict: 'transient', httpStatus: 502 })
  t.notMatch(`${(error as Error).stack} ${JSON.stringify(error)}`, /user-token-1|app-secret-1|127\.0\.0\.1/)
})

t.test('a lost connection shows neither token nor secret, in causes either', async (t) => {
  const graph = connect(t, await raw(t, (socket) => socket.resetAndDestroy()))
  const error = (await graph.exchangeToken('user-token-1').catch((e: Error) => e)) as Error
  t.equal(error.cause, undefined)
  t.notMatch(`${error.stack} ${JSON.stringify(error)}`, /user-token-1|app-secret-1/)
})

t.test('a token that cannot be a header is a failure, not a crash', async (t) => {
  const fake = await startFakeGraph(t)
  await t.rejects(connect(t, fake.origin).me('token\nwith: header'), { name: 'GraphError' })
  t.strictSame(fake.called(), [])
})

t.test(
  'a certificate that this machine does not trust is no outage: NODE_EXTRA_CA_CERTS is named',
  async (t) => {
    const { cert, key } = makeCertificate({ name: 'localhost', hosts: ['localhost'] })
    const server = createTlsServer({ cert, key }, (_request, response) => response.end('{}'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => server.close())
    const graph = connect(t, `https://localhost:${(server.address() as AddressInfo).port}`)
    await t.rejects(graph.sendMessage(SEND), {
      verdict: 'configuration',
      code: 'BOT_GRAPH_UNREACHABLE',
      retryable: false,
      message: /not signed by an authority.*SELF_SIGNED/,
      remedy: /NODE_EXTRA_CA_CERTS/,
    })
  },
)
