import { connect, type AddressInfo } from 'node:net'
import fc from 'fast-check'
import t from 'tap'
import { sign, textCallback } from '../helpers/sign.ts'
import { buildSurface } from '../helpers/surface.ts'

const ROUNDS = Number(process.env['EVERGREEN_ROUNDS'] ?? 2)
const SEED = Number(process.env['EVERGREEN_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
/** A connection that says nothing more for so long has had its answer. */
const QUIET_MS = 40

const body = JSON.stringify(textCallback('hi', 'm_fuzz'))
const GENUINE = `POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Hub-Signature-256: ${sign(body)}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
const STARTS = [
  GENUINE,
  GENUINE.replace(/Content-Length: \d+/, 'Transfer-Encoding: chunked'),
  'GET /webhook?hub.mode=subscribe&hub.verify_token=x&hub.challenge=1 HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /readyz HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n',
  'POST /facebook/deauthorize HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 20\r\n\r\nsigned_request=a.b.c',
  'OPTIONS * HTTP/1.0\r\n\r\n',
]
const PIECES = [
  '\r\n',
  '\r',
  '\0',
  ' ',
  ':',
  'Host: y\r\n',
  'Content-Length: 0\r\n',
  'Content-Length: 9999999999\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Upgrade: h2c\r\nConnection: upgrade\r\n',
  'Expect: x\r\n',
  'ffffffffffffffff\r\n',
  '%zz',
  '../',
  'é',
  'x'.repeat(20_000),
  'HTTP/9.9',
  GENUINE,
]

/** A request, changed in a few places. */
const requests = fc
  .tuple(
    fc.constantFrom(...STARTS),
    fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        drop: fc.nat(30),
        put: fc.constantFrom('', ...PIECES),
      }),
      { maxLength: 4 },
    ),
  )
  .map(([start, changes]) =>
    changes.reduce((text, { at, drop, put }) => {
      const place = Math.floor(at * text.length)
      return text.slice(0, place) + put + text.slice(place + drop)
    }, start),
  )

t.test(
  `whatever comes to the webhook’s port, the bot answers decently and takes callbacks (seed ${SEED})`,
  async (t) => {
    t.comment(`EVERGREEN_SEED=${SEED} EVERGREEN_ROUNDS=${ROUNDS}`)
    const { app, accepted, lines } = await buildSurface(t)
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as AddressInfo

    const say = (text: string, patienceMs = QUIET_MS): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect(port, '127.0.0.1')
        let answer = ''
        socket.setTimeout(patienceMs, () => socket.destroy())
        socket.on('data', (piece: Buffer) => {
          answer += piece.toString('latin1')
          socket.setTimeout(QUIET_MS)
        })
        socket.on('error', () => undefined).on('close', () => resolve(answer))
        socket.write(text, 'latin1')
      })

    await fc.assert(
      fc.asyncProperty(fc.array(requests, { minLength: 1, maxLength: 20 }), async (texts) => {
        const answers = await Promise.all(texts.map((text) => say(text)))
        for (const answer of answers) {
          if (answer === '') continue
          const heads = answer
            .split(/(?=HTTP\/1\.1 \d{3} )/)
            .filter((head) => !head.startsWith('HTTP/1.1 100'))
          for (const head of heads) {
            if (!/^HTTP\/1\.1 [1-4]\d\d /.test(head)) throw new Error(`answered ${head.slice(0, 200)}`)
            if (!/x-content-type-options: nosniff/i.test(head))
              throw new Error(`no nosniff: ${head.slice(0, 300)}`)
          }
        }
        const startMs = performance.now()
        if (!(await say(GENUINE, 9000)).startsWith('HTTP/1.1 200 '))
          throw new Error('a genuine callback was refused')
        // A body that never ends is given up after 10 s; a busy machine may take a second.
        if (performance.now() - startMs > 5000) throw new Error('a genuine callback waited')
        if (app.bodies.heldBytes() > 32 * 1024 * 1024) throw new Error('bodies are held')
      }),
      { numRuns: ROUNDS * 10, seed: SEED, endOnFailure: true },
    )
    t.ok(
      accepted.every(({ key }) => key === 'message:m_fuzz'),
      'nothing else was stored',
    )
    t.notOk(
      lines.some(({ level }) => Number(level) >= 50),
      'nothing broke inside',
    )
  },
)
