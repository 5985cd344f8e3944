import { setTimeout as delay } from 'node:timers/promises'

/** Time as a dependency, so that tests control it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now: () => number
  /** Milliseconds of a monotonic clock, which is never set: measures durations. */
  elapsed: () => number
  /** Resolves after `ms`, or rejects with the signal's reason when aborted. Does not keep the process alive. */
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>
  /** Runs `task` once after `ms`; the returned function cancels it. Does not keep the process alive. */
  after: (ms: number, task: () => void) => () => void
}

// setTimeout keeps its delay in 32 bits; a longer one would fire at once.
const LONGEST_TIMER_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (ms, signal) =>
    delay(Math.min(ms, LONGEST_TIMER_MS), undefined, { ref: false, ...(signal && { signal }) }),
  after: (ms, task) => {
    const timer = setTimeout(task, Math.min(ms, LONGEST_TIMER_MS)).unref()
    return () => clearTimeout(timer)
  },
}
