import { createBoundedMap } from '../base/bounded-map.ts'
import type { Clock } from '../base/clock.ts'

/** How many questions a day the model is asked. */
export interface Budget {
  /** Takes one question out of the day's budget. False where nothing is left, of the day or of what one visitor may have of it. */
  take: (visitor: string, aDay: number) => Promise<boolean>
}

/** One visitor has at most this of a day, so that no visitor uses up what is there for all. */
const MOST_OF_ONE = 10
const VISITORS = 10_000
const NAME = 'assistant.budget'

/** @param deps.store - keeps the day's count over restarts */
export const createBudget = (deps: {
  store: {
    recall: (name: string) => Promise<string | null>
    remember: (name: string, text: string) => Promise<void>
  }
  clock: Pick<Clock, 'now'>
}): Budget => {
  const { store, clock } = deps
  const ofOne = createBoundedMap<string, number>(VISITORS)
  let day = ''
  let used = 0

  return {
    take: async (visitor, aDay) => {
      const today = new Date(clock.now()).toISOString().slice(0, 10)
      if (day !== today) {
        const kept = readKept(await store.recall(NAME))
        // Another question may have begun the day meanwhile.
        if (day !== today) {
          used = kept.day === today ? kept.used : 0
          day = today
          ofOne.clear()
        }
      }
      const own = ofOne.get(visitor) ?? 0
      if (used >= aDay || own >= MOST_OF_ONE) return false
      used += 1
      ofOne.set(visitor, own + 1)
      await store.remember(NAME, JSON.stringify({ day, used }))
      return true
    },
  }
}

const readKept = (text: string | null): { day: string; used: number } => {
  const none = { day: '', used: 0 }
  return text === null ? none : { ...none, ...(JSON.parse(text) as Partial<typeof none>) }
}
