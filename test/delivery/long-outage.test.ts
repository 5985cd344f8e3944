import t from 'tap'
import { build, failure, PAGE } from './gates-world.ts'

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
