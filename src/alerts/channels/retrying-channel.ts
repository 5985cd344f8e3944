import type { Log } from '../../base/logger.ts'
import type { Clock } from '../../base/clock.ts'
import type { Notice } from '../notice.ts'
import { createInTurn } from '../../base/in-turn.ts'

/** A way to tell the operator that takes time and may fail. */
export interface Alert {
  /**
   * Brings the notice out, after those before it.
   *
   * @param mayTry - asked before each try: whether it still is this instance's to send
   * @returns `done` when it was taken, or given up; `stopped` when this instance may not try any more
   */
  send: (notice: Notice, mayTry: () => boolean) => Promise<'done' | 'stopped'>
  /** Tries once, now. @returns null when all of its addresses took it, else why not, in a few words */
  trial: (notice: Notice) => Promise<string | null>
  /** Ends the try under way, and makes no other. */
  stop: () => Promise<void>
}

/** What came of one try. `problem` is one word or number, without addresses; with `ok` it tells whom the notice does not reach. */
export type Try = { status: 'ok'; problem?: string } | { status: 'again' | 'refused'; problem: string }

export interface RetryingChannelDeps {
  attempt: (notice: Notice, stopped: AbortSignal) => Promise<Try>
  /** Lets go of what tries need; no other one follows. */
  close: () => unknown
  clock: Pick<Clock, 'sleep'>
  log: Pick<Log, 'warn'>
  /** The log line when the quick tries have failed, and each later one; says which setting to check. */
  complaint: string
}

const QUICK_MS = [1_000, 5_000, 25_000]
/** A router or a receiver starts again; a mail server sends an unknown sender away for its first minutes (greylisting). */
const PATIENT_MS = [5 * 60_000, 15 * 60_000]
/** For the try under way when this process ends. */
const GRACE_MS = 2_000

/** Sends one notice after the other, each a few times when it does not get through. */
export const createRetryingChannel = (deps: RetryingChannelDeps): Alert => {
  const { attempt, close, clock, log, complaint } = deps
  const stopping = new AbortController()
  const stopped = new AbortController()
  const inTurn = createInTurn()
  /** After a notice that was given up, the ones behind it wait no further 20 minutes each. */
  let isGone = false

  const deliver = async (notice: Notice, mayTry: () => boolean): Promise<'done' | 'stopped'> => {
    for (const pauseMs of [...QUICK_MS, ...(isGone ? [] : PATIENT_MS), null]) {
      if (stopping.signal.aborted || !mayTry()) return 'stopped'
      const result = await attempt(notice, stopped.signal)
      if (result.status === 'ok') {
        if (result.problem !== undefined) log.warn({ problem: result.problem }, complaint)
        isGone = false
        return 'done'
      }
      if (stopped.signal.aborted) return 'stopped'
      const isLast = result.status === 'refused' || pauseMs === null
      // The address stays out of the lines: it is the key to the channel.
      if (isLast) {
        log.warn({ problem: result.problem }, complaint)
        isGone = result.status === 'again'
        return 'done'
      }
      if (PATIENT_MS.includes(pauseMs)) log.warn({ problem: result.problem, againInMs: pauseMs }, complaint)
      await clock.sleep(pauseMs, stopping.signal).catch(() => undefined)
    }
    return 'done'
  }

  return {
    trial: async (notice) => {
      const result = await attempt(notice, stopped.signal)
      return result.problem ?? null
    },
    send: (notice, mayTry) => inTurn(() => deliver(notice, mayTry)),
    stop: async () => {
      stopping.abort()
      const sent = inTurn(() => undefined)
      // A try that is cut off may have reached the receiver, and the next head would send it again.
      await Promise.race([sent, clock.sleep(GRACE_MS).catch(() => undefined)])
      stopped.abort()
      await sent
      await close()
    },
  }
}
