import type { Log } from '../../base/logger.ts'
import type { Clock } from '../../base/clock.ts'
import type { Notice } from '../notice.ts'

/** A way to tell the operator that takes time and may fail. */
export interface Alert {
  /**
   * Brings the notice out, after those before it.
   *
   * @returns `done` when it was taken, or given up; `stopped` when this instance may not try any more
   */
  send: (notice: Notice) => Promise<'done' | 'stopped'>
  /** Tries once, now. @returns null when it was taken, else why not, in one word or number */
  trial: (notice: Notice) => Promise<string | null>
  /** Ends the try under way, and makes no other. */
  stop: () => Promise<void>
}

/** What came of one try. `problem` is one word or number, without addresses. */
export type Try = { status: 'ok' } | { status: 'again' | 'refused'; problem: string }

export interface RetryingChannelDeps {
  attempt: (notice: Notice, stopped: AbortSignal) => Promise<Try>
  /** Lets go of what tries need; no other one follows. */
  close: () => unknown
  /** Whether alerts are this instance's matter. */
  mayTry?: () => boolean
  clock: Pick<Clock, 'sleep'>
  log: Pick<Log, 'warn'>
  /** The log line when a notice is given up; says which setting to check. */
  complaint: string
}

const PAUSES_MS = [1_000, 5_000, 25_000]
/** For the try under way when this process ends. */
const GRACE_MS = 2_000

/** Sends one notice after the other, each a few times when it does not get through. */
export const createRetryingChannel = (deps: RetryingChannelDeps): Alert => {
  const { attempt, close, mayTry = () => true, clock, log, complaint } = deps
  const stopping = new AbortController()
  const stopped = new AbortController()
  let queue: Promise<unknown> = Promise.resolve()

  const deliver = async (notice: Notice): Promise<'done' | 'stopped'> => {
    for (const pauseMs of [...PAUSES_MS, null]) {
      if (stopping.signal.aborted || !mayTry()) return 'stopped'
      const result = await attempt(notice, stopped.signal)
      if (result.status === 'ok') return 'done'
      if (stopped.signal.aborted) return 'stopped'
      if (result.status === 'refused' || pauseMs === null) {
        // The address stays out of the line: it is the key to the channel.
        log.warn({ problem: result.problem }, complaint)
        return 'done'
      }
      await clock.sleep(pauseMs, stopping.signal).catch(() => undefined)
    }
    return 'done'
  }

  return {
    trial: async (notice) => {
      const result = await attempt(notice, stopped.signal)
      return result.status === 'ok' ? null : result.problem
    },
    send: (notice) => {
      const sent = queue.then(() => deliver(notice))
      queue = sent
      return sent
    },
    stop: async () => {
      stopping.abort()
      // Cut off, it would not be known whether it was taken, and the next head would send it again.
      await Promise.race([queue, clock.sleep(GRACE_MS).catch(() => undefined)])
      stopped.abort()
      await queue
      await close()
    },
  }
}
