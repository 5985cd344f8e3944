/**
 * Time in the sandbox. It runs with the machine's clock and can be moved forward, so that a token of 60 days expires in a second.
 * Its timers follow the moves.
 */
export interface SandboxClock {
  nowMs: () => number
  /** Jumps forward; timers that became due fire at once, oldest first. */
  advance: (ms: number) => void
  /** Calls back once that much sandbox time has passed; the returned function cancels. */
  after: (ms: number, run: () => void) => () => void
  /** Drops every timer. */
  stop: () => void
}

/** The `Date` header of an answer, at the clock's time. */
export const httpDate = ({ nowMs }: Pick<SandboxClock, 'nowMs'>): string => new Date(nowMs()).toUTCString()

export interface ClockOptions {
  /** Where the clock starts, ms since the epoch; the machine's time when left out. */
  startMs?: number
  /** A frozen clock moves only by {@link SandboxClock.advance}. */
  frozen?: boolean
}

interface Timer {
  dueMs: number
  run: () => void
  alarm: NodeJS.Timeout | undefined
}

/** The longest timer that Node can set. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

export const createClock = ({ startMs, frozen = false }: ClockOptions = {}): SandboxClock => {
  const machineMs = () => (frozen ? 0 : Date.now())
  let offsetMs = (startMs ?? Date.now()) - machineMs()
  const timers = new Set<Timer>()

  const nowMs = () => machineMs() + offsetMs

  const ring = (timer: Timer) => {
    if (timer.dueMs > nowMs()) arm(timer)
    else if (timers.delete(timer)) timer.run()
  }

  const arm = (timer: Timer) => {
    clearTimeout(timer.alarm)
    if (frozen) return
    timer.alarm = setTimeout(
      () => ring(timer),
      Math.min(Math.max(0, timer.dueMs - nowMs()), LONGEST_TIMEOUT_MS),
    )
  }

  const cancel = (timer: Timer) => {
    clearTimeout(timer.alarm)
    timers.delete(timer)
  }

  return {
    nowMs,
    advance: (ms) => {
      offsetMs += ms
      for (const timer of [...timers].toSorted((a, b) => a.dueMs - b.dueMs)) {
        clearTimeout(timer.alarm)
        ring(timer)
      }
    },
    after: (ms, run) => {
      const timer: Timer = { dueMs: nowMs() + ms, run, alarm: undefined }
      timers.add(timer)
      arm(timer)
      return () => cancel(timer)
    },
    stop: () => {
      for (const timer of timers) cancel(timer)
    },
  }
}
