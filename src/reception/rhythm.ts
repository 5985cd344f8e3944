import { isJsonObject, parseJson, type Json } from '../base/json.ts'

/** The length of one observation of a Page. It counts whether a webhook came in the slot, not how many. */
export const SLOT_MS = 10 * 60_000

/**
 * The usual rhythm of a Page: the chance of a webhook by the hour of the week, and the most unusual silence so far. Learned from
 * slots of {@link SLOT_MS}; times in which the bot did not run do not count.
 *
 * @see docs/adr/0064-when-silence-is-an-alarm.md
 */
export interface Rhythm {
  /** Adds one slot: its beginning, ms since the epoch, and whether a webhook came in it. */
  observe: (slotMs: number, isActive: boolean) => void
  /** Whether the present silence is longer than this Page's rhythm makes plausible. */
  isImplausible: () => boolean
  /** The text that {@link createRhythm} takes, some kilobytes. */
  save: () => string
}

const HOURS = 168
const HOUR_MS = 3_600_000
const WEEK_MS = HOURS * HOUR_MS
/** The half-life of a slot's weight. */
const HALF_LIFE_MS = 4 * WEEK_MS
/** No alarm before this many slots: each hour of the week must have been observed three times. */
const LEARNING_SLOTS = (3 * WEEK_MS) / SLOT_MS
/** An hour of the week with fewer slots than this gives no estimate. */
const LEAST_LOOKS = 5
/** Silent slots that are added to each hour of the week, which makes every estimate a little too low. */
const DOUBT = 2
/**
 * The least surprise that raises an alarm. With independent slots, the chance of such a silence would be one in thirty thousand
 * million. Slots are not independent, so {@link TIMES_LONGEST} must hold, too.
 */
const LEAST_SURPRISE = 24
/** A silence raises an alarm only if its surprise is this many times that of the most unusual silence of the last months. */
const TIMES_LONGEST = 2
/** The surprise of an earlier silence counts up to this, so that one outage does not hide the next one. */
const LONGEST_COUNTED = 60
/** The half-life of the most unusual silence: a quiet holiday still counts at the next one. */
const LONGEST_HALF_LIFE_MS = 24 * WEEK_MS

interface Learned {
  /** Weighted numbers of slots observed, and of slots with a webhook, by hour of the week; newer slots weigh more. */
  looks: number[]
  active: number[]
  /** The time at which a slot's weight is 1, ms since the epoch. */
  epochMs: number
  slots: number
  /** The surprise of the present silence: the sum over its slots of -ln(chance of a silent slot). */
  surprise: number
  /** The surprise of the most unusual silence lately, and when it was last updated, ms since the epoch. */
  longest: number
  longestMs: number
}

/** @param saved - a text of {@link Rhythm.save}; any other value starts with an empty rhythm */
export const createRhythm = (saved: string | null = null): Rhythm => {
  const learned = read(saved) ?? nothing()

  const weightAt = (ms: number): number => 2 ** ((ms - learned.epochMs) / HALF_LIFE_MS)

  /** The chance of a webhook in a slot of this hour, rather too low than too high. */
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
