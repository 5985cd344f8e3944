import t from 'tap'
import { basic, buildConsole, PASSWORD } from '../helpers/console.ts'
import { signed, textCallback } from '../helpers/sign.ts'

t.test('GET /metrics does not exist without OPERATOR_PASSWORD', async (t) => {
  const { app } = await buildConsole(t, { env: { OPERATOR_PASSWORD: '' } })
  for (const url of ['/metrics', '/operator', '/operator/sign-in']) {
    const answer = await app.inject({ url, headers: basic('operator', '') })
    t.equal(answer.statusCode, 404, url)
    t.match(answer.json(), { statusCode: 404, code: 'BOT_ROUTE_UNKNOWN', error: 'Not Found' })
  }
})

t.test('GET /metrics asks for the password, and takes it as Basic', async (t) => {
  const { app } = await buildConsole(t)
  const stranger = await app.inject('/metrics')
  t.match(stranger, { statusCode: 401, headers: { 'www-authenticate': /^Basic realm=/ } })
  t.match(stranger.json(), { statusCode: 401, code: 'BOT_SIGN_IN_NEEDED', error: 'Unauthorized' })

  for (const [user, password] of [
    ['operator', 'wrong'],
    ['admin', PASSWORD],
    ['operator', ''],
    ['operator', `${PASSWORD}:`],
  ] as const) {
    const answer = await app.inject({ url: '/metrics', headers: basic(user, password) })
    t.match(answer, { statusCode: 401, headers: { 'www-authenticate': /^Basic/ } }, `${user}:${password}`)
    t.match(answer.json(), { code: 'BOT_SIGN_IN_FAILED' })
  }

  const answer = await app.inject({ url: '/metrics', headers: basic('operator', PASSWORD) })
  t.match(answer, {
    statusCode: 200,
    headers: {
      'content-type': /^text\/plain/,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })
  t.notOk('www-authenticate' in answer.headers)
  t.match(answer.body, /^evergreen_inbox_pending 0$/m)
  t.match(answer.body, /^evergreen_database_up 1$/m)
  t.match(answer.body, /^evergreen_database_write_seconds [\d.e-]+$/m)
  t.match(answer.body, /^evergreen_pages_kept \d+$/m)
  t.match(answer.body, /^evergreen_instances 1$/m)
  t.match(answer.body, /^evergreen_database_commit_seconds_count [1-9]/m)
  t.match(answer.body, /^process_cpu_user_seconds_total/m)
})

t.test(
  'while the database takes no writes that is told, and what it would have to tell is left out',
  async (t) => {
    const { app } = await buildConsole(t)
    app.store.probe = () => Promise.reject(new Error('no room'))
    const { body } = await app.inject({ url: '/metrics', headers: basic('operator', PASSWORD) })
    t.match(body, /^evergreen_database_up 0$/m)
    t.notMatch(body, /^evergreen_database_write_seconds \d/m)
    t.notMatch(body, /^evergreen_inbox_pending \d/m)
  },
)

t.test('a header that is no Basic is no guess', async (t) => {
  const { app } = await buildConsole(t)
  for (const authorization of [
    'Basic',
    'Basic !!!',
    'Bearer abc',
    `Basic ${Buffer.from('no colon').toString('base64')}`,
  ]) {
    const answer = await app.inject({ url: '/metrics', headers: { authorization } })
    t.match(answer.json(), { statusCode: 401, code: 'BOT_SIGN_IN_NEEDED' }, authorization)
  }
})

t.test('what comes in at the webhook is counted by kind, what is refused by reason', async (t) => {
  const { app } = await buildConsole(t)
  await app.inject(signed(textCallback('hi', 'm_1')))
  await app.inject(signed(textCallback('hi', 'm_2')))
  await app.inject(signed(textCallback('hi'), 'another-secret'))
  await app.inject({ ...signed({ object: 'user', entry: [] }) })
  await app.inject('/webhook?hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1')

  const { body } = await app.inject({ url: '/metrics', headers: basic('operator', PASSWORD) })
  t.match(body, /^evergreen_webhook_events_total\{kind="message"\} 2$/m)
  t.match(body, /^evergreen_webhook_rejected_total\{reason="signature_invalid"\} 1$/m)
  t.match(body, /^evergreen_webhook_other_objects_total\{object="user"\} 1$/m)
  t.match(body, /^evergreen_webhook_rejected_total\{reason="verification_failed"\} 1$/m)
})

t.test('after twenty wrong passwords the client has to wait, even with the right one', async (t) => {
  const { app, clock } = await buildConsole(t)
  const guess = (password: string, remoteAddress = '192.0.2.7') =>
    app.inject({ url: '/metrics', headers: basic('operator', password), remoteAddress })
  for (let n = 0; n < 20; n += 1) t.equal((await guess(`guess ${n}`)).statusCode, 401)

  const refused = await guess('guess 20')
  t.match(refused, { statusCode: 429, headers: { 'retry-after': '60' } })
  t.match(refused.json(), { code: 'BOT_RATE_LIMITED' })
  t.equal((await guess(PASSWORD)).statusCode, 429, 'guessing right tells nothing now')
  t.equal((await guess(PASSWORD, '192.0.2.8')).statusCode, 200, 'no other network is locked out')

  await clock.advance(60_000)
  t.equal((await guess(PASSWORD)).statusCode, 200)
})
