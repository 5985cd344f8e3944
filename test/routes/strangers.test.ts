import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { sign, signed, textCallback } from '../helpers/sign.ts'
import { buildSurface } from '../helpers/surface.ts'
import { until } from '../helpers/until.ts'

const MEBIBYTE = 1024 * 1024
const STRANGERS = 1000
const FORGED = `sha256=${'a'.repeat(64)}`

/** Says something on a connection of its own, and resolves with all that is answered until that ends. */
const say = (port: number, ...parts: string[]): { socket: Socket; answered: Promise<string> } => {
  const socket = connect(port, '127.0.0.1')
  const answered = text(socket).catch((error: Error) => error.message)
  for (const part of parts) socket.write(part)
  return { socket, answered }
}

const listen = async (t: Test, options: Parameters<typeof buildSurface>[1] = {}) => {
  const surface = await buildSurface(t, options)
  await surface.app.listen({ host: '127.0.0.1', port: 0 })
  return { ...surface, port: (surface.app.server.address() as AddressInfo).port }
}

const callBack = async (port: number, mid: string): Promise<number> => {
  const { headers, payload } = signed(textCallback('hi', mid))
  const answer = await fetch(`http://127.0.0.1:${port}/webhook`, {
    method: 'POST',
    headers,
    body: payload as string,
  })
  await answer.arrayBuffer()
  return answer.status
}

const post = (bytes: number, more = ''): string =>
  `POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes}\r\n${more}\r\n`

t.test('a thousand unfinished bodies take no memory, and callbacks are answered meanwhile', async (t) => {
  const child = fork(join(import.meta.dirname, '../helpers/surface-process.ts'), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  const memory = async (): Promise<{ bytes: number; peakBytes: number }> => {
    child.send('memory')
    const [facts] = (await once(child, 'message')) as [{ bytes: number; peakBytes: number }]
    return facts
  }
  for (let n = 0; n < 50; n += 1) await callBack(port, `warm-${n}`)
  const before = await memory()

  const body = Buffer.alloc(256 * 1024, 'x')
  const sockets = Array.from({ length: STRANGERS }, (_, n) => {
    const signature = n % 4 === 0 ? '' : `X-Hub-Signature-256: ${FORGED}\r\n`
    const { socket } = say(port, post(4 * MEBIBYTE, signature))
    socket.write(body)
    return socket
  })
  t.teardown(() => sockets.forEach((socket) => socket.destroy()))
  // Until then it is this process that is busy.
  await Promise.all(sockets.map(async (socket) => socket.connecting && (await once(socket, 'connect'))))
  for (let n = 0; n < 30; n += 1) {
    t.equal(await callBack(port, `during-${n}`), 200, 'a callback is answered while they wait')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const { peakBytes } = await memory()

  const grownMiB = Math.round((peakBytes - before.bytes) / MEBIBYTE)
  t.ok(grownMiB < 100, `${grownMiB} MiB`)
})

t.test('what cannot be signed is refused before its body has come', async (t) => {
  const { port } = await listen(t)
  for (const header of [
    '',
    'X-Hub-Signature-256: \r\n',
    'X-Hub-Signature-256: sha256=abc\r\n',
    `X-Hub-Signature: ${FORGED}\r\n`,
  ]) {
    const { socket } = say(port, post(4 * MEBIBYTE, header))
    const [answer] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    t.match(
      answer.toString(),
      /^HTTP\/1\.1 401 [^]*x-content-type-options: nosniff[^]*BOT_SIGNATURE_INVALID/i,
      header,
    )
  }
})

t.test('when the budget is used up the oldest unfinished body is cut, never the newcomer', async (t) => {
  const { app, port } = await listen(t)
  const bytes = 3 * MEBIBYTE
  const body = 'x'.repeat(bytes)
  const olds = Array.from({ length: 10 }, () =>
    say(port, post(bytes + 1, `X-Hub-Signature-256: ${FORGED}\r\n`), body),
  )
  // 30 MiB are held; two more do not fit, and the callback of Facebook is the newest.
  await until(() => app.bodies.heldBytes() >= 10 * bytes)
  const large = JSON.stringify(textCallback('x'.repeat(3 * MEBIBYTE)))
  const { answered } = say(
    port,
    `${post(Buffer.byteLength(large), `X-Hub-Signature-256: ${sign(large)}\r\nConnection: close\r\n`)}${large}`,
  )
  t.match(await answered, /^HTTP\/1\.1 200 /)
  t.match(await olds[0]?.answered, /^HTTP\/1\.1 408 [^]*BOT_BODY_UNFINISHED/)
  olds[9]?.socket.write('x')
  olds[9]?.socket.end()
  t.match(await olds[9]?.answered, /^HTTP\/1\.1 401 /, 'a younger one may go on')
  for (const { socket } of olds) socket.destroy()
  await until(() => app.bodies.heldBytes() === 0)
})

t.test('no address reads a body that its route does not take', async (t) => {
  const { port } = await listen(t)
  const json = 'Content-Type: application/json\r\n'
  const refusals = [
    ['POST /nowhere', 404],
    ['PUT /webhook', 404],
    ['GET /healthz', 200],
    ['POST /%zz', 400],
    ['POST /facebook/deauthorize', 415],
  ] as const
  const ask = async ([line, status]: (typeof refusals)[number]): Promise<void> => {
    const { socket } = say(port, `${line} HTTP/1.1\r\nHost: x\r\nContent-Length: ${MEBIBYTE}\r\n${json}\r\n`)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    t.match(answer.toString(), new RegExp(`^HTTP/1.1 ${status} `), line)
    socket.write('x'.repeat(MEBIBYTE - 1))
    await once(socket.resume(), 'close')
  }
  await Promise.all(refusals.map(ask))
})

t.test('one connection has at most sixteen requests in flight', async (t) => {
  const storing = Promise.withResolvers<void>()
  let asked = 0
  const { port } = await listen(t, {
    probeStore: async () => {
      asked += 1
      await storing.promise
    },
  })
  const one = 'GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n'
  const many = say(port, one.repeat(5000))
  await until(() => asked > 0)
  t.equal(await callBack(port, 'm_beside'), 200, 'other connections are answered meanwhile')
  t.ok(asked <= 16, 'what is beyond is not begun')
  storing.resolve()
  const answers = (await many.answered).match(/HTTP\/1\.1 \d{3}/g) ?? []
  t.same(answers, [...Array.from({ length: 16 }, () => 'HTTP/1.1 200'), 'HTTP/1.1 429'])

  const few = say(port, one.repeat(15), 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  t.equal((await few.answered).match(/HTTP\/1\.1 200/g)?.length, 16)
})

t.test('what Node refuses by itself looks like every other refusal', async (t) => {
  const { port } = await listen(t)
  for (const [request, status] of [
    ['GET /healthz HTTP/1.1\r\n\r\n', 400],
    ['GET /healthz HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n', 400],
    ['GET /healthz HTTP/1.0\r\nHost: x\r\nHOST: x\r\n\r\n', 400],
    ['GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: a-miracle\r\n\r\n', 417],
    ['nonsense\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ] as const) {
    const answer = await say(port, request).answered
    t.match(answer, new RegExp(`^HTTP/1.1 ${status} `), request.slice(0, 50))
    t.match(answer, /x-content-type-options: nosniff/i)
    t.match(JSON.parse(/\{.*\}/.exec(answer)?.[0] ?? '{}'), {
      statusCode: status,
      code: 'BOT_REQUEST_INVALID',
      error: String,
      message: String,
    })
  }
  const old = await say(port, 'GET /healthz HTTP/1.0\r\n\r\n').answered
  t.match(old, /^HTTP\/1\.1 200 /, 'HTTP/1.0 names no host')
})
