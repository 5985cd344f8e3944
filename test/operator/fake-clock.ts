import type { Clock } from '../../src/clock.ts'

export interface FakeClock extends Clock {
  /** Moves time on, runs what became due in its order, and lets the promises behind it settle. */
  advance: (ms: number) => Promise<void>
  /** Timers and sleeps that have not ended. */
  pending: () => number
}

export const createFakeClock = (startMs = Date.UTC(2026, 10, 21, 9)): FakeClock => {
  let nowMs = startMs
  const timers = new Set<{ atMs: number; task: () => void }>()

  const after: Clock['after'] = (ms, task) => {
    const timer = { atMs: nowMs + ms, task }
    timers.add(timer)
    return () => timers.delete(timer)
  }

  return {
    now: () => nowMs,
    after,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const cancel = after(ms, resolve)
        signal?.addEventListener('abort', () => {
          cancel()
          reject(signal.reason as Error)
        })
      }),
    advance: async (ms) => {
      const endMs = nowMs + ms
      for (;;) {
        await turn()
        const next = [...timers].filter(({ atMs }) => atMs <= endMs).toSorted((a, b) => a.atMs - b.atMs)[0]
        if (next === undefined) break
        timers.delete(next)
        nowMs = next.atMs
        next.task()
      }
      nowMs = endMs
      await turn()
    },
    pending: () => timers.size,
  }
}

/** Lets everything that is ready to run do so. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
