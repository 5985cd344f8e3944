import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/logger.ts'
import { createPump } from '../base/pump.ts'
import type { RunningInstance, RunningInstances } from '../base/running-instances.ts'
import type { Instances } from '../base/duty.ts'
import type { Records } from './records.ts'

/** The instances of this database. */
export interface Roster {
  /** Identifies this run of this instance. */
  self: string
  isLiving: (id: string) => boolean
  /** All instances, this one included, the oldest first. */
  list: () => readonly RunningInstance[]
  /** Tells that instance to give its Pages to others, and to take none for five minutes. */
  relieve: (id: string) => Promise<void>
  start: () => Promise<void>
  stop: () => Promise<void>
}

const RELIEVED = 'relieved-instance'
/** An instance that has not done it by then is gone. */
const RELIEVED_WITHIN_MS = 60_000
/** Longer than a restart, which an operator may want it for. */
const REST_MS = 5 * 60_000
const TOPIC = 'roster'
const LOOK_MS = 10_000

export const createRoster = (deps: {
  self: string
  /** This instance's own entry. */
  own: () => Omit<RunningInstance, 'id'>
  /** Gives the Pages of this instance away, and takes none for this long. */
  rest: (ms: number) => Promise<unknown>
  /** Null when an instance has a database of its own. */
  shared: { records: Pick<Records, 'put' | 'take'>; instances: Instances; running: RunningInstances } | null
  clock: Pick<Clock, 'after'>
  log: Pick<Log, 'info' | 'warn'>
}): Roster => {
  const { self, own, rest, shared, clock, log } = deps
  let isStopped = false
  let cancelLook = (): void => undefined
  let stopListening = (): void => undefined

  const list = (): readonly RunningInstance[] => {
    const found = shared?.running.list() ?? []
    // Before the first beat.
    return found.some(({ id }) => id === self) ? found : [...found, { id: self, ...own() }]
  }

  const pump = createPump({
    run: async () => {
      if (shared === null || isStopped) return
      shared.running.mark(own().marks ?? {})
      if ((await shared.records.take(RELIEVED, self)) === null) return
      log.info({}, 'an operator has this instance give its Pages away')
      void rest(REST_MS)
    },
    onError: (error) => {
      if (!isStopped)
        log.warn({ err: error }, 'whether this instance is to give its Pages away could not be read')
    },
  })

  const look = (): void => {
    pump.wake()
    cancelLook = clock.after(LOOK_MS, look)
  }

  return {
    self,
    isLiving: (id) => list().some((one) => one.id === id),
    list,
    relieve: async (id) => {
      if (shared === null) return
      await shared.records.put({ kind: RELIEVED, id, data: '', forMs: RELIEVED_WITHIN_MS })
      shared.instances.tell(TOPIC)
    },
    start: async () => {
      if (shared === null) return
      stopListening = shared.instances.onTold(TOPIC, pump.wake)
      look()
      await pump.idle()
    },
    stop: async () => {
      isStopped = true
      cancelLook()
      stopListening()
      await pump.idle()
    },
  }
}
