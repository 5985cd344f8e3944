import t, { type Test } from 'tap'
import { createAlertBook } from '../../src/alerts/alert-book.ts'
import { LOOK_AGAIN_MS } from '../../src/alerts/need-rows.ts'
import { createNeeds, WHOLE_BOT } from '../../src/alerts/needs.ts'
import { createSharedNeeds } from '../../src/alerts/shared-needs.ts'
import { soleDuty, soleInstance, type Duty } from '../../src/base/duty.ts'
import { need } from '../helpers/alerts.ts'
import { createFakeClock, type FakeClock } from '../helpers/clock.ts'
import { createDuties } from '../helpers/duty.ts'
import { createFakeRecords, type FakeRecords } from '../helpers/records.ts'
import { build, HOUR, MOMENT, NO_LOG } from './reminders-world.ts'

/** A whole instance, as far as it tells the operator. */
const startInstance = async (
  t: Test,
  world: { clock: FakeClock; records: FakeRecords; living: Set<string> },
  self: string,
  duty: Duty = soleDuty,
) => {
  const { clock, records, living } = world
  living.add(self)
  const needs = createSharedNeeds({
    own: createNeeds({ clock }),
    records,
    instances: soleInstance(),
    duty,
    self,
    isLiving: (id) => living.has(id),
    clock,
    log: NO_LOG,
  })
  await needs.start()
  const built = build(t, { clock, needs, duty, book: createAlertBook({ records, log: NO_LOG }) })
  return {
    ...built,
    needs,
    die: async () => {
      living.delete(self)
      await needs.stop()
      await built.reminders.stop()
    },
  }
}

const createWorld = () => {
  const clock = createFakeClock()
  return { clock, records: createFakeRecords(clock), living: new Set<string>() }
}

t.test('a restart while a need is open tells nothing twice, and the reminder comes once', async (t) => {
  const world = createWorld()
  const { clock } = world
  const first = await startInstance(t, world, 'first')
  first.needs.raise(need())
  await clock.advance(HOUR / 2)
  t.equal(first.notices.length, 1)
  await first.die()

  const second = await startInstance(t, world, 'second')
  await clock.advance(10_000)
  second.needs.raise(need())
  await clock.advance(HOUR / 2)
  t.same(
    second.notices.map(({ kind }) => kind),
    ['reminder'],
  )
  await clock.advance(2 * HOUR)
  t.equal(second.notices.length, 2, 'and the next one after twice the time')
  second.needs.settle('1001')
  await clock.advance(MOMENT)
  t.match(second.notices.slice(2), [
    { kind: 'well', needs: [{ sinceMs: second.notices[0]?.needs[0]?.sinceMs }] },
  ])
})

t.test(
  'a clock that was ahead when the operator was told keeps no reminder back once it is right',
  async (t) => {
    const world = createWorld()
    const { clock } = world
    const years = 2 * 365 * 24 * HOUR
    clock.set(years)
    const first = await startInstance(t, world, 'first')
    first.needs.raise(need())
    await clock.advance(MOMENT)
    t.equal(first.notices.length, 1)
    await first.die()

    clock.set(-years)
    const second = await startInstance(t, world, 'second')
    second.needs.raise(need())
    await clock.advance(HOUR + MOMENT)
    t.same(
      second.notices.map(({ kind }) => kind),
      ['reminder'],
    )
  },
)

t.test('what was mended while the bot was down is told as well, and not reminded of', async (t) => {
  const world = createWorld()
  const { clock } = world
  const first = await startInstance(t, world, 'first')
  first.needs.raise(need())
  await clock.advance(MOMENT)
  await first.die()
  await clock.advance(5 * HOUR)

  const second = await startInstance(t, world, 'second')
  await clock.advance(LOOK_AGAIN_MS - MOMENT)
  t.same(second.notices, [], 'it may be found again')
  await clock.advance(3 * MOMENT)
  t.match(second.notices, [{ kind: 'well' }])
})

t.test('only the head tells, and a new head goes on where the old one stopped', async (t) => {
  const world = createWorld()
  const { clock } = world
  const duties = createDuties()
  duties.give(WHOLE_BOT, 'a')
  const [a, b] = [
    await startInstance(t, world, 'a', duties.of('a')),
    await startInstance(t, world, 'b', duties.of('b')),
  ]
  for (const { needs } of [a, b]) needs.raise(need())
  await clock.advance(HOUR / 2)
  t.same([a.notices.length, b.notices.length], [1, 0])
  duties.give(WHOLE_BOT, 'b')
  await clock.advance(HOUR)
  t.same(
    [a, b].map(({ notices }) => notices.map(({ kind }) => kind)),
    [['needed'], ['reminder']],
  )
})

t.test('a database that takes nothing keeps no alarm back', async (t) => {
  const clock = createFakeClock()
  const records = createFakeRecords(clock)
  const { needs, notices } = build(t, { clock, book: createAlertBook({ records, log: NO_LOG }) })
  await clock.advance(MOMENT)
  records.fail(new Error('no disk'))
  needs.raise(need())
  await clock.advance(MOMENT)
  t.match(notices, [{ kind: 'needed' }])
  records.fail(null)
  await clock.advance(HOUR)
  t.match(notices.slice(1), [{ kind: 'reminder' }])
  t.match(JSON.parse((await records.get('alerts', 'told'))?.data ?? ''), { needs: [{ pageId: '1001' }] })
})

t.test(
  'a notice that no channel took before a restart goes out after it, with nothing new to tell',
  async (t) => {
    const clock = createFakeClock()
    const records = createFakeRecords(clock)
    const first = build(t, {
      clock,
      channels: ['ALERT_URL'],
      book: createAlertBook({ records, log: NO_LOG }),
    })
    first.needs.raise(need())
    await clock.advance(MOMENT)
    first.needs.settle('1001')
    await clock.advance(MOMENT)
    await first.reminders.stop()

    const book = createAlertBook({ records, log: NO_LOG })
    const unsent: string[] = []
    const onUnsent = (): void => void unsent.push(...book.told().unsent.map(({ notice }) => notice.kind))
    const { notices } = build(t, { clock, book, onUnsent })
    await clock.advance(MOMENT)
    t.same(unsent, ['needed', 'well'])
    t.same(notices, [])
  },
)
