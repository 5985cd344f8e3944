import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import Fastify from 'fastify'
import fp from 'fastify-plugin'
import t, { type Test } from 'tap'
import { clockPlugin } from '../../plugins/clock.ts'
import { envPlugin } from '../../plugins/env.ts'
import { needsPlugin } from '../../plugins/needs.ts'
import { alertsPlugin } from '../../plugins/alerts.ts'
import { BotError } from '../../src/base/errors.ts'
import { createTerminal } from '../../src/terminal/terminal.ts'
import type { PageTokenState, PageTokenStatus } from '../../src/token/page-tokens.ts'
import { soleDuty, soleInstance } from '../../src/base/duty.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'
import { createFakeRecords } from '../helpers/records.ts'
import { createKeyboard, createSignals, Screen } from '../terminal/screen.ts'
import { until } from '../helpers/until.ts'
import { tokenStatus } from '../helpers/token-status.ts'

/** Stands above the box, so that a terminal can click it. */
const EXPLORER = 'https://developers.facebook.com/tools/explorer/1/?version=v25.0'

const MOMENT = 2_000
const HOUR = 3_600_000

const status = (state: PageTokenState, pageId = '1001'): PageTokenStatus =>
  tokenStatus(pageId, state, {
    pageName: pageId === '1001' ? 'Bakery' : null,
    reason: state === 'valid' ? null : 'The token no longer works: the password was changed.',
  })

interface Asked {
  userToken: string
  pageIds?: readonly string[]
  choose?: (pages: { id: string; name: string | null }[]) => Promise<string[]>
}

interface Setting {
  known?: PageTokenStatus[]
  env?: Record<string, string>
  waiting?: Map<string, number>
  withTerminal?: boolean
  repair?: (asked: Asked) => Promise<{ id: string; name: string }[]>
}

/** The real plugin among stand-ins for the store, the Page tokens and the bootstrap. */
const build = async (
  t: Test,
  { known = [], env, waiting = new Map(), withTerminal, repair }: Setting = {},
) => {
  const clock = createFakeClock()
  const lines: { level: number; msg: string; notice?: string }[] = []
  const app = Fastify({
    logger: { stream: { write: (line: string) => lines.push(JSON.parse(line) as (typeof lines)[number]) } },
  })
  const statuses = new Map(known.map((one) => [one.pageId, one]))
  const listeners = new Set<(status: PageTokenStatus) => void>()
  const asked: Asked[] = []
  const stands = {
    store: {
      counts: async () => ({ inbox: 0, outbox: waiting, dead: 0 }),
      parked: async () => ({ visitors: 2, firstWindowEndsMs: clock.now() + 5 * HOUR }),
      records: createFakeRecords(clock),
    },
    roster: { self: 'this', isLiving: (id: string) => id === 'this', list: () => [] },
    tokens: {
      statuses: () => [...statuses.values()],
      onChange: (listener: (status: PageTokenStatus) => void) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    bootstrapToken: async (options: Asked) => {
      asked.push(options)
      return (await repair?.(options)) ?? []
    },
  }
  app.register(envPlugin, { env: { FB_APP_ID: '1', FB_APP_SECRET: 's', FB_VERIFY_TOKEN: 'v', ...env } })
  app.register(clockPlugin, { clock })
  app.decorate('duty', soleDuty)
  app.decorate('instances', soleInstance())
  for (const [name, decorator, value] of [
    ['store', 'store', stands.store],
    ['roster', 'roster', stands.roster],
    ['tokens', 'tokens', stands.tokens],
    ['bootstrap', 'bootstrapToken', stands.bootstrapToken],
  ] as const) {
    app.register(fp(async (instance) => void instance.decorate(decorator, value as never), { name }))
  }
  app.register(needsPlugin)

  const screen = new Screen(100)
  const keyboard = createKeyboard()
  const terminal = withTerminal
    ? createTerminal({ input: keyboard, output: screen, signals: createSignals(), inForeground: () => true })
    : null
  app.register(alertsPlugin, { terminal })
  t.teardown(async () => {
    await app.close()
    terminal?.close()
  })
  await app.ready()
  return {
    app,
    clock,
    asked,
    screen,
    notices: () => lines.filter(({ notice }) => notice !== undefined),
    listeners,
    change: (change: PageTokenStatus) => {
      statuses.set(change.pageId, change)
      for (const listener of listeners) listener(change)
    },
    type: async (keys: string) => {
      keyboard.write(keys)
      await settle()
    },
  }
}

t.test('before the first token the operator is asked for one, and hears when it came', async (t) => {
  const { app, clock, notices, change } = await build(t)
  t.match(app.needs.open(), [{ pageId: '*', cause: 'token_missing' }])
  await clock.advance(MOMENT)
  t.match(notices(), [{ level: 50, msg: /npm run bootstrap-token.*There is no Page token yet/ }])

  change(status('valid'))
  await clock.advance(MOMENT)
  t.match(notices().slice(1), [{ level: 30, msg: /^All is well/ }])
  t.strictSame(app.needs.open(), [])
})

t.test('a token that is fine from the start is no news', async (t) => {
  const { app, clock, notices } = await build(t, { known: [status('valid')] })
  await clock.advance(HOUR)

  t.strictSame(notices(), [])
  t.strictSame(app.needs.open(), [])
})

t.test('a lost role is mended by the role first', async (t) => {
  const { clock, notices, change } = await build(t, { known: [status('valid')] })
  change({ ...status('invalid'), remedy: 'Give the person the role again.' })
  await clock.advance(MOMENT)
  t.match(notices()[0]?.msg, /To do: Give the person the role again\./)
})

t.test('a dead token is one notice with the exact remedy and what waits, then reminders', async (t) => {
  const { clock, notices, change } = await build(t, {
    known: [status('valid')],
    waiting: new Map([
      ['1001', 3],
      ['1002', 9],
    ]),
  })
  change(status('suspect'))
  change(status('invalid'))
  change(status('invalid'))
  await clock.advance(MOMENT)
  t.match(notices(), [
    { level: 50, msg: /Bakery.*the password was changed.*3 replies to 2 visitors are waiting/ },
  ])
  t.match(notices()[0]?.msg, 'npm run bootstrap-token -- --page 1001')

  await clock.advance(HOUR)
  t.match(notices().slice(1), [{ level: 40, msg: /^Evergreen still needs you/ }])
})

t.test('the notice says whom it keeps waiting and until when they can be answered', async (t) => {
  const { clock, notices } = await build(t, { known: [status('invalid')], waiting: new Map([['1001', 3]]) })
  await clock.advance(MOMENT)
  t.match(
    notices()[0]?.msg,
    /3 replies to 2 visitors are waiting.*window closes at 2026-11-21 17:00 UTC \(in 5 hours\)/,
  )
})

t.test('where the console can be reached, the notice leads there, too', async (t) => {
  const env = { PUBLIC_URL: 'https://bot.example', OPERATOR_PASSWORD: 'a long password' }
  const dead = await build(t, { known: [status('invalid')], env })
  await dead.clock.advance(MOMENT)
  t.match(
    dead.notices()[0]?.msg,
    /To do: Open https:\/\/bot\.example\/operator \(user operator.*Run `npm run bootstrap-token -- --page 1001`/,
  )
  const first = await build(t, { env })
  await first.clock.advance(MOMENT)
  t.match(first.notices()[0]?.msg, /Open https:\/\/bot\.example\/operator .*Run `npm run bootstrap-token`/)
})

t.test('a token that is only doubted raises no alarm, and takes none back', async (t) => {
  const { app, clock, notices, change } = await build(t, { known: [status('valid')] })
  change(status('suspect'))
  await clock.advance(HOUR / 2)
  t.strictSame(notices(), [])

  change(status('invalid'))
  change(status('suspect'))
  t.match(app.needs.open(), [{ cause: 'token_invalid' }])
})

t.test('a need of the same cause with another origin is not closed by a valid token', async (t) => {
  const { app, change } = await build(t, { known: [status('valid')] })
  const disputed = { pageId: '1001', pageName: 'Bakery', what: 'Valid, yet refused.', remedy: 'Look.' }
  app.needs.raise({ ...disputed, cause: 'token_invalid' })
  change(status('valid'))

  t.match(app.needs.open(), [{ what: 'Valid, yet refused.' }])
})

t.test('a token found dead at the start, as after a restart, is told once', async (t) => {
  const { clock, notices } = await build(t, { known: [status('invalid')] })
  await clock.advance(HOUR / 2)

  t.equal(notices().length, 1)
})

t.test('REMIND_SECONDS sets the first reminder', async (t) => {
  const { clock, notices } = await build(t, { known: [status('invalid')], env: { REMIND_SECONDS: '60' } })
  await clock.advance(MOMENT + 60_000)

  t.equal(notices().length, 2)
})

t.test('what the operator wants to be so is no notice, and stays in the list of needs', async (t) => {
  const causes = ['person', 'standby'] as const
  for (const off of [null, ...causes]) {
    const env = off === null ? {} : { [`ALERT_${off.toUpperCase()}`]: 'off' }
    const { app, clock, notices } = await build(t, { known: [status('valid')], env })
    for (const cause of causes)
      app.needs.raise({ pageId: '1001', pageName: 'Bakery', cause, what: `It is ${cause}.`, remedy: 'Look.' })
    await clock.advance(MOMENT)
    t.strictSame(
      causes.filter((cause) => notices().some(({ msg }) => msg.includes(`It is ${cause}.`))),
      causes.filter((cause) => cause !== off),
      `without ${off}`,
    )
    t.strictSame(
      app.needs.open().map(({ cause }) => cause),
      causes,
    )
  }
})

t.test('ALERT_URL gets what the log gets', async (t) => {
  const posted = Promise.withResolvers<string>()
  const server = createServer((req, res) => {
    void text(req).then(posted.resolve)
    res.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const ALERT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  const { clock } = await build(t, { known: [status('invalid')], env: { ALERT_URL } })
  await clock.advance(MOMENT)

  t.match(JSON.parse(await posted.promise), { text: /^Evergreen needs you: Bakery/ })
})

t.test('each channel gets what the log gets, by its own post', async (t) => {
  const got = new Map<string, string>()
  const server = createServer((req, res) => {
    void text(req).then((body) => got.set(req.url ?? '', body))
    res.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const env = { ALERT_URL: `${origin}/hook`, ALERT_NTFY_URL: `${origin}/my-topic` }
  const { app, clock } = await build(t, { known: [status('invalid')], env })
  t.strictSame(
    app.alertChannels.map(({ name }) => name),
    ['ALERT_URL', 'ntfy'],
  )
  await clock.advance(MOMENT)
  await until(() => got.size === 2)
  t.match(JSON.parse(got.get('/hook') ?? ''), { text: /^Evergreen needs you: Bakery/ })
  t.match(JSON.parse(got.get('/') ?? ''), { topic: 'my-topic', title: /^Evergreen needs you: Bakery/ })
})

t.test('the terminal mends the one sick Page by its id', async (t) => {
  const { clock, screen, type, asked } = await build(t, {
    known: [status('invalid'), status('valid', '1002')],
    withTerminal: true,
    repair: async () => [{ id: '1001', name: 'Bakery' }],
  })
  await clock.advance(MOMENT)
  t.strictSame(screen.lines.slice(0, 2), [EXPLORER, '┌ Bakery (Page 1001) needs a new token'])
  await type('user-token-1\r')

  t.match(asked, [{ userToken: 'user-token-1', pageIds: ['1001'] }])
  t.strictSame(screen.lines, [EXPLORER, '✔ Bakery (Page 1001) has a token that never expires.'])
})

t.test('the terminal mends of several sick Pages those the token reaches', async (t) => {
  const chosen: string[][] = []
  const reach = (...ids: string[]) => ids.map((id) => ({ id, name: null }))
  const { clock, screen, type, asked } = await build(t, {
    known: [status('invalid'), status('invalid', '1002')],
    withTerminal: true,
    repair: async ({ userToken, choose }) => {
      chosen.push(
        (await choose?.(userToken === 'good' ? reach('1002', '1003') : reach('1003', '1004'))) ?? [],
      )
      return [{ id: '1002', name: 'Florist' }]
    },
  })
  await clock.advance(MOMENT)
  await type('bad\r')
  t.ok(screen.lines.includes('✖ The user token reaches none of the Pages that need one.'))
  await type('good\r')

  t.equal(asked[1]?.pageIds, undefined)
  t.strictSame(chosen, [['1002']])
  t.ok(screen.lines.includes('┌ Bakery (Page 1001) needs a new token'))
})

t.test('the first token lets the operator choose the Page in the terminal', async (t) => {
  const { clock, screen, type } = await build(t, {
    withTerminal: true,
    repair: async ({ choose }) => {
      const reached = [
        { id: '1001', name: 'Bakery', unusable: null },
        { id: '1002', name: null, unusable: null },
      ]
      const ids = await choose?.(reached)
      if (ids?.[0] !== '1002') throw new BotError('BOT_PAGE_CHOICE_NEEDED', 'Not that one.')
      return [{ id: '1002', name: 'Florist' }]
    },
  })
  await clock.advance(MOMENT)
  await type('user-token-1\r')
  t.match(screen.lines, [
    EXPLORER,
    /^┌ Which Page/,
    '│ 1. Bakery (Page 1001)',
    '│ 2. unnamed (Page 1002)',
    /^└/,
  ])
  await type('2\r')

  t.strictSame(screen.lines, [EXPLORER, '✔ Florist (Page 1002) has a token that never expires.'])
})

t.test('closing the app ends reminders, prompt and listening', async (t) => {
  const { app, clock, notices, screen, listeners } = await build(t, {
    known: [status('invalid')],
    withTerminal: true,
  })
  await clock.advance(MOMENT)
  await app.close()
  await clock.advance(24 * HOUR)

  t.equal(notices().length, 1)
  t.strictSame(screen.lines, [EXPLORER])
  t.equal(listeners.size, 0)
  t.equal(clock.pending(), 0)
})
