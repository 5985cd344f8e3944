import t from 'tap'
import { createRhythm, SLOT_MS } from '../../src/reception/rhythm.ts'
import { live, MONDAY_MS, SLOTS_A_DAY, type Life } from './rhythms.ts'

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8]
const HOURS = 3_600_000 / SLOT_MS

/** Alarms in a year without any outage. */
const falseAlarms = (life: Life, seed: number): number => {
  const rhythm = createRhythm()
  const slots = live(life, seed)
  let alarms = 0
  let before = false
  for (let slot = 0; slot < 365 * SLOTS_A_DAY; slot += 1) {
    rhythm.observe(MONDAY_MS + slot * SLOT_MS, slots.next().value === true)
    const now = rhythm.isImplausible()
    if (now && !before) alarms += 1
    before = now
  }
  return alarms
}

/** Hours until the alarm, when nothing comes any more from that slot on; null when there is none within two weeks. */
const hoursToAlarm = (life: Life, seed: number, fromSlot: number): number | null => {
  const rhythm = createRhythm()
  const slots = live(life, seed)
  for (let slot = 0; slot < fromSlot + 14 * SLOTS_A_DAY; slot += 1) {
    const isActive = slots.next().value === true
    rhythm.observe(MONDAY_MS + slot * SLOT_MS, isActive && slot < fromSlot)
    if (slot >= fromSlot && rhythm.isImplausible()) return (slot + 1 - fromSlot) / HOURS
  }
  return null
}

const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0)

// Tuesday of the twelfth week.
const TUESDAY = 78 * SLOTS_A_DAY
const AT_TEN = TUESDAY + 10 * HOURS
const AT_MIDNIGHT = TUESDAY

const LIVES: [what: string, life: Life, atMost: number, alarmWithinHours: number][] = [
  ['a busy Page', { perDay: 500 }, 0, 3],
  ['a Page with a hundred messages a day', { perDay: 100 }, 0, 6],
  ['a quiet Page', { perDay: 10 }, 0, 4 * 24],
  ['a Page that is busy on weekdays alone', { perDay: 60, weekend: 0.02 }, 0, 9],
  ['a Page of long conversations', { perDay: 80, burst: 8 }, 0.2, 3 * 24],
  ['a Page with good and bad days', { perDay: 60, moods: 0.7 }, 1, 2 * 24],
  ['a Page without a message on ten days of the year', { perDay: 60, holidays: 10 }, 2, 3 * 24],
]

for (const [what, life, atMost, withinHours] of LIVES) {
  t.test(`${what} has at most ${atMost} false alarms a year, and a real one in time`, async (t) => {
    const alarms = SEEDS.map((seed) => falseAlarms(life, seed))
    t.ok(sum(alarms) / SEEDS.length <= atMost, `${alarms.join(' ')}`)
    const hours = SEEDS.map((seed) => hoursToAlarm(life, seed, AT_TEN))
    t.ok(
      hours.every((one) => one !== null && one <= withinHours),
      `${hours.join(' ')}`,
    )
  })
}

t.test('a night that is silent as always is no alarm; the morning after is', async (t) => {
  for (const seed of SEEDS) {
    const hours = hoursToAlarm({ perDay: 200 }, seed, AT_MIDNIGHT) ?? Infinity
    t.ok(hours > 7 && hours < 12, `${hours}`)
  }
})

t.test('for three weeks nothing is judged', async (t) => {
  t.ok((hoursToAlarm({ perDay: 500 }, 1, 4 * SLOTS_A_DAY) ?? Infinity) > 14 * 24)
  t.equal(hoursToAlarm({ perDay: 0 }, 1, 60 * SLOTS_A_DAY), null)
})

t.test('one outage does not make the next go unnoticed', async (t) => {
  const rhythm = createRhythm()
  const slots = live({ perDay: 300 }, 3)
  const outages = [
    [50 * SLOTS_A_DAY, 53 * SLOTS_A_DAY],
    [60 * SLOTS_A_DAY, 62 * SLOTS_A_DAY],
  ] as const
  const alarmed = new Set<number>()
  for (let slot = 0; slot < 62 * SLOTS_A_DAY; slot += 1) {
    const outage = outages.findIndex(([from, to]) => slot >= from && slot < to)
    const isActive = slots.next().value === true
    rhythm.observe(MONDAY_MS + slot * SLOT_MS, isActive && outage < 0)
    if (outage >= 0 && rhythm.isImplausible()) alarmed.add(outage)
  }
  t.strictSame([...alarmed], [0, 1])
})

t.test('what was learned survives a restart, and what cannot be read is learned anew', async (t) => {
  const slots = live({ perDay: 300 }, 5)
  let rhythm = createRhythm()
  for (let slot = 0; slot < AT_TEN; slot += 1) {
    if (slot % 1000 === 0) rhythm = createRhythm(rhythm.save())
    rhythm.observe(MONDAY_MS + slot * SLOT_MS, slots.next().value === true)
  }
  t.ok(rhythm.save().length < 10_000)
  for (let slot = AT_TEN; slot < AT_TEN + 3 * HOURS; slot += 1) {
    rhythm = createRhythm(rhythm.save())
    rhythm.observe(MONDAY_MS + slot * SLOT_MS, false)
  }
  t.equal(rhythm.isImplausible(), true)

  const good = JSON.parse(rhythm.save()) as Record<string, unknown>
  for (const bad of [
    '',
    'null',
    '{}',
    JSON.stringify({ ...good, looks: [1] }),
    JSON.stringify({ ...good, slots: -1 }),
    JSON.stringify({ ...good, surprise: null }),
  ]) {
    t.equal(createRhythm(bad).isImplausible(), false, bad.slice(0, 20))
  }
})
