import { isJsonObject, parseJson, type Json } from '../base/json.ts'

/** How long one look at a Page lasts; what matters is whether anything came meanwhile, not how much. */
export const SLOT_MS = 10 * 60_000

/**
 * What is usual for a Page: how likely something comes, by the hour of the week, and how unusual its silences get.
 * Learned from looks of {@link SLOT_MS}; times in between, as when the bot did not run, simply do not count.
 *
 * @see docs/adr/0064-when-silence-is-an-alarm.md
 */
export interface Rhythm {
  /** One look: whether anything came in the slot that began then (ms since the epoch). */
  observe: (slotMs: number, isActive: boolean) => void
  /** Whether the present silence is longer than this Page's rhythm makes plausible. */
  isImplausible: () => boolean
  /** For {@link createRhythm}, some kilobytes. */
  save: () => string
}

const HOURS = 168
const HOUR_MS = 3_600_000
const WEEK_MS = HOURS * HOUR_MS
/** The half-life of a look: after four weeks its weight is half. */
const HALF_LIFE_MS = 4 * WEEK_MS
/** No alarm before this: each hour of the week must have been seen three times. */
const LEARNING_SLOTS = (3 * WEEK_MS) / SLOT_MS
/** An hour of the week that was hardly looked at says nothing yet. */
const LEAST_LOOKS = 5
/** Silence that counts as seen beforehand in each hour: it makes every estimate lower than it looks. */
const DOUBT = 2
/** Were the slots independent, the chance of such a silence would be one in thirty thousand million. They are not: */
const LEAST_SURPRISE = 24
/** it must also be so many times as unusual as any silence of the last months, */
const TIMES_LONGEST = 2
/** of which one counts as no more than this, so that an outage does not hide the next one. */
const LONGEST_COUNTED = 60
/** The half-life of the most unusual silence: a quiet holiday still counts at the next one. */
const LONGEST_HALF_LIFE_MS = 24 * WEEK_MS

interface Learned {
  /** Slots looked at, and those with something in them, by hour of the week; newer ones weigh more. */
  looks: number[]
  active: number[]
  /** The moment from which weights are reckoned. */
  epochMs: number
  slots: number
  /** How unusual the silence is by now: the sum over its slots of -ln(chance of silence). */
  surprise: number
  /** The most unusual one lately, and when it was last looked at. */
  longest: number
  longestMs: number
}

/** @param saved - what {@link Rhythm.save} gave; anything else begins anew */
export const createRhythm = (saved: string | null = null): Rhythm => {
  const learned = read(saved) ?? nothing()

  const weightAt = (ms: number): number => 2 ** ((ms - learned.epochMs) / HALF_LIFE_MS)

  /** The chance that something comes in a slot of this hour, rather too low than too high. */
  const chance = (hour: number, weight: number): number => {
    const looks = (learned.looks[hour] ?? 0) / weight
    return looks < LEAST_LOOKS ? 0 : (learned.active[hour] ?? 0) / weight / (looks + DOUBT)
  }

  const forget = (slotMs: number): void => {
    learned.longest *= 2 ** (-(slotMs - learned.longestMs) / LONGEST_HALF_LIFE_MS)
    learned.longestMs = slotMs
  }

  return {
    observe: (slotMs, isActive) => {
      if (learned.slots === 0) Object.assign(learned, { epochMs: slotMs, longestMs: slotMs })
      const hour = Math.floor((slotMs % WEEK_MS) / HOUR_MS)
      const weight = weightAt(slotMs)
      forget(slotMs)
      if (isActive) {
        learned.longest = Math.min(LONGEST_COUNTED, Math.max(learned.longest, learned.surprise))
        learned.surprise = 0
      } else {
        learned.surprise -= Math.log(1 - chance(hour, weight))
      }
      learned.looks[hour] = (learned.looks[hour] ?? 0) + weight
      learned.active[hour] = (learned.active[hour] ?? 0) + (isActive ? weight : 0)
      learned.slots += 1
    },

    isImplausible: () =>
      learned.slots >= LEARNING_SLOTS &&
      learned.surprise > Math.max(LEAST_SURPRISE, TIMES_LONGEST * learned.longest),

    save: () => JSON.stringify(learned),
  }
}

const nothing = (): Learned => ({
  looks: Array.from({ length: HOURS }, () => 0),
  active: Array.from({ length: HOURS }, () => 0),
  epochMs: 0,
  slots: 0,
  surprise: 0,
  longest: 0,
  longestMs: 0,
})

const read = (saved: string | null): Learned | null => {
  if (saved === null) return null
  try {
    const value = parseJson(saved)
    return isLearned(value) ? value : null
  } catch {
    return null
  }
}

const isLearned = (value: Json): value is Json & Learned =>
  isJsonObject(value) &&
  [value['looks'], value['active']].every(
    (list) => Array.isArray(list) && list.length === HOURS && list.every(isAmount),
  ) &&
  ['epochMs', 'slots', 'surprise', 'longest', 'longestMs'].every((name) => isAmount(value[name]))

const isAmount = (value: Json | undefined): boolean =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0
