import type { Clock } from '../base/clock.ts'

/** The calls about the Messenger profile of one Page, within Facebook's limit. */
export interface CallBudget {
  /** Counts a call that begins now. */
  spend: () => void
  /** The wait until all calls that a sync may need are allowed, in ms; 0 for none. */
  waitMs: () => number
}

/** Facebook allows 10 calls in 10 minutes for a Page (docs/messenger-platform.md#g); a tool or a colleague may need some, too. */
const MOST_CALLS = 6
const CALLS_OF_ONE_SYNC = 3
const WINDOW_MS = 10 * 60_000

export const createCallBudget = (clock: Pick<Clock, 'elapsed'>): CallBudget => {
  /** The times of the calls in the last ten minutes. */
  let calls: number[] = []
  return {
    spend: () => {
      calls.push(clock.elapsed())
    },
    waitMs: () => {
      const now = clock.elapsed()
      calls = calls.filter((at) => at > now - WINDOW_MS)
      const tooMany = calls.length + CALLS_OF_ONE_SYNC - MOST_CALLS
      return tooMany <= 0 ? 0 : (calls[tooMany - 1] ?? now) + WINDOW_MS - now + 1
    },
  }
}
