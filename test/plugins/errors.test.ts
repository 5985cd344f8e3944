import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { HTTP_STATUS } from '../../plugins/errors.ts'
import { BOT_ERROR_CODES } from '../../src/base/errors.ts'
import { buildSurface, type Surface } from '../helpers/surface.ts'

t.test('an unknown address is a 404 in the same shape as every error', async (t) => {
  const { app } = await buildSurface(t)
  for (const [method, url] of [
    ['GET', '/nowhere'],
    ['POST', '/nowhere'],
    ['DELETE', '/webhook'],
    ['GET', '/operator'],
    ['GET', '/metrics'],
  ] as const) {
    const answer = await app.inject({ method, url })
    t.same(answer.json(), {
      statusCode: 404,
      code: 'BOT_ROUTE_UNKNOWN',
      error: 'Not Found',
      message: 'There is nothing at this address.',
    })
    t.match(answer, { statusCode: 404, headers: { 'x-content-type-options': 'nosniff' } })
  }
})

t.test('an unexpected error tells the log everything and the client nothing', async (t) => {
  const { app, lines } = await buildSurface(t)

  const answer = await app.inject('/breaks')

  t.match(answer, { statusCode: 500, headers: { 'x-content-type-options': 'nosniff' } })
  t.same(Object.keys(answer.json()), ['statusCode', 'code', 'error', 'message'])
  t.match(answer.json(), { statusCode: 500, code: 'BOT_INTERNAL', error: 'Internal Server Error' })
  t.notMatch(answer.body, /secret|stack|\.ts/)
  t.match(lines, [{ level: 50, err: { message: 'cannot open /secret/path', stack: /errors\.test|surface/ } }])
})

t.test('a malformed address is refused in the same shape', async (t) => {
  const { app } = await buildSurface(t)
  const answer = await app.inject('/webhook%zz')
  t.match(answer, { statusCode: 400, headers: { 'x-content-type-options': 'nosniff' } })
  t.match(answer.json(), { statusCode: 400, code: 'BOT_REQUEST_INVALID', error: 'Bad Request' })
})

t.test('what is no HTTP is refused in the same shape, and the server lives on', async (t) => {
  const { app } = await buildSurface(t)
  const nonsense = await say(app, 'HELO bot\r\n\r\n')
  t.match(nonsense, /^HTTP\/1\.1 400 Bad Request\r\n/)
  t.match(nonsense, /x-content-type-options: nosniff/i)
  t.match(
    nonsense,
    /\r\n\r\n\{"statusCode":400,"code":"BOT_REQUEST_INVALID","error":"Bad Request","message":"[^"]+"\}$/,
  )

  t.match(await say(app, `GET / HTTP/1.1\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`), /^HTTP\/1\.1 431 /)
  t.match(await app.inject('/healthz'), { statusCode: 200 })
})

t.test('a client does not get for ever to finish its request', async (t) => {
  const { app } = await buildSurface(t)
  t.equal(app.server.requestTimeout, 10_000)
})

t.test('docs/errors.md explains every code, with the status it gets, and no other', async (t) => {
  const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `(BOT_\w+)` +\| (\d{3}) +\| .+ \| .+ \|$/gm)]

  t.same(
    rows.map(([, code]) => code),
    BOT_ERROR_CODES,
  )
  for (const [, code = '', status] of rows)
    t.equal(Number(status), HTTP_STATUS[code as keyof typeof HTTP_STATUS], code)
})

const say = async (app: Surface['app'], bytes: string): Promise<string> => {
  if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 })
  const address = app.server.address()
  if (typeof address !== 'object' || address === null) throw new Error('not listening')
  const socket = connect(address.port, address.address)
  socket.write(bytes)
  return text(socket)
}
