import t from 'tap'
import { signed, textCallback } from '../helpers/sign.ts'
import { buildSurface, type Surface } from '../helpers/surface.ts'

const VERIFICATION = '/webhook?hub.mode=subscribe&hub.verify_token=verify-1&hub.challenge=1158201444'

t.test(
  'a client that fails to prove to be Facebook too often has to wait, and may try everything',
  async (t) => {
    const { app } = await buildSurface(t)
    await fail(app, 20)

    const answer = await app.inject(signed(textCallback('hi'), 'app-secret-2'))
    t.match(answer, {
      statusCode: 429,
      headers: { 'retry-after': /^[1-9]\d?$/, 'x-content-type-options': 'nosniff' },
    })
    t.match(answer.json(), { statusCode: 429, code: 'BOT_RATE_LIMITED', error: 'Too Many Requests' })
    t.match(await app.inject('/webhook'), { statusCode: 429, headers: { 'retry-after': String } })
  },
)

t.test('Facebook is never limited, even from an address that just failed too often', async (t) => {
  const { app, accepted } = await buildSurface(t)
  await fail(app, 25)

  for (let i = 0; i < 100; i += 1) {
    t.match(await app.inject(signed(textCallback('hi', `m_${i}`))), { statusCode: 200 })
    t.match(await app.inject(VERIFICATION), { statusCode: 200 })
  }
  t.equal(accepted.length, 100)
})

t.test('one client that fails does not use up the patience for another', async (t) => {
  const { app } = await buildSurface(t)
  await fail(app, 25)
  t.match(await app.inject({ url: '/webhook', remoteAddress: '192.0.2.7' }), { statusCode: 403 })
})

t.test('the patience comes back with time', async (t) => {
  const { app } = await buildSurface(t)
  let nowMs = Date.now()
  t.intercept(Date, 'now', { value: () => nowMs })
  await fail(app, 21)
  t.match(await app.inject('/webhook'), { statusCode: 429 })

  nowMs += 60_000

  t.match(await app.inject('/webhook'), { statusCode: 403 })
})

t.test(
  'behind a trusted proxy the client is whom the proxy names; otherwise no client may claim to be another',
  async (t) => {
    const from = (client: string) => ({ url: '/webhook', headers: { 'x-forwarded-for': client } })
    for (const [TRUST_PROXY, expected] of [
      ['127.0.0.1', 403],
      ['', 429],
    ] as const) {
      const { app } = await buildSurface(t, { env: { TRUST_PROXY } })
      for (let i = 0; i < 21; i += 1) await app.inject(from('192.0.2.1'))
      t.match(await app.inject(from('192.0.2.1')), { statusCode: 429 })
      t.match(await app.inject(from('192.0.2.2')), { statusCode: expected }, `TRUST_PROXY=${TRUST_PROXY}`)
    }
  },
)

t.test('an operator with a wrong app secret finds out from the log, which cannot be flooded', async (t) => {
  const { app, lines } = await buildSurface(t)
  await fail(app, 200)
  t.equal(lines.length, 20)
  t.match(lines[0], { level: 40, code: 'BOT_SIGNATURE_INVALID', client: '127.0.0.1' })
})

const fail = async (app: Surface['app'], times: number) => {
  for (let i = 0; i < times; i += 1) await app.inject(signed('{}', 'app-secret-2'))
}
