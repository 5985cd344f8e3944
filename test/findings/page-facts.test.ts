import t from 'tap'
import { createPageFacts, type PageFacts } from '../../src/findings/page-facts.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { createFakeRecords } from '../helpers/records.ts'

const facts = (checkedMs: number): PageFacts => ({
  subscription: { checkedMs, fields: ['messages'] },
  profile: { is: 'in_step', checkedMs, differs: [], error: null, nextMs: null },
  activity: { repliesPerMinute: [1], latency: null, refusals: [], lastHeardMs: null },
  automaticRepliesMs: null,
})

t.test('every instance sees of a Page what its keeper sees, also when the Page moves', async (t) => {
  const clock = createFakeClock()
  const records = createFakeRecords(clock)
  let keeper = 'a'
  const seen = { a: facts(1), b: facts(0) }
  const start = (self: 'a' | 'b') => {
    const shared = createPageFacts({
      own: () => seen[self],
      pageIds: () => ['1001'],
      shared: { records, duty: { keeps: () => keeper === self } },
      clock,
      log: { warn: () => undefined },
    })
    shared.start()
    t.teardown(() => shared.stop())
    return shared
  }
  const [a, b] = [start('a'), start('b')]
  await clock.advance(60_000)
  t.same([a.of('1001'), b.of('1001')], [facts(1), facts(1)])
  seen.a = facts(2)
  await clock.advance(60_000)
  t.same([a.of('1001'), b.of('1001')], [facts(2), facts(2)])

  keeper = 'b'
  seen.b = facts(3)
  await clock.advance(60_000)
  t.same([a.of('1001'), b.of('1001')], [facts(3), facts(3)])
  keeper = 'a'
  await clock.advance(60_000)
  t.same([a.of('1001'), b.of('1001')], [facts(2), facts(2)])

  const version = (await records.get('page-facts', '1001'))?.version
  await clock.advance(300_000)
  t.equal((await records.get('page-facts', '1001'))?.version, version, 'what does not change is not written')
})

t.test('an instance with a database of its own writes nothing', async (t) => {
  const clock = createFakeClock()
  const shared = createPageFacts({
    own: () => facts(1),
    pageIds: () => ['1001'],
    shared: null,
    clock,
    log: { warn: () => undefined },
  })
  shared.start()
  t.same(shared.of('1001'), facts(1))
  t.equal(clock.pending(), 0)
  await shared.stop()
})
