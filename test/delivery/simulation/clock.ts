import type { Clock } from '../../../src/base/clock.ts'

/**
 * Time in the simulation. It moves only when told to. Facebook's clock is the true one; the bot's can be set, which
 * timers do not notice, just as those of Node.
 */
export interface SimulatedTime {
  /** Facebook's time, ms since the epoch. */
  trueMs: () => number
  /** The bot's time, ms since the epoch. */
  botMs: () => number
  /** Sets the bot's clock forward, or back. */
  jump: (ms: number) => void
  /** Runs `task` in `ms`, whatever becomes of the bot. */
  after: (ms: number, task: () => void) => () => void
  /** The clock of one run of the bot: its timers die with it. */
  clockOf: (isAlive: () => boolean) => Clock
  /** Lets time pass, everything that falls due in its order, with `settle` before each. */
  pass: (ms: number, settle: () => Promise<void>) => Promise<void>
}

const START_MS = Date.UTC(2026, 10, 21, 12)

export const createSimulatedTime = (): SimulatedTime => {
  const timers = new Set<{ dueMs: number; task: () => void }>()
  let trueMs = START_MS
  let aheadMs = 0

  const after = (ms: number, task: () => void): (() => void) => {
    const timer = { dueMs: trueMs + Math.max(0, ms), task }
    timers.add(timer)
    return () => timers.delete(timer)
  }

  const nextDue = (endMs: number) => {
    let next: { dueMs: number; task: () => void } | undefined
    for (const timer of timers) {
      if (timer.dueMs <= endMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer
    }
    return next
  }

  return {
    trueMs: () => trueMs,
    botMs: () => trueMs + aheadMs,
    jump: (ms) => {
      aheadMs += ms
    },
    after,
    clockOf: (isAlive) => ({
      now: () => trueMs + aheadMs,
      elapsed: () => trueMs - START_MS,
      after: (ms, task) => after(ms, () => isAlive() && task()),
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted === true) return reject(signal.reason as Error)
          const cancel = after(ms, () => isAlive() && resolve())
          signal?.addEventListener('abort', () => {
            cancel()
            reject(signal.reason as Error)
          })
        }),
    }),
    pass: async (ms, settle) => {
      const endMs = trueMs + ms
      for (;;) {
        await settle()
        const due = nextDue(endMs)
        if (due === undefined) break
        timers.delete(due)
        trueMs = Math.max(trueMs, due.dueMs)
        due.task()
      }
      trueMs = endMs
    },
  }
}
