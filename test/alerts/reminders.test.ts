import t from 'tap'
import { createAlertBook } from '../../src/alerts/alert-book.ts'
import { createNeeds } from '../../src/alerts/needs.ts'
import { need } from '../helpers/alerts.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { createFakeRecords } from '../helpers/records.ts'
import { build, HOUR, MOMENT, NO_LOG } from './reminders-world.ts'

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
