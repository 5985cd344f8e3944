import t from 'tap'
import type { StuckRefusal } from '../../src/delivery/sending/stuck.ts'
import { build, MOST, PAGE, UNKNOWN } from './gates-world.ts'

const HELD = { ...MOST, backlog: 0 }
const PROBING = { ...MOST, backlog: 4 }
const OUTAGE = 8
const REFUSAL: StuckRefusal = {
  same: 'unknown 999/null',
  trouble: { what: 'Facebook refuses.', remedy: 'Look it up.', byToken: false },
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
