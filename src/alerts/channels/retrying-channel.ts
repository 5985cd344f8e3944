import type { Log } from '../../base/logger.ts'
import type { Clock } from '../../base/clock.ts'
import type { Notice } from '../notice.ts'
import { createInTurn } from '../../base/in-turn.ts'

/** A channel to the operator whose sends take time and may fail. */
export interface Alert {
  /**
   * Sends the notice after those before it.
   *
   * @param mayTry - asked before each try: whether this instance may still send it
   * @returns `done` when it was taken or given up; `stopped` when this instance may not try any more
   */
  send: (notice: Notice, mayTry: () => boolean) => Promise<'done' | 'stopped'>
  /**
   * Tries once, now.
   *
   * @returns null when all addresses of the channel took it, else the reason in a few words
   */
  trial: (notice: Notice) => Promise<string | null>
  /** Ends the try in progress, and starts no other. */
  stop: () => Promise<void>
}

/** Outcome of one try. `problem` is one word or number, without addresses; with `ok` it names the recipients that the notice does not reach. */
export type Try = { status: 'ok'; problem?: string } | { status: 'again' | 'refused'; problem: string }

export interface RetryingChannelDeps {
  attempt: (notice: Notice, stopped: AbortSignal) => Promise<Try>
  /** Frees what tries need; no other try follows. */
  close: () => unknown
  clock: Pick<Clock, 'sleep'>
  log: Pick<Log, 'warn'>
  /** The log line after the quick tries have failed, and after each later one; names the setting to check. */
  complaint: string
}

const QUICK_MS = [1_000, 5_000, 25_000]
/** Long enough for a router or a receiver to restart, or for a mail server that turns unknown senders away for their first minutes (greylisting). */
const PATIENT_MS = [5 * 60_000, 15 * 60_000]
/** Time for a try in progress when the process ends. */
const GRACE_MS = 2_000

/** Sends one notice after the other, each with several tries. */
export const createRetryingChannel = (deps: RetryingChannelDeps): Alert => {
  const { attempt, close, clock, log, complaint } = deps
  const stopping = new AbortController()
  const stopped = new AbortController()
  const inTurn = createInTurn()
  /** Set after a notice was given up: the next ones do not wait 20 minutes each. */
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
      // The log lines leave out the address, because it is the key to the channel.
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
      // A try that is cut off may have reached the receiver, and the next head would send the notice again.
      await Promise.race([sent, clock.sleep(GRACE_MS).catch(() => undefined)])
      stopped.abort()
      await sent
      await close()
    },
  }
}
