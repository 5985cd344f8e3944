import t from 'tap'
import type { Check } from '../../src/doctor/check.ts'
import { check } from '../../src/doctor/check.ts'
import { createCleaner } from '../../src/doctor/clean.ts'
import { failure, ok, warning, type Finding } from '../../src/doctor/finding.ts'
import { runChecks } from '../../src/doctor/run.ts'
import { readSettings } from '../../src/doctor/settings.ts'
import { BotError } from '../../src/base/errors.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'

const plan = (id: string, run: () => Finding | Promise<Finding>, after: string[] = []): Check =>
  check({ id, section: 'Section', title: id, after, run })

const run = (checks: Check[], over: Partial<Parameters<typeof runChecks>[0]> = {}) =>
  runChecks({ checks, settings: readSettings({}), clock: createFakeClock(), clean: (text) => text, ...over })

t.test('results come in the order of the list, whichever check ends first', async (t) => {
  const slow = Promise.withResolvers<Finding>()
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

t.test(
  'secrets and control characters stay out of what is shown, whole or as part of each other',
  async (t) => {
    const clean = createCleaner(['secret-1', 'secret-1-and-more', 'abc'])
    t.equal(clean('a secret-1-and-more, a secret-1,\u001b[31m abc\n'), 'a …, a …, [31m abc')
  },
)
