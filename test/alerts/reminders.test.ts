import t, { type Test } from 'tap'

import { createAlertBook } from '../../src/alerts/alert-book.ts'
import { createNeeds, WHOLE_BOT } from '../../src/alerts/needs.ts'
import type { Notice } from '../../src/alerts/notice.ts'
import { createReminders, type RemindersDeps } from '../../src/alerts/reminders.ts'
import { LOOK_AGAIN_MS } from '../../src/alerts/need-rows.ts'
import { createSharedNeeds } from '../../src/alerts/shared-needs.ts'
import { soleDuty, soleInstance, type Duty } from '../../src/base/duty.ts'
import { need } from '../helpers/alerts.ts'
import { createDuties } from '../helpers/duty.ts'
import { createFakeClock, type FakeClock } from '../helpers/clock.ts'
import { createFakeRecords, type FakeRecords } from '../helpers/records.ts'

const HOUR = 3_600_000
const MOMENT = 2_000

const NO_LOG = { warn: () => undefined }

const build = (t: Test, change: Partial<RemindersDeps> & { clock?: FakeClock } = {}) => {
  const clock = change.clock ?? createFakeClock()
  const needs = createNeeds({ clock })
  const startMs = clock.now()
  const notices: Notice[] = []
  const failures: string[] = []
  const reminders = createReminders({
    needs,
    book: createAlertBook({ records: createFakeRecords(clock), log: NO_LOG }),
    duty: soleDuty,
    clock,
    remindMs: HOUR,
    waiting: async () => 3,
    parked: async () => ({ visitors: 2, firstWindowEndsMs: startMs + 20 * HOUR }),
    isQuiet: () => false,
    channels: [],
    notify: (notice) => notices.push(notice),
    onUnsent: () => undefined,
    log: { error: (_facts, message) => failures.push(message) },
    ...change,
  })
  reminders.start()
  t.teardown(() => reminders.stop())
  return {
    clock,
    needs,
    notices,
    failures,
    reminders,
    /** Kind and hour of each notice so far. */
    told: () => notices.map(({ kind, atMs }) => [kind, Math.round((atMs - startMs) / HOUR)]),
  }
}

t.test('the operator is told once when needed and once when all is well', async (t) => {
  const { clock, needs, notices } = build(t)
  needs.raise(need())
  await clock.advance(MOMENT)
  needs.raise(need())
  await clock.advance(MOMENT)
  t.match(notices, [
    { kind: 'needed', needs: [{ pageId: '1001', waiting: 3, visitors: 2, sinceMs: clock.now() - 4_000 }] },
  ])

  needs.settle('1001')
  await clock.advance(MOMENT)
  t.match(notices.slice(1), [{ kind: 'well', needs: [{ pageId: '1001' }] }])
  t.equal(notices.length, 2)
})

t.test('reminders come at doubling intervals, then daily, until all is well', async (t) => {
  const { clock, needs, told } = build(t)
  needs.raise(need())
  await clock.advance(105 * HOUR)
  needs.settle('1001')
  await clock.advance(100 * HOUR)

  const reminders = [1, 3, 7, 15, 31, 55, 79, 103].map((hour) => ['reminder', hour])
  t.strictSame(told(), [['needed', 0], ...reminders, ['well', 105]])
  t.equal(clock.pending(), 0, 'no timer is left when all is well')
})

t.test('an interval longer than a day is kept, not shortened', async (t) => {
  const { clock, needs, told } = build(t, { remindMs: 48 * HOUR })
  needs.raise(need())
  await clock.advance(100 * HOUR)

  t.strictSame(told(), [
    ['needed', 0],
    ['reminder', 48],
    ['reminder', 96],
  ])
})

t.test('what opens within one moment is one notice', async (t) => {
  const { clock, needs, notices } = build(t)
  needs.raise(need())
  await clock.advance(MOMENT / 2)
  needs.raise(need({ pageId: '1002' }))
  await clock.advance(MOMENT)

  t.equal(notices.length, 1)
  t.strictSame(
    notices[0]?.needs.map(({ pageId }) => pageId),
    ['1001', '1002'],
  )
})

t.test('what heals within a moment is never told', async (t) => {
  const { clock, needs, notices } = build(t)
  needs.raise(need())
  needs.settle('1001')
  await clock.advance(HOUR)

  t.strictSame(notices, [])
})

t.test(
  'a need that closes and opens again at once is not told twice, and is still reminded of',
  async (t) => {
    const { clock, needs, told } = build(t)
    needs.raise(need())
    await clock.advance(HOUR + MOMENT - 500)
    needs.settle('1001')
    await clock.advance(1_000)
    needs.raise(need())
    await clock.advance(4 * HOUR)

    t.strictSame(told(), [
      ['needed', 0],
      ['reminder', 1],
      ['reminder', 3],
    ])
  },
)

t.test(
  'a second need later is told at once with all that is open, and starts the reminders anew',
  async (t) => {
    const { clock, needs, notices, told } = build(t)
    needs.raise(need())
    await clock.advance(2 * HOUR)
    needs.raise(need({ pageId: '1002' }))
    await clock.advance(1.5 * HOUR)

    t.strictSame(told(), [
      ['needed', 0],
      ['reminder', 1],
      ['needed', 2],
      ['reminder', 3],
    ])
    t.strictSame(
      notices[2]?.needs.map(({ pageId }) => pageId),
      ['1001', '1002'],
    )
  },
)

t.test('mending one of two says nothing; mending the last tells of both', async (t) => {
  const { clock, needs, notices } = build(t)
  needs.raise(need())
  needs.raise(need({ pageId: '1002' }))
  await clock.advance(MOMENT)
  needs.settle('1001')
  await clock.advance(MOMENT)
  t.equal(notices.length, 1)

  needs.settle('1002')
  await clock.advance(MOMENT)
  t.strictSame(
    notices[1]?.needs.map(({ pageId }) => pageId),
    ['1001', '1002'],
  )
})

t.test('a need that comes back while another stayed open is told again', async (t) => {
  const { clock, needs, told } = build(t)
  needs.raise(need())
  needs.raise(need({ pageId: '1002' }))
  await clock.advance(MOMENT)
  needs.settle('1001')
  await clock.advance(MOMENT)
  needs.raise(need())
  await clock.advance(MOMENT)

  t.strictSame(told(), [
    ['needed', 0],
    ['needed', 0],
  ])
})

t.test('a need that was open before, as after a restart, is told once', async (t) => {
  const clock = createFakeClock()
  const needs = createNeeds({ clock })
  needs.raise(need())
  const { notices } = build(t, { needs, clock })
  await clock.advance(HOUR / 2)

  t.match(notices, [{ kind: 'needed' }])
})

t.test('what is kept of a notice has the words of now, as a visitor may be forgotten', async (t) => {
  const clock = createFakeClock()
  const records = createFakeRecords(clock)
  const book = createAlertBook({ records, log: NO_LOG })
  const { needs, notices } = build(t, { clock, book })
  const kept = async () => (await records.get('alerts', 'told'))?.data ?? ''
  needs.raise(need({ what: 'A visitor (700) loops.' }))
  await clock.advance(MOMENT)
  t.match(await kept(), '(700)')

  needs.update(need({ what: 'A visitor (unknown) loops.' }))
  await clock.advance(MOMENT)
  t.match(await kept(), '(unknown)')
  t.notMatch(await kept(), '(700)')
  t.equal(notices.length, 1, 'it is told once')
})

t.test('a store that cannot count, or does not answer, never keeps the notice back', async (t) => {
  for (const waiting of [() => Promise.reject(new Error('disk')), () => new Promise<number>(() => {})]) {
    const { clock, needs, notices } = build(t, { waiting })
    needs.raise(need())
    await clock.advance(MOMENT + 1_000)

    t.match(notices, [{ kind: 'needed', needs: [{ waiting: null }] }])
  }
})

t.test('one notice that could not be told does not stop the next', async (t) => {
  let calls = 0
  const { clock, needs, failures } = build(t, {
    notify: () => {
      calls++
      throw new Error('no way to tell')
    },
  })
  needs.raise(need())
  await clock.advance(2 * HOUR)

  t.equal(calls, 2)
  t.equal(failures.length, 2)
})

t.test('nothing is told after stop', async (t) => {
  const { clock, needs, notices, reminders } = build(t)
  needs.raise(need())
  await clock.advance(MOMENT)
  needs.raise(need({ pageId: '1002' }))
  needs.raise(need({ pageId: '1003' }))
  await reminders.stop()
  needs.settle('1001')
  await clock.advance(24 * HOUR)

  t.equal(notices.length, 1)
  t.equal(clock.pending(), 0)
})

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
