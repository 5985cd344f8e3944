import type { Clock } from '../../src/base/clock.ts'

export interface FakeClock extends Clock {
  /** Moves time on, runs due timers in their order, and lets promises settle in between. */
  advance: (ms: number) => Promise<void>
  /** Moves time on without running timers, as when the machine sleeps; due timers then run late. */
  skip: (ms: number) => void
  /** Sets the machine's clock forward or back; `elapsed` and timers are not affected. */
  set: (byMs: number) => void
  /** The number of waiting timers. */
  pending: () => number
}

/** A clock that stands still until a test moves it. */
export const createFakeClock = (startMs = Date.UTC(2026, 10, 21, 12)): FakeClock => {
  let nowMs = startMs
  let setMs = 0
  const timers = new Set<{ atMs: number; run: () => void }>()

  const after = (ms: number, run: () => void): (() => void) => {
    const timer = { atMs: nowMs + Math.max(0, ms), run }
    timers.add(timer)
    return () => timers.delete(timer)
  }

  return {
    now: () => nowMs + setMs,
    elapsed: () => nowMs - startMs,
    after,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason as Error)
        const cancel = after(ms, resolve)
        signal?.addEventListener('abort', () => {
          cancel()
          reject(signal.reason as Error)
        })
      }),
    advance: async (ms) => {
      const endMs = nowMs + ms
      for (;;) {
        await settle()
        const due = [...timers].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0]
        if (due === undefined) break
        timers.delete(due)
        nowMs = Math.max(nowMs, due.atMs)
        due.run()
      }
      nowMs = endMs
      await settle()
    },
    skip: (ms) => void (nowMs += ms),
    set: (byMs) => void (setMs += byMs),
    pending: () => timers.size,
  }
}

/** Waits until all ready callbacks and promises have run. */
export const settle = async (turns = 5): Promise<void> => {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
