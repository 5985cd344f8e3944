import type { Clock } from '../base/clock.ts'
import type { BotErrorCode } from '../base/errors.ts'
import type { Log } from '../base/logger.ts'

/** Logs a request that failed on this side. */
export type FailureLog = (err: Error, code: BotErrorCode) => void

const WINDOW_MS = 60_000
const MOST_OF_A_CODE = 20

/**
 * While the database takes no writes, such as on a full disk, every callback fails and Facebook repeats it. So the lines are limited
 * for each code. A line says how many failures before it were not logged; the metrics count each failed callback.
 */
export const createFailureLog = ({
  clock,
  log,
}: {
  clock: Pick<Clock, 'elapsed'>
  log: Pick<Log, 'error'>
}): FailureLog => {
  const windows = new Map<BotErrorCode, { startMs: number; lines: number; unlogged: number }>()

  return (err, code) => {
    const nowMs = clock.elapsed()
    let window = windows.get(code)
    if (window === undefined || nowMs - window.startMs >= WINDOW_MS) {
      window = { startMs: nowMs, lines: 0, unlogged: window?.unlogged ?? 0 }
      windows.set(code, window)
    }
    if (window.lines >= MOST_OF_A_CODE) {
      window.unlogged += 1
      return
    }
    const { unlogged } = window
    window.lines += 1
    window.unlogged = 0
    log.error({ err, code, ...(unlogged > 0 && { unlogged }) }, 'a request failed')
  }
}
