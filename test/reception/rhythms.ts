import { SLOT_MS } from '../../src/reception/rhythm.ts'

/** How a made-up Page is written to. */
export interface Life {
  perDay: number
  /** Of a weekday's traffic, what a Saturday or Sunday has; 1 when left out. */
  weekend?: number
  /** How much one day differs from the next: the spread of the logarithm. */
  moods?: number
  /** How many slots in a row a conversation keeps busy, at most. */
  burst?: number
  /** Days of the year on which no visitor writes. */
  holidays?: number
}

export const SLOTS_A_DAY = 86_400_000 / SLOT_MS
/** A Monday. */
export const MONDAY_MS = Date.UTC(2026, 0, 5)

/** Whether something comes in each slot, day after day, for ever; the same seed gives the same life. */
export function* live(life: Life, seed: number): Generator<boolean> {
  const { perDay, weekend = 1, moods = 0, burst = 1, holidays = 0 } = life
  const random = createRandom(seed)
  let busyFor = 0
  for (let day = 0; ; day += 1) {
    const mood = Math.exp(moods * normal(random) - moods ** 2 / 2)
    const isHoliday = random() < holidays / 365
    const factor = isHoliday ? 0 : mood * ([5, 6].includes(day % 7) ? weekend : 1)
    for (let slot = 0; slot < SLOTS_A_DAY; slot += 1) {
      const expected = ((perDay / burst) * (SHAPE[slot] ?? 0) * factor) / SHAPE_SUM
      const isNew = random() < 1 - Math.exp(-expected)
      if (isNew) busyFor = Math.max(busyFor, 1 + Math.floor((random() * burst) / 2))
      yield busyFor > 0
      busyFor = Math.max(0, busyFor - 1)
    }
  }
}

/** Nights are silent, nearly. */
const SHAPE = Array.from({ length: SLOTS_A_DAY }, (_, slot) => {
  const hour = (slot * SLOT_MS) / 3_600_000
  if (hour < 7) return 0.02
  if (hour < 9) return 0.4
  if (hour < 19) return 1.6
  return hour < 23 ? 0.9 : 0.15
})
const SHAPE_SUM = SHAPE.reduce((a, b) => a + b, 0)

const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** A small generator of known quality (mulberry32's recurrence), so that a failure can be repeated. */
const createRandom = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
