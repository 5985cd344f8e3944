import { createBoundedMap } from '../base/bounded-map.ts'
import type { Clock } from '../base/clock.ts'
import { sharedNote, type Notes } from '../base/shared-note.ts'

/** The number of questions a day for the model. */
export interface Budget {
  /** Takes one question out of the day's budget. Resolves to false if the day's budget or that of the visitor is used up. */
  take: (visitor: string, aDay: number) => Promise<boolean>
}

/** Questions of one visitor a day, so that one visitor cannot use up the budget. */
const MOST_OF_ONE = 10
const VISITORS = 10_000
const NAME = 'assistant.budget'

/** @param deps.store - keeps the day's count across restarts and for all instances */
export const createBudget = (deps: { store: Notes; clock: Pick<Clock, 'now'> }): Budget => {
  const { store, clock } = deps
  const kept = sharedNote(store, NAME)
  const ofOne = createBoundedMap<string, number>(VISITORS)
  let day = ''

  return {
    take: async (visitor, aDay) => {
      const today = new Date(clock.now()).toISOString().slice(0, 10)
      if (day !== today) ofOne.clear()
      day = today
      const own = ofOne.get(visitor) ?? 0
      if (own >= MOST_OF_ONE) return false
      ofOne.set(visitor, own + 1)
      return kept.change((text) => {
        const last = readKept(text)
        const used = last.day === today ? last.used : 0
        return used >= aDay
          ? { becomes: null, result: false }
          : { becomes: JSON.stringify({ day: today, used: used + 1 }), result: true }
      })
    },
  }
}

const readKept = (text: string | null): { day: string; used: number } => {
  const none = { day: '', used: 0 }
  return text === null ? none : { ...none, ...(JSON.parse(text) as Partial<typeof none>) }
}
