import type { Clock } from '../base/clock.ts'
import { createListeners } from '../base/listeners.ts'
import type { Log } from '../base/logger.ts'
import { createPump } from '../base/pump.ts'
import type { Instances } from '../base/duty.ts'
import type { Records } from '../store/records.ts'
import type { PageTokenStatus } from './page-tokens.ts'

/** The keeper's state of a Page's token, for other instances and for the time after a restart. */
export type KeptState = Pick<
  PageTokenStatus,
  'state' | 'reason' | 'remedy' | 'sinceMs' | 'fingerprint' | 'provedAtMs'
>

export interface KeptStates {
  of: (pageId: string) => KeptState | null
  /** Stores the state for the other instances. */
  keep: (pageId: string, state: KeptState) => void
  /** Facebook says that the app was removed: leaves a message for the keeper of the Page. */
  report: (pageId: string) => Promise<void>
  /** Returns which of these Pages had their app removed. Each is returned once, to one instance. */
  takeReports: (isWanted: (pageId: string) => boolean) => Promise<string[]>
  /** Called when another instance may have kept a state, or reported. */
  onChange: (listener: () => void) => () => void
  start: () => Promise<void>
  stop: () => Promise<void>
}

const STATES = 'token-state'
const REPORTS = 'app-removed'
const TOPIC = 'tokens'
const RETRY_MS = 5000
/** How long a report is kept: the probe at the next start finds out the same. */
const REPORTED_FOR_MS = 24 * 3_600_000

export const createKeptStates = (deps: {
  records: Pick<Records, 'list' | 'put' | 'take'>
  instances: Instances
  clock: Pick<Clock, 'after'>
  log: Pick<Log, 'warn'>
}): KeptStates => {
  const { records, instances, clock, log } = deps
  const changes = createListeners()
  const states = new Map<string, KeptState>()
  const unwritten = new Map<string, KeptState>()
  let stopListening = (): void => undefined
  let cancelRetry = (): void => undefined
  let isStopped = false

  const pump = createPump({
    run: async () => {
      if (isStopped) return
      const hadSome = unwritten.size > 0
      for (const [pageId, state] of unwritten) {
        await records.put({ kind: STATES, id: pageId, data: JSON.stringify(state) })
        if (unwritten.get(pageId) === state) unwritten.delete(pageId)
      }
      if (hadSome) instances.tell(TOPIC)
      for (const { id, data } of await records.list(STATES)) {
        if (!unwritten.has(id)) states.set(id, JSON.parse(data) as KeptState)
      }
      changes.tell()
    },
    onError: (error) => {
      if (isStopped) return
      log.warn({ err: error }, 'the state of the page tokens could not be kept, or read; tried again')
      cancelRetry()
      cancelRetry = clock.after(RETRY_MS, pump.wake)
    },
  })

  return {
    of: (pageId) => states.get(pageId) ?? null,
    keep: (pageId, state) => {
      states.set(pageId, state)
      unwritten.set(pageId, state)
      pump.wake()
    },
    report: async (pageId) => {
      await records.put({ kind: REPORTS, id: pageId, data: '', forMs: REPORTED_FOR_MS })
      instances.tell(TOPIC)
    },
    takeReports: async (isWanted) => {
      const taken: string[] = []
      for (const { id } of await records.list(REPORTS)) {
        if (isWanted(id) && (await records.take(REPORTS, id)) !== null) taken.push(id)
      }
      return taken
    },
    onChange: changes.add,
    start: async () => {
      pump.wake()
      await pump.idle()
      stopListening = instances.onTold(TOPIC, pump.wake)
    },
    stop: async () => {
      isStopped = true
      stopListening()
      cancelRetry()
      await pump.idle()
    },
  }
}
