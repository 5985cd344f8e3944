import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/logger.ts'
import { createPump } from '../base/pump.ts'
import type { InstanceFacts, RunningInstance } from '../base/running-instances.ts'
import type { Duty, Instances } from '../base/duty.ts'
import type { Records } from './records.ts'

/** The instances that run on this database, as each of them sees it. */
export interface Roster {
  /** Names this run of this instance. */
  self: string
  isLiving: (id: string) => boolean
  /** This instance included; those that have run longest come first. */
  list: () => RunningInstance[]
  /** Has that instance give its Pages to others, and take none for five minutes. */
  relieve: (id: string) => Promise<void>
  start: () => Promise<void>
  stop: () => Promise<void>
}

/** @param record - of the kind {@link INSTANCE_RECORD} */
export const toInstance = ({ id, data }: { id: string; data: string }): RunningInstance => ({
  id,
  ...(JSON.parse(data) as InstanceFacts),
})

export const INSTANCE_RECORD = 'instance'
const RELIEVED = 'relieved-instance'
/** An instance that does not heed it by then is not there. */
const RELIEVED_WITHIN_MS = 60_000
/** Longer than a restart takes, for which an operator may want it. */
const REST_MS = 5 * 60_000
const TOPIC = 'roster'
const BEAT_MS = 10_000
/** An instance that was not heard of for so long is gone. */
const LIVES_MS = 30_000

export const createRoster = (deps: {
  self: string
  describe: () => InstanceFacts
  /** Gives the Pages of this instance away, and takes none for so long. */
  rest: (ms: number) => Promise<void>
  /** Null where an instance has a database of its own. */
  shared: { records: Pick<Records, 'list' | 'put' | 'take'>; instances: Instances; duty: Duty } | null
  clock: Pick<Clock, 'after'>
  log: Pick<Log, 'info' | 'warn'>
}): Roster => {
  const { self, describe, rest, shared, clock, log } = deps
  let others: RunningInstance[] = []
  let written = ''
  let isDue = true
  let isStopped = false
  let cancelBeat = (): void => undefined
  const stops: (() => void)[] = []

  const pump = createPump({
    run: async () => {
      if (shared === null || isStopped) return
      const { records, instances } = shared
      if ((await records.take(RELIEVED, self)) !== null) {
        log.info({}, 'an operator has this instance give its Pages away')
        void rest(REST_MS)
      }
      const data = JSON.stringify(describe())
      if (isDue || data !== written) {
        await records.put({ kind: INSTANCE_RECORD, id: self, data, forMs: LIVES_MS })
        if (data !== written) instances.tell(TOPIC)
        ;[written, isDue] = [data, false]
      }
      const kept = await records.list(INSTANCE_RECORD)
      others = kept.filter(({ id }) => id !== self).map(toInstance)
    },
    onError: (error) => {
      if (!isStopped) log.warn({ err: error }, 'the list of instances could not be kept up to date')
    },
  })

  const beat = (): void => {
    cancelBeat = clock.after(BEAT_MS, () => {
      isDue = true
      pump.wake()
      beat()
    })
  }

  return {
    self,
    isLiving: (id) => id === self || others.some((one) => one.id === id),
    list: () =>
      [{ id: self, ...describe() }, ...others].toSorted(
        (a, b) => a.sinceMs - b.sinceMs || (a.id < b.id ? -1 : 1),
      ),
    relieve: async (id) => {
      if (shared === null) return
      await shared.records.put({ kind: RELIEVED, id, data: '', forMs: RELIEVED_WITHIN_MS })
      shared.instances.tell(TOPIC)
    },
    start: async () => {
      if (shared === null) return
      stops.push(shared.instances.onTold(TOPIC, pump.wake), shared.duty.onChange(pump.wake))
      beat()
      pump.wake()
      await pump.idle()
    },
    stop: async () => {
      isStopped = true
      cancelBeat()
      for (const stop of stops) stop()
      await pump.idle()
      // Without it the record is over by itself.
      await shared?.records.take(INSTANCE_RECORD, self).catch(() => undefined)
      shared?.instances.tell(TOPIC)
    },
  }
}
