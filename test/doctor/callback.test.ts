import type { IncomingMessage, ServerResponse } from 'node:http'
import t, { type Test } from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { callbackChecks } from '../../src/doctor/checks/callback.ts'
import type { DoctorContext } from '../../src/doctor/context.ts'
import { createOutside, type Unreached } from '../../src/doctor/outside.ts'
import { runChecks, type Result } from '../../src/doctor/run.ts'
import { readSettings } from '../../src/doctor/settings.ts'
import { SECRETS, startProxy } from './lab.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

const HTML = '<!doctype html><title>Just a moment...</title>'
const says =
  (status: number, body = HTML): Answer =>
  (_request, response) => {
    response.writeHead(status, { location: 'https://elsewhere.example/webhook' }).end(body)
  }

/** As the bot: a verification and a signed callback are answered, anything else is refused. */
const asTheBot: Answer = (request, response) => {
  const query = new URL(request.url ?? '', 'http://bot').searchParams
  if (request.method === 'POST') {
    const isSigned = request.headers['x-hub-signature-256'] !== undefined
    return says(isSigned ? 200 : 401, 'EVENT_RECEIVED')(request, response)
  }
  const isRight = query.get('hub.verify_token') === SECRETS.FB_VERIFY_TOKEN
  return says(isRight ? 200 : 403, query.get('hub.challenge') ?? '')(request, response)
}

const onPost =
  (answer: Answer): Answer =>
  (request, response) =>
    (request.method === 'POST' ? answer : asTheBot)(request, response)

/** What the doctor finds where that answers, by check. */
const examine = async (
  t: Test,
  answer: Answer,
  over: Partial<DoctorContext> = {},
): Promise<Map<string, Result>> => {
  const port = await startProxy(t, answer)
  const env = {
    ...SECRETS,
    FB_GRAPH_URL: 'http://127.0.0.1:9',
    PORT: '0',
    PUBLIC_URL: `http://127.0.0.1:${port}`,
  }
  const outside = createOutside()
  t.teardown(() => outside.close())
  const context = { clock: systemClock, outside, server: null, ...over } as DoctorContext
  const settings = readSettings(env)
  const checks = callbackChecks(context)
  const results = await runChecks({ checks, settings, clock: systemClock, clean: (text) => text })
  return new Map(results.map((result) => [result.id, result]))
}

const VERIFICATIONS: [what: string, answer: Answer, found: RegExp, next: RegExp][] = [
  ['403 of the bot', says(403, '{"code":"BOT_VERIFICATION_FAILED"}'), /another verify token/, /Restart/],
  ['403 of a firewall', says(403), /HTTP 403/, /bot protection/],
  ['401 of a proxy', says(401), /HTTP 401/, /login pages/],
  ['404', says(404), /nothing at http.*\/webhook/, /pass \/webhook on to HOST and PORT/],
  ['502', says(502), /does not reach the bot \(HTTP 502\)/, /Start the bot/],
  ['503 of a balancer', says(503), /HTTP 503/, /in front of the bot/],
  ['504', says(504), /does not reach the bot \(HTTP 504\)/, /compare the address/],
  ['a redirect', says(308), /redirects \(HTTP 308\)/, /the address it leads to/],
  ['a page in HTML', says(200), /not as the bot does/, /pass \/webhook on/],
  ['another challenge', says(200, '1'), /not as the bot does/, /pass \/webhook on/],
  ['a challenge in quotes', quoted, /not as the bot does/, /pass \/webhook on/],
  ['no answer', (request) => request.socket.destroy(), /cannot be reached \(\w+\)/, /firewall/],
]

function quoted(request: IncomingMessage, response: ServerResponse): void {
  const challenge = new URL(request.url ?? '', 'http://bot').searchParams.get('hub.challenge')
  response.end(JSON.stringify(challenge))
}

for (const [what, answer, found, next] of VERIFICATIONS) {
  t.test(`a verification that is answered with ${what} is told as that`, async (t) => {
    const results = await examine(t, answer)
    t.match(results.get('verification'), { status: 'failure', what: found, next })
    for (const id of ['stranger', 'callback', 'forgery'])
      t.match(results.get(id), { status: 'skipped', what: /"Verification" failed/ })
  })
}

t.test('a verification that is not answered in time is told as that', async (t) => {
  const late: Unreached = { status: null, code: 'ETIMEDOUT' }
  const outside = { ...createOutside(), fetch: async () => late }
  const results = await examine(t, says(200), { outside })
  t.match(results.get('verification'), { status: 'failure', what: /cannot be reached \(ETIMEDOUT\)/ })
})

const CALLBACKS: [what: string, answer: Answer, found: RegExp, next: RegExp][] = [
  ['401', says(401), /another app secret/, /FB_APP_SECRET/],
  ['403 of a firewall', says(403), /HTTP 403/, /bot protection/],
  ['405', says(405), /HTTP 405/, /must let \/webhook through/],
  ['413', says(413), /HTTP 413/, /must let \/webhook through/],
  ['502', says(502), /HTTP 502/, /Start the bot/],
  ['503', says(503), /cannot store webhooks/, /disk of DATA_DIR/],
]

for (const [what, answer, found, next] of CALLBACKS) {
  t.test(`a signed callback that is answered with ${what} is told as that`, async (t) => {
    const results = await examine(t, onPost(answer))
    t.match(results.get('verification'), { status: 'ok' })
    t.match(results.get('stranger'), { status: 'ok' })
    t.match(results.get('callback'), { status: 'failure', what: found, next })
  })
}

t.test('a bot on a PostgreSQL server that cannot store is no matter of the disk here', async (t) => {
  const server = { status: 'unreachable', why: 'gone', next: 'start it' } as const
  const results = await examine(t, onPost(says(503)), { server })
  t.match(results.get('callback'), { status: 'failure', next: /PostgreSQL server of DATABASE_URL/ })
})

t.test('what answers as the bot does is in order', async (t) => {
  const results = await examine(t, asTheBot)
  t.same(
    [...results.values()].filter(({ status }) => status !== 'ok'),
    [],
  )
})
