import t, { type Test } from 'tap'
import { createCutOff, SILENCE_FRESH_MS } from '../../src/findings/cut-off.ts'
import { createSilence } from '../../src/findings/silence.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { createFakeRecords } from '../helpers/records.ts'
import { runningInstance } from '../helpers/running.ts'

/** Instances with a Page each, on one list. */
const build = (t: Test, ...ids: string[]) => {
  const clock = createFakeClock()
  const records = createFakeRecords(clock)
  const list = ids.map((id) => runningInstance(id, { pages: [`page of ${id}`] }))
  const warned: object[] = []
  const others = { takePages: true }
  const instances = list.map(({ id }) => {
    const silence = createSilence({ nowMs: clock.elapsed, freshMs: SILENCE_FRESH_MS })
    const rested: number[] = []
    const asked: number[] = []
    const facebook = { answers: false }
    const watch = createCutOff({
      silence,
      roster: { self: id, list: () => list },
      records,
      rest: async (ms) => {
        rested.push(ms)
        return others.takePages
      },
      ask: async () => {
        asked.push(clock.elapsed())
        silence.heard(facebook.answers)
        if (!facebook.answers) throw new Error('no answer')
      },
      clock,
      log: { warn: (facts) => void warned.push(facts) },
    })
    watch.start()
    t.teardown(() => watch.stop())
    return { silence, rested, asked, facebook }
  })
  /** So many seconds with a call of each of these every second, which nothing answers. */
  const fail = async (seconds: number, ...failing: typeof instances): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      for (const { silence } of failing) silence.heard(false)
      await clock.advance(1000)
    }
  }
  return { clock, records, list, others, instances, warned, fail }
}

const REST_MS = 5 * 60_000

t.test('an instance that Facebook does not answer gives its Pages away, once in five minutes', async (t) => {
  const { clock, instances, fail } = build(t, 'a', 'b')
  const [a, b] = instances
  if (a === undefined || b === undefined) throw new Error('there are two')
  await fail(10, a)
  a.silence.heard(true)
  await fail(10, a)
  t.same(a.rested, [], 'not before calls have failed for ten seconds on end')
  await fail(5, a)
  t.same(a.rested, [REST_MS])
  await fail(60, a)
  a.facebook.answers = true
  await clock.advance(REST_MS)
  t.equal(a.rested.length, 1, 'what failed before it took Pages again says nothing')
  await fail(15, a)
  t.equal(a.rested.length, 2)
  t.same(b.rested, [])
})

t.test('it takes its share back when Facebook has answered it, and asks once before it would', async (t) => {
  const { clock, records, instances, fail } = build(t, 'a', 'b')
  const [a] = instances
  if (a === undefined) throw new Error('there are two')
  await fail(15, a)
  t.same([a.rested, a.asked], [[REST_MS], []])
  await clock.advance(2 * REST_MS)
  t.equal(a.rested.length, 3, 'each rest goes over into the next')
  t.equal(a.asked.length, 2)
  t.same(
    (await records.list('facebook-silent')).map(({ id }) => id),
    ['a'],
    'and no other instance gives it Pages',
  )
  a.facebook.answers = true
  await clock.advance(2 * REST_MS)
  t.equal(a.rested.length, 3)
  t.equal(a.asked.length, 3)
  t.same(await records.list('facebook-silent'), [])
})

t.test('where no other instance takes Pages any more its rest is over', async (t) => {
  const { clock, others, instances, fail } = build(t, 'a', 'b')
  const [a] = instances
  if (a === undefined) throw new Error('there are two')
  await fail(15, a)
  others.takePages = false
  await clock.advance(REST_MS)
  t.same(a.rested, [REST_MS, REST_MS])
  others.takePages = true
  await fail(15, a)
  t.equal(a.rested.length, 3, 'what fails from then on counts')
})

t.test('a single call that fails does not do it, however long ago', async (t) => {
  const { clock, instances, fail } = build(t, 'a', 'b')
  await fail(1, ...instances.slice(0, 1))
  await clock.advance(120_000)
  t.same(instances[0]?.rested, [])
})

t.test(
  'it keeps its Pages where all others find Facebook silent, or where there are none, or it has none',
  async (t) => {
    for (const ids of [['a'], ['a', 'b', 'c']]) {
      const { instances, fail } = build(t, ...ids)
      await fail(60, ...instances)
      t.same(
        instances.flatMap(({ rested }) => rested),
        [],
        `of ${ids.length}`,
      )
    }
    const { instances, list, fail } = build(t, 'a', 'b')
    for (const one of list) one.pages = []
    await fail(60, ...instances.slice(0, 1))
    t.same(instances[0]?.rested, [])
  },
)

t.test('an instance that hears Facebook again says so, and the others go by it', async (t) => {
  const { instances, fail } = build(t, 'a', 'b')
  const [a, b] = instances
  await fail(30, ...instances)
  b?.silence.heard(true)
  await fail(7, ...instances.slice(0, 1))
  t.same(a?.rested, [REST_MS])
})

t.test('an instance that once heard nothing and has no Pages takes those of another one later', async (t) => {
  const { clock, instances, list, fail } = build(t, 'a', 'b')
  const [a, b] = instances
  if (a === undefined || b === undefined || list[0] === undefined) throw new Error('there are two')
  await fail(15, a)
  t.same(a.rested, [REST_MS])
  list[0].pages = []
  await fail(60, b)
  t.same(b.rested, [], 'where both hear nothing it is Facebook, and the Pages stay')
  b.silence.heard(true)
  await clock.advance(SILENCE_FRESH_MS)
  await fail(15, b)
  t.same(b.rested, [], 'the other one has asked, and hears nothing')
  a.facebook.answers = true
  b.silence.heard(true)
  await clock.advance(REST_MS)
  await fail(15, b)
  t.same(b.rested, [REST_MS])
})

t.test('it gives its Pages away once another instance takes them', async (t) => {
  const { others, instances, warned, fail } = build(t, 'a', 'b')
  others.takePages = false
  await fail(15, ...instances.slice(0, 1))
  t.ok(instances[0]?.rested.length, 'the other one is about to end, or rests')
  t.same(warned, [])
  others.takePages = true
  await fail(5, ...instances.slice(0, 1))
  t.equal(warned.length, 1)
  const asked = instances[0]?.rested.length
  await fail(60, ...instances.slice(0, 1))
  t.equal(instances[0]?.rested.length, asked)
})

t.test('two calls that fail far apart do not do it either', async (t) => {
  const { clock, instances, fail } = build(t, 'a', 'b')
  await fail(1, ...instances.slice(0, 1))
  await clock.advance(2 * SILENCE_FRESH_MS)
  await fail(5, ...instances.slice(0, 1))
  t.same(instances[0]?.rested, [])
})

t.test('a database that does not answer is told of, and asked again', async (t) => {
  const { records, instances, warned, fail } = build(t, 'a', 'b')
  const [a] = instances
  records.fail(new Error('gone'))
  await fail(15, ...instances.slice(0, 1))
  t.same(a?.rested, [])
  t.ok(warned.length > 0)
  records.fail(null)
  await fail(5, ...instances.slice(0, 1))
  t.same(a?.rested, [REST_MS])
})
