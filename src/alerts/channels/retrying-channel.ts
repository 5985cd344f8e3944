import type { Log } from '../../base/logger.ts'
import type { Clock } from '../../base/clock.ts'
import type { Notice } from '../notice.ts'

/** A way to tell the operator that takes time and may fail. */
export interface Alert {
  /** Returns at once; the notice goes out behind it, after those before it. Never throws. */
  send: (notice: Notice) => void
  /** Tries once, now. @returns null when it was taken, else why not, in one word or number */
  trial: (notice: Notice) => Promise<string | null>
  /** Gives up on what is still on its way. */
  stop: () => Promise<void>
}

/** What came of one try. `problem` is one word or number, without addresses. */
export type Try = { status: 'ok' } | { status: 'again' | 'refused'; problem: string }

export interface RetryingChannelDeps {
  attempt: (notice: Notice, stopped: AbortSignal) => Promise<Try>
  clock: Pick<Clock, 'sleep'>
  log: Pick<Pick<Log, 'info' | 'warn' | 'error'>, 'warn'>
  /** The log line when a notice is given up; says which setting to check. */
  complaint: string
}

const PAUSES_MS = [1_000, 5_000, 25_000]

/** Sends one notice after the other, each a few times when it does not get through. */
export const createRetryingChannel = ({ attempt, clock, log, complaint }: RetryingChannelDeps): Alert => {
  const stopped = new AbortController()
  let queue = Promise.resolve()

  const deliver = async (notice: Notice): Promise<void> => {
    for (const pauseMs of [...PAUSES_MS, null]) {
      const result = await attempt(notice, stopped.signal)
      if (result.status === 'ok' || stopped.signal.aborted) return
      if (result.status === 'refused' || pauseMs === null) {
        // The address stays out of the line: it is the key to the channel.
        log.warn({ problem: result.problem }, complaint)
        return
      }
      await clock.sleep(pauseMs, stopped.signal).catch(() => undefined)
    }
  }

  return {
    trial: async (notice) => {
      const result = await attempt(notice, stopped.signal)
      return result.status === 'ok' ? null : result.problem
    },
    send: (notice) => {
      queue = queue.then(() => deliver(notice))
    },
    stop: async () => {
      stopped.abort()
      await queue
    },
  }
}
