import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'
import { systemClock, type Clock } from '../../src/base/clock.ts'
import { openHandlers } from '../../src/handlers/handlers.ts'
import type { Plan } from '../../src/handlers/job.ts'
import { checkHandlers } from '../../src/handlers/process.ts'
import { PAGE, PSID, said } from '../conversation/events.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { until } from '../helpers/until.ts'

const NAUGHTY = join(import.meta.dirname, 'bots/naughty.ts')
const API = pathToFileURL(join(import.meta.dirname, '../../src/handlers/bot.ts')).href

/** In the masks of /proc. */
const SIGUSR1 = 1n << 9n

interface Line {
  msg: string
  [fact: string]: unknown
}

const open = async (t: Test, file = NAUGHTY, clock: Clock = systemClock) => {
  const log: Line[] = []
  const listeners = new Set<() => void>()
  const note = (facts: object, msg: string): void => {
    log.push({ ...facts, msg })
    for (const heard of listeners) heard()
  }
  const handlers = await openHandlers({ file, clock, log: { info: note, warn: note, error: note } })
  t.teardown(handlers.stop)
  const run = (text: string, key = 'm_1'): Promise<Plan> =>
    handlers.run({
      event: { ...said(text), key },
      pageId: PAGE,
      psid: PSID,
      kept: null,
      remembered: {},
    })
  /** What is said about a text. */
  const tell = async (text: string, key?: string): Promise<string[]> =>
    (await run(text, key)).steps.map((step) =>
      step.do === 'say' ? (step.reply.message.text ?? '') : step.do,
    )
  const logged = async (what: RegExp): Promise<Line> => {
    for (;;) {
      const found = log.find(({ msg }) => what.test(msg))
      if (found !== undefined) return found
      await new Promise<void>((resolve) => listeners.add(resolve))
    }
  }
  // Timers of the bot do not keep a process alive that has nothing else to do.
  const alive = setInterval(() => undefined, 1000)
  t.teardown(() => clearInterval(alive))
  return { handlers, run, tell, log, logged }
}

t.test('an answer comes from another process, and nothing else does', async (t) => {
  const { tell, run } = await open(t)
  t.same(await tell('say hi'), ['heard hi'])
  t.not(Number((await tell('pid'))[0]), process.pid)
  if (process.platform === 'linux') {
    const own = Number(readFileSync('/proc/self/oom_score_adj', 'utf8'))
    t.equal(Number((await tell('oom score'))[0]), Math.min(own + 500, 1000), 'ended before the bot is')
    const [, caught = ''] = /^SigCgt:\s*(\w+)$/m.exec((await tell('status'))[0] ?? '') ?? []
    t.equal(BigInt(`0x${caught}`) & SIGUSR1, 0n, 'a signal opens no inspector')
  }
  t.equal((await tell('note'))[0], '4', 'a temporary folder that is full later fails no event')
  t.same(await run('unknown'), { steps: [{ do: 'rest' }], state: null })
})

t.test('the process of the handlers gets the environment without the secrets of the bot', async (t) => {
  const before = { ...process.env }
  t.teardown(() => void (process.env = before))
  Object.assign(process.env, {
    FB_APP_SECRET: 'hush',
    TOKEN_KEY: 'hush',
    SMTP_URL: 'hush',
    OPERATOR_PASSWORD_FILE: 'hush',
    FB_USER_TOKEN: 'hush',
    PGPASSWORD: 'hush',
    SHOP_API_KEY: 'the handlers need it',
  })
  const { tell } = await open(t)

  const names = [
    'FB_APP_SECRET',
    'TOKEN_KEY',
    'SMTP_URL',
    'OPERATOR_PASSWORD_FILE',
    'FB_USER_TOKEN',
    'PGPASSWORD',
  ]
  for (const name of names) {
    t.same(await tell(`environment ${name}`), ['unset'], name)
  }
  t.same(await tell('environment SHOP_API_KEY'), ['the handlers need it'])
})

t.test('whatever a handler does wrong is its own event, and the others are answered', async (t) => {
  const { tell, log } = await open(t)
  const cases: [text: string, error: object][] = [
    ['throw', { name: 'TypeError', message: 'thrown', stack: /naughty\.ts/ }],
    ['long error', { message: /^x{2000}$/ }],
    ['500', { message: /at most 20 messages/ }],
    ['nonsense', { message: /could not be cloned/ }],
    ['return', { message: /returns nothing/ }],
    ['huge', { message: /at most 1048576 characters/ }],
  ]
  for (const [text, error] of cases) {
    const [bad, good] = await Promise.allSettled([tell(text), tell('say on')])
    t.match(bad, { status: 'rejected', reason: error }, text)
    t.match(good, { status: 'fulfilled', value: ['heard on'] })
  }
  t.same(log, [], 'the process has done well')
})

for (const text of ['exit', 'memory', 'buffers']) {
  t.test(
    `after "${text}" another process goes on with the events of the others, by their keys`,
    async (t) => {
      const { tell, logged } = await open(t)
      const [before] = await tell('pid')
      const [bad, good] = await Promise.allSettled([tell(text, 'm_bad'), tell('slowly', 'm_good')])
      t.match(bad, { status: 'rejected', reason: { message: /its handler ended the process/ } })
      t.match(good, { status: 'fulfilled', value: ['slowly, m_good'] })
      // Between two events it is unknown which handler filled the memory, until it happens again.
      t.match(await logged(/has ended/), text === 'buffers' ? {} : { eventKey: 'm_bad' })
      const [after] = await tell('pid')
      t.not(after, before)
    },
  )
}

t.test('while a handler keeps its processor, another process answers the others', async (t) => {
  const clock = createFakeClock()
  const { tell } = await open(t, NAUGHTY, clock)
  t.same(await tell('say hi'), ['heard hi'])
  const cutOff = tell('slowly', 'm_2')
  const loops = t.rejects(tell('loop'), { message: /kept the processor for longer than 3000 ms/ })
  // A quarter of a second until it is asked for a sign of life, another one until it is late.
  await clock.advance(250)
  await clock.advance(250)
  t.same(await tell('say something'), ['heard something'])
  await clock.advance(2750)
  await loops
  t.same(await cutOff, ['slowly, m_2'], 'an event that was under way is handled again')
})

t.test('an uncaught error fails its event if that is under way, and no other', async (t) => {
  const { tell, log, logged } = await open(t)
  t.same(await tell('reject later', 'm_over'), ['answered'])
  t.match(await logged(/uncaught/), { err: { message: 'rejected' } })
  for (const [text, message] of [
    ['reject now', 'rejected'],
    ['throw in a timer', 'from a timer'],
  ] as const) {
    const [bad, good] = await Promise.allSettled([tell(text), tell('slowly', `m_${text}`)])
    t.match(bad, { status: 'rejected', reason: { message } })
    t.match(good, { status: 'fulfilled', value: [`slowly, m_${text}`] })
  }
  t.notOk(log.some(({ msg }) => msg.includes('has ended')))
})

t.test('who waits for ever is signalled, then given up, while the others go on', async (t) => {
  const file = join(
    t.testdir({
      'bot.ts': `import { defineBot } from '${API}'
        export const bot = defineBot({ timeLimitMs: 1000 })
          .hears('say on', (ctx) => ctx.reply('heard on'))
          .hears('hang', () => new Promise(() => undefined))
          .hears('mind', (ctx) => new Promise((done) => ctx.signal.addEventListener('abort', () => done())))`,
    }),
    'bot.ts',
  )
  const clock = createFakeClock()
  const { tell, log } = await open(t, file, clock)
  const hangs = t.rejects(tell('hang'), { message: 'no answer within 1000 ms' })
  const minds = tell('mind')
  t.same(await tell('say on'), ['heard on'])
  await clock.advance(900)
  t.same(await minds, [], 'a handler that minds the signal still answers')
  await clock.advance(100)
  await hangs
  t.same(await tell('say on'), ['heard on'])
  t.same(log, [])
})

const answering = (words: string): string =>
  `import { defineBot } from '${API}'\nexport const bot = defineBot().use((ctx) => ctx.reply('${words}'))\n`

t.test('a changed file is loaded, a wrong one is not, and the last good one stays', async (t) => {
  const file = join(t.testdir({ 'bot.ts': answering('one') }), 'bot.ts')
  const { handlers, tell, logged } = await open(t, file)
  handlers.start()
  t.same(await tell('x'), ['one'])

  writeFileSync(file, 'export const bot = 1')
  t.match(await logged(/last good ones stay/), { err: { message: /exports no "bot"/ } })
  t.same(await tell('x'), ['one'])

  writeFileSync(file, answering('two'))
  await until(async () => (await tell('x'))[0] !== 'one', { everyMs: 20 })
  t.same(await tell('x'), ['two'])
})

t.test('a file that hangs while it loads is told, and the next save does not wait for it', async (t) => {
  const file = join(t.testdir({ 'bot.ts': answering('one') }), 'bot.ts')
  const clock = createFakeClock()
  const { handlers, tell, log } = await open(t, file, clock)
  handlers.start()
  const untilTime = (isSo: () => boolean | Promise<boolean>) =>
    until(async () => {
      await clock.advance(100)
      return isSo()
    })

  writeFileSync(file, 'await new Promise(() => setInterval(() => undefined, 1000))')
  await untilTime(() => log.some(({ msg }) => /still loading/.test(msg)))
  t.same(await tell('x'), ['one'], 'the last good one answers meanwhile')

  writeFileSync(file, answering('two'))
  await untilTime(() => log.filter(({ msg }) => /has changed/.test(msg)).length === 2)
  await until(async () => (await tell('x'))[0] === 'two', { everyMs: 20 })
  t.notOk(log.some(({ msg }) => /last good ones/.test(msg)))
})

t.test('with handlers that cannot be loaded any more events fail at once, until they can', async (t) => {
  const mortal = `import { defineBot } from '${API}'\nexport const bot = defineBot().use(() => process.exit(1))`
  const file = join(t.testdir({ 'bot.ts': mortal }), 'bot.ts')
  const { tell, logged } = await open(t, file)
  writeFileSync(file, 'throw new Error("no database")')
  await t.rejects(tell('x'), { message: /it ended with code 1/ })
  await logged(/cannot be loaded/)
  await t.rejects(tell('x'), { message: /no database/ })
  writeFileSync(file, answering('two'))
  await logged(/loaded again/)
  t.same(await tell('x'), ['two'])
})

t.test('handlers that never finish loading, or end while they load, are refused', async (t) => {
  const dir = t.testdir({
    'ends.ts': 'process.exit(3)',
    'waits.ts': 'await new Promise(() => setInterval(() => undefined, 1000))',
  })
  const refused = { code: 'BOT_HANDLERS_INVALID', remedy: /docs\/handlers/ }
  await t.rejects(checkHandlers(join(dir, 'ends.ts'), systemClock), { ...refused, message: /code 3/ })
  const clock = createFakeClock()
  const waits = t.rejects(checkHandlers(join(dir, 'waits.ts'), clock), { ...refused, message: /20 s/ })
  await clock.advance(20_000)
  await waits
})

t.test('handlers load where the temporary folder cannot be written to', async (t) => {
  const dir = t.testdir({ 'fine.mjs': 'export const bot = undefined' })
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = join(dir, 'not-there')
  t.teardown(() => {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  })
  // They are wrong, which shows that they were loaded.
  await t.rejects(checkHandlers(join(dir, 'fine.mjs'), systemClock), { message: /bot/ })
})
