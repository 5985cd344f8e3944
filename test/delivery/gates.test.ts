import t from 'tap'
import { createGateNotes } from '../../src/delivery/sending/gate-notes.ts'
import { createGates } from '../../src/delivery/sending/gates.ts'
import { GraphError, type GraphErrorFacts } from '../../src/graph/error.ts'
import type { StuckRefusal } from '../../src/delivery/sending/stuck.ts'
import type { Need } from '../../src/alerts/needs.ts'
import type { PageTokenStatus, PageTokens } from '../../src/token/page-tokens.ts'
import { createFakeClock } from '../helpers/clock.ts'

const PAGE = '100'
const MOST = { all: 192, waiting: 70, backlog: 70 }
const HELD = { ...MOST, backlog: 0 }
const PROBING = { ...MOST, backlog: 4 }
const OUTAGE = 8
const REFUSAL: StuckRefusal = {
  same: 'unknown 999/null',
  trouble: { what: 'Facebook refuses.', remedy: 'Look it up.', byToken: false },
}

const failure = (message: string, over: Partial<GraphErrorFacts> = {}) =>
  new GraphError(message, {
    verdict: 'ambiguous',
    edge: 'messages',
    graphCode: 1,
    subcode: null,
    fbtraceId: null,
    httpStatus: 400,
    retryAfterMs: null,
    ...over,
  })
const UNKNOWN = failure('error 1: Facebook had an unknown error')

const build = (kept = new Map<string, string>()) => {
  const clock = createFakeClock()
  const paused = new Set<string>()
  const needs: Need[] = []
  const hurried: number[] = []
  const status = { pageId: PAGE, pageName: 'Page', state: 'valid' } as PageTokenStatus
  const held = { token: 'token' as string | null, changed: (_status: PageTokenStatus): void => undefined }
  const tokens: Pick<PageTokens, 'tokenFor' | 'status' | 'statuses' | 'onChange'> = {
    tokenFor: () => held.token,
    status: () => status,
    statuses: () => [status],
    onChange: (listener) => {
      held.changed = listener
      return () => undefined
    },
  }
  const gates = createGates({
    store: {
      pausePage: (pageId, isPaused) => void (isPaused ? paused.add(pageId) : paused.delete(pageId)),
      hurryOutbox: (conversations) => void hurried.push(...conversations),
    },
    tokens,
    needs: { raise: (need) => void needs.push(need), settle: () => void needs.splice(0) },
    notes: createGateNotes({
      store: {
        remember: async (name, text) => void kept.set(name, text),
        recall: async (name) => kept.get(name) ?? null,
      },
      clock,
    }),
    clock,
    random: () => 0.5,
    perPage: MOST.all,
    backlog: MOST.backlog,
  })
  const fail = (from: number, many: number): void => {
    for (let n = 0; n < many; n += 1) gates.failed(PAGE, from + n, UNKNOWN)
  }
  const setToken = (token: string | null): void => {
    held.token = token
    held.changed(status)
  }
  return { gates, clock, needs, hurried, fail, kept, paused, setToken, room: () => gates.room(PAGE) }
}

t.test('an outage is counted in conversations, not in tries', (t) => {
  const { gates, fail, room } = build()
  for (let tries = 0; tries < 50; tries += 1) gates.failed(PAGE, 1, UNKNOWN)
  t.same(room(), MOST, 'one conversation may fail as often as it likes')
  fail(2, OUTAGE - 2)
  t.same(room(), MOST)
  fail(100, 1)
  t.same(room(), HELD, 'what waits from before is held; who writes now is tried')
  t.equal(gates.tokenFor(PAGE), 'token')
  t.end()
})

t.test('a success between the failures is no outage', (t) => {
  const { gates, fail, room } = build()
  fail(1, OUTAGE - 1)
  gates.succeeded(PAGE, 0)
  fail(20, OUTAGE - 1)
  t.same(room(), MOST)
  t.end()
})

t.test('after a while a few try, and the first success opens for all', async (t) => {
  const { gates, clock, fail, room, hurried } = build()
  fail(1, OUTAGE)
  await clock.advance(60_000)
  t.same(room(), PROBING)
  fail(30, 2)
  t.same(room(), HELD, 'two of them fail: it goes on')
  await clock.advance(120_000)
  t.same(room(), PROBING)
  gates.succeeded(PAGE, 0)
  t.same(room(), MOST)
  t.ok(hurried.length >= OUTAGE, 'those that failed are tried at once')
  gates.stop()
})

t.test('what is mended is tried at once, those that failed with it', (t) => {
  const { gates, fail, room, hurried } = build()
  fail(1, OUTAGE)
  gates.refused(PAGE, 50, REFUSAL)
  gates.retry(PAGE)
  t.same(room(), PROBING)
  t.same(
    hurried.toSorted((a, b) => a - b),
    [1, 2, 3, 4, 5, 6, 7, 8, 50],
  )
  gates.stop()
  t.end()
})

t.test(
  'two conversations that are refused alike pause the Page, unless something went through between',
  (t) => {
    const held = build()
    held.gates.refused(PAGE, 1, REFUSAL)
    held.gates.refused(PAGE, 1, REFUSAL)
    t.same([held.room(), held.needs], [MOST, []], "one conversation's refusal is its visitor's")
    held.gates.refused(PAGE, 2, REFUSAL)
    t.same(held.room(), HELD)
    t.match(held.needs, [{ cause: 'some_visitors', ...REFUSAL.trouble }])

    const { gates, needs, room } = build()
    gates.refused(PAGE, 1, REFUSAL)
    gates.succeeded(PAGE, 0)
    gates.refused(PAGE, 2, REFUSAL)
    t.same(room(), MOST, 'the Page can send')
    t.match(needs, [{ cause: 'some_visitors' }], 'the operator hears of both all the same')
    gates.settled(PAGE, 1)
    gates.settled(PAGE, 2)
    t.same(needs, [], 'until neither waits')

    const other = build()
    other.gates.refused(PAGE, 1, REFUSAL)
    other.gates.refused(PAGE, 2, { ...REFUSAL, same: 'permission 200/1' })
    t.same([other.room(), other.needs], [MOST, []], 'two kinds of refusal are no pattern')
    for (const { gates: each } of [held, other]) each.stop()
    gates.stop()
    t.end()
  },
)

t.test(
  'the next keeper of a Page waits as long as Facebook asked its last one to, and then tries',
  async (t) => {
    const last = build()
    last.gates.close(PAGE, { cause: 'rate_limited' }, 600_000)
    const { gates, clock, paused } = build(last.kept)
    gates.taken(PAGE)
    t.equal(gates.tokenFor(PAGE), null, 'nothing is sent before it is known')
    await clock.advance(599_000)
    t.equal(gates.tokenFor(PAGE), null)
    t.ok(paused.has(PAGE))
    await clock.advance(2000)
    t.equal(gates.tokenFor(PAGE), 'token')
    gates.succeeded(PAGE, 0)
    t.notOk(paused.has(PAGE))

    const after = build(last.kept)
    after.gates.taken(PAGE)
    await after.clock.advance(0)
    t.equal(after.gates.tokenFor(PAGE), 'token', 'the one after that finds it open')
  },
)

t.test(
  'another token is a reason to try at once, but not where Facebook asked to wait; nor is one that a next keeper has to prove',
  async (t) => {
    const { gates, kept, setToken, room } = build()
    gates.start()
    gates.close(PAGE, { cause: 'permission', what: 'Not granted.', remedy: 'Grant it.', byToken: true })
    t.equal(room().all, 0)
    setToken('granted')
    t.ok(room().all > 0)
    gates.succeeded(PAGE, 0)
    gates.close(PAGE, { cause: 'rate_limited' }, 600_000)
    setToken('third')
    t.equal(room().all, 0)

    const next = build(kept)
    next.gates.start()
    next.setToken(null)
    next.gates.taken(PAGE)
    await next.clock.advance(0)
    next.setToken('third')
    t.equal(next.room().all, 0)
    await next.clock.advance(601_000)
    t.ok(next.room().all > 0)
  },
)

t.test('sends of before a loss that fail after it do not shorten what Facebook asked to wait', async (t) => {
  const last = build()
  last.gates.close(PAGE, { cause: 'rate_limited' }, 600_000)
  const { gates, clock, fail } = build(last.kept)
  fail(1, OUTAGE)
  gates.taken(PAGE)
  await clock.advance(599_000)
  t.equal(gates.tokenFor(PAGE), null)
  await clock.advance(2000)
  t.equal(gates.tokenFor(PAGE), 'token')
})

t.test('a Page that is lost leaves its needs to its next keeper, and no timer', async (t) => {
  const { gates, clock, needs } = build()
  gates.close(PAGE, { cause: 'permission', what: 'No permission.', remedy: 'Grant it.' })
  t.equal(needs.length, 1)
  gates.lost(PAGE)
  t.equal(needs.length, 1)
  t.equal(gates.tokenFor(PAGE), 'token', 'what was known is not true any more')
  await clock.advance(3_600_000)
  t.same(gates.narrowed(), [])
})

t.test(
  'where nothing of the Page went through for half an hour, the operator hears what Facebook says',
  async (t) => {
    const { gates, clock, needs, fail } = build()
    fail(1, 3)
    await clock.advance(29 * 60_000)
    fail(1, 3)
    t.same(needs, [], 'most outages are over by then')
    await clock.advance(60_000)
    fail(1, 1)
    t.match(needs, [
      {
        cause: 'outage',
        pageName: 'Page',
        what: /no message of this Page for 30 minutes: error 1/,
        remedy: /advanced access/,
      },
    ])
    fail(2, 1)
    t.equal(needs.length, 1, 'once')
    gates.succeeded(PAGE, 0)
    t.same(needs, [])
    gates.stop()
  },
)

t.test(
  'a limit that lasts for half an hour, or is said to, is told; shorter ones end by themselves',
  async (t) => {
    const { gates, clock, needs } = build()
    const limit = (waitMs: number): boolean => gates.close(PAGE, { cause: 'rate_limited' }, waitMs)
    limit(10 * 60_000)
    await clock.advance(10 * 60_000)
    limit(10 * 60_000)
    t.same(needs, [], 'twenty minutes by now')
    await clock.advance(10 * 60_000)
    limit(10 * 60_000)
    t.match(needs, [{ cause: 'outage', what: /too many calls.* for 30 minutes/, remedy: /rate limit/ }])
    await clock.advance(10 * 60_000)
    gates.succeeded(PAGE, 0)
    t.same(needs, [])

    limit(10 * 60_000)
    t.same(needs, [], 'what was over does not count')
    await clock.advance(10 * 60_000)
    gates.succeeded(PAGE, 0)
    limit(5 * 3_600_000)
    t.match(needs, [{ what: /for 300 minutes/ }], 'Facebook says itself how long')
    gates.stop()
  },
)

t.test('a long limit is over where nothing waits any more once it has ended, and not before', async (t) => {
  const { gates, clock, needs, fail } = build()
  fail(1, 1)
  gates.close(PAGE, { cause: 'rate_limited' }, 5 * 3_600_000)
  await clock.advance(5 * 3_600_000 - 1)
  t.match(needs, [{ cause: 'outage', what: /for 300 minutes/ }])
  await clock.advance(40 * 60_000)
  t.match(needs, [{ cause: 'outage' }], 'what waits has a while to be tried')
  await clock.advance(1)
  t.same(needs, [])
  gates.stop()
})

t.test(
  'the next keeper of a Page waits as long as a limit lasts, also with a wrong clock, and tells of it',
  async (t) => {
    for (const [aheadMs, waitMs] of [
      [0, 5 * 3_600_000],
      [-86_400_000, 5 * 3_600_000],
      [3_600_000, 4 * 3_600_000],
    ] as const) {
      const last = build()
      last.gates.close(PAGE, { cause: 'rate_limited' }, 5 * 3_600_000)
      const { gates, clock, needs, room } = build(last.kept)
      clock.set(aheadMs)
      gates.taken(PAGE)
      await clock.advance(waitMs - 1)
      t.match(needs, [{ cause: 'outage', what: /too many calls/ }])
      t.equal(room().all, 0, `ahead by ${aheadMs}`)
      await clock.advance(1)
      t.equal(room().all, 4)
      gates.succeeded(PAGE, 0)
      t.same(needs, [])
      gates.stop()
      last.gates.stop()
    }
  },
)

t.test('a Facebook that cannot be reached for half an hour is told as that', async (t) => {
  const { gates, clock, needs } = build()
  const lost = failure('Facebook could not be reached', {
    verdict: 'transient',
    graphCode: null,
    httpStatus: null,
  })
  for (const conversation of [1, 2, 3]) gates.failed(PAGE, conversation, lost)
  await clock.advance(30 * 60_000)
  gates.failed(PAGE, 1, lost)
  t.match(needs, [{ cause: 'outage', remedy: /npm run doctor/ }])
  await clock.advance(41 * 60_000)
  t.same(needs, [], 'nothing is tried any more: nothing waits')
  gates.stop()
})

t.test('visitors who fail for ever are no outage', async (t) => {
  const { gates, clock, needs, fail } = build()
  const halfAnHour = async (from: number, many: number): Promise<void> => {
    for (let minute = 0; minute < 35; minute += 5) {
      fail(from, many)
      await clock.advance(5 * 60_000)
    }
  }
  await halfAnHour(1, 2)
  t.same(needs, [], 'two may have blocked the Page')
  gates.succeeded(PAGE, 0)
  fail(3, 1)
  await halfAnHour(1, 3)
  t.same(needs, [], 'those from before the last success do not count')
  gates.stop()
})

t.test('who closed the Page may close it again unless only others were answered since', async (t) => {
  const { gates, clock, needs } = build()
  const why = { cause: 'permission', what: 'refused', remedy: 'grant it', byToken: true } as const
  const refuse = (): boolean => gates.close(PAGE, why, 0, 5)
  const openBy = async (conversation: number): Promise<void> => {
    await clock.advance(60_000)
    gates.succeeded(PAGE, conversation)
    t.same(needs, [])
  }
  t.equal(refuse(), true)
  await openBy(5)
  t.equal(refuse(), true, 'it was the Page: the only visitor was answered, and is refused anew')
  t.match(needs, [{ cause: 'permission' }])
  await openBy(7)
  t.equal(refuse(), false, 'it is the visitor')
  t.same(needs, [])
  gates.succeeded(PAGE, 5)
  t.equal(refuse(), true, 'that is over, too')
  gates.stop()
})

t.test('who closed the Page and has no reply left may close it again', async (t) => {
  const { gates, clock } = build()
  const why = { cause: 'permission', what: 'refused', remedy: 'grant it', byToken: true } as const
  gates.close(PAGE, why, 0, 5)
  await clock.advance(60_000)
  gates.settled(PAGE, 5)
  gates.succeeded(PAGE, 7)
  t.equal(gates.close(PAGE, why, 0, 5), true)
  gates.stop()
})

t.test('a Page that opens after a repair was closed for a reason of its own, whoever was refused', (t) => {
  const why = { cause: 'permission', what: 'refused', remedy: 'grant it', byToken: true } as const
  const repairs = {
    'a new token': ({ setToken }: ReturnType<typeof build>) => setToken('another'),
    'the word of an operator': ({ gates }: ReturnType<typeof build>) => gates.retry(PAGE),
  }
  for (const [name, repair] of Object.entries(repairs)) {
    const world = build()
    world.gates.start()
    world.gates.close(PAGE, why, 0, 5)
    repair(world)
    world.gates.succeeded(PAGE, 7)
    t.same(world.needs, [], name)
    t.equal(world.gates.close(PAGE, why, 0, 5), true, name)
    t.match(world.needs, [{ cause: 'permission' }], name)
    world.gates.stop()
  }
  t.end()
})
