import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Config } from '../../src/base/settings.ts'
import { facebookChecks } from '../../src/doctor/checks/facebook.ts'
import { machineChecks } from '../../src/doctor/checks/machine.ts'
import type { DoctorContext } from '../../src/doctor/context.ts'
import type { Check } from '../../src/doctor/check.ts'
import { check } from '../../src/doctor/check.ts'
import { createCleaner } from '../../src/doctor/clean.ts'
import { failure, ok, warning, type CheckResult } from '../../src/doctor/check-result.ts'
import { runChecks } from '../../src/doctor/run.ts'
import { readSettings, secretsOf } from '../../src/doctor/settings.ts'
import { BotError } from '../../src/base/errors.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'

const plan = (id: string, run: () => CheckResult | Promise<CheckResult>, after: string[] = []): Check =>
  check({ id, section: 'Section', title: id, after, run })

const run = (checks: Check[], over: Partial<Parameters<typeof runChecks>[0]> = {}) =>
  runChecks({ checks, settings: readSettings({}), clock: createFakeClock(), clean: (text) => text, ...over })

t.test('results come in the order of the list, whichever check ends first', async (t) => {
  const slow = Promise.withResolvers<CheckResult>()
  const told: string[] = []
  const running = run([plan('slow', () => slow.promise), plan('quick', () => ok('done'))], {
    onStart: ({ id }) => told.push(`start ${id}`),
    onResult: ({ id }) => told.push(`result ${id}`),
  })
  await settle()
  t.strictSame(told, ['start slow'])
  slow.resolve(ok('done'))
  t.match(await running, [{ id: 'slow' }, { id: 'quick', status: 'ok', what: 'done', next: null }])
  t.strictSame(told, ['start slow', 'result slow', 'start quick', 'result quick'])
})

t.test('what hangs on a failed check is not tried, and says why; a warning stops nothing', async (t) => {
  let tried = 0
  const results = await run([
    plan('first', () => failure('broken', 'mend it')),
    plan('second', () => ok(`tried ${++tried}`), ['first']),
    plan('third', () => ok(`tried ${++tried}`), ['second']),
    plan('odd', () => warning('odd', 'look')),
    plan('fourth', () => ok(`tried ${++tried}`), ['odd', 'not there']),
  ])
  t.equal(tried, 1)
  t.match(results.slice(1, 3), [
    {
      id: 'second',
      title: 'second',
      status: 'skipped',
      what: 'not checked, because "first" failed',
      next: null,
    },
    {
      id: 'third',
      title: 'third',
      status: 'skipped',
      what: 'not checked, because "first" failed',
      next: null,
    },
  ])
  t.match(results.at(-1), { id: 'fourth', status: 'ok' })
})

t.test('a check that hangs is given up, and the others are not held up', async (t) => {
  const clock = createFakeClock()
  const running = run([plan('hangs', () => new Promise(() => {})), plan('works', () => ok('done'))], {
    clock,
  })
  await clock.advance(20_000)
  t.match(await running, [{ status: 'failure', what: 'no answer within 20 seconds' }, { status: 'ok' }])
  t.equal(clock.pending(), 0)
})

t.test('a check that throws has failed, with its remedy where it knows one', async (t) => {
  const results = await run([
    plan('knows', () => {
      throw new BotError('BOT_STORE_UNAVAILABLE', 'It is locked.', { remedy: 'Unlock it.' })
    }),
    plan('surprised', () => Promise.reject(new TypeError('x is undefined'))),
  ])
  t.match(results, [
    { status: 'failure', what: 'It is locked', next: 'Unlock it.' },
    { status: 'failure', what: 'the check itself failed: x is undefined', next: /report/ },
  ])
})

t.test('a check sees its settings, or is skipped while one of them cannot be read', async (t) => {
  const port = check({
    id: 'port',
    section: 'Section',
    title: 'Port',
    settings: ['PORT', 'FB_APP_ID'],
    run: ({ PORT, FB_APP_ID }) => ok(`${FB_APP_ID} ${PORT}`),
  })
  t.match(await run([port], { settings: readSettings({ FB_APP_ID: '1', PORT: '80' }) }), [{ what: '1 80' }])
  t.match(await run([port], { settings: readSettings({ FB_APP_ID: '1', PORT: 'x' }) }), [
    { status: 'skipped', what: 'not checked, because PORT is missing or malformed' },
  ])
  t.match(await run([port], { settings: readSettings({ PORT: 'x' }) }), [
    { what: 'not checked, because PORT and FB_APP_ID are missing or malformed' },
  ])
})

t.test('a Graph API that is asked without encryption, over a network, is a warning', async (t) => {
  const text = '{"error":{"message":"x","type":"GraphMethodException","code":100}}'
  const outside = {
    proxyFor: () => null,
    fetch: async () => ({ status: 400, text }),
  } as unknown as DoctorContext['outside']
  const graph = facebookChecks({ outside } as DoctorContext).find(({ id }) => id === 'graph')
  const checkAt = (FB_GRAPH_URL: string) => graph?.run({ FB_GRAPH_URL, FB_GRAPH_VERSION: 'v25.0' } as Config)

  t.match(await checkAt('http://sandbox:4000'), { status: 'warning', what: /without https/ })
  t.match(await checkAt('http://127.0.0.1:4000'), { status: 'ok' })
  t.match(await checkAt('https://graph.facebook.com'), { status: 'ok' })
})

t.test('the end of the Graph version is told, and is a warning three months before', async (t) => {
  const checkOn = (date: string, FB_GRAPH_VERSION: string) => {
    const context = { otherVersion: () => null, clock: { now: () => Date.parse(date) } }
    const version = facebookChecks(context as DoctorContext).find(({ id }) => id === 'version')
    return version?.run({ FB_GRAPH_VERSION } as Config)
  }
  const soon = { status: 'warning', what: /until 2027-01-21; after/, next: /FB_GRAPH_VERSION=v27\.0/ }
  t.match(checkOn('2026-11-30', 'v21.0'), soon)
  t.match(checkOn('2027-03-01', 'v21.0'), soon, 'Facebook has not said so yet')
  t.match(checkOn('2026-10-01', 'v21.0'), { status: 'ok', what: 'v21.0 is in service until 2027-01-21' })
  t.match(checkOn('2026-11-30', 'v25.0'), { status: 'ok', what: /until 2028-07-29/ })
  for (const unknown of ['v27.0', 'v28.0', 'v100.0'])
    t.match(checkOn('2030-01-01', unknown), { status: 'ok', what: `${unknown} is in service` })
})

t.test('a .env that other users may read is a warning', async (t) => {
  const envFile = join(t.testdir({ '.env': '' }), '.env')
  chmodSync(envFile, 0o644)
  const settings = readSettings({ FB_APP_ID: '1', FB_APP_SECRET: 's', FB_VERIFY_TOKEN: 'v' })
  const checks = machineChecks({ envFile } as DoctorContext, settings)
  const configuration = checks.find(({ id }) => id === 'configuration')
  t.match(configuration?.run({} as Config), { status: 'warning', next: /chmod 600/ })
})

t.test('no secret is shown, wherever it was set, nor the password inside an address', async (t) => {
  const env = {
    SMTP_URL: 'smtp://me:p%40ssword@mail.example',
    ALERT_URL: 'https://hooks.example/hush',
    TOKEN_KEY: 'no key at all',
    FB_USER_TOKEN: 'EAAhush',
  }
  const found = secretsOf(env, readSettings(env))
  for (const secret of ['p%40ssword', 'p@ssword', ...Object.values(env)]) t.ok(found.includes(secret), secret)
})

t.test(
  'secrets and control characters stay out of what is shown, whole or as part of each other',
  async (t) => {
    const clean = createCleaner(['secret-1', 'secret-1-and-more', 'abc'])
    t.equal(clean('a secret-1-and-more, a secret-1,\u001b[31m abc\n'), 'a …, a …, [31m abc')
  },
)
