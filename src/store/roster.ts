import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/logger.ts'
import { createPump } from '../base/pump.ts'
import type { Duty, Instances } from '../base/duty.ts'
import type { Records } from './records.ts'

/** The instances that run on this database, as each of them sees it. */
export interface Roster {
  /** Names this run of this instance. */
  self: string
  isLiving: (id: string) => boolean
  /** This instance included; those that have run longest come first. */
  list: () => RunningInstance[]
  start: () => Promise<void>
  stop: () => Promise<void>
}

export interface RunningInstance extends InstanceFacts {
  id: string
}

/** What an instance says of itself. */
export interface InstanceFacts {
  host: string
  version: string
  sinceMs: number
  isHead: boolean
  /** The Pages that it keeps. */
  pages: string[]
  /** Marks by name, such as one of the app secret: equal where what they stand for is, and saying nothing of it. */
  marks: Record<string, string>
}

export const INSTANCE_RECORD = 'instance'
const TOPIC = 'roster'
const BEAT_MS = 10_000
/** An instance that was not heard of for so long is gone. */
const LIVES_MS = 30_000

export const createRoster = (deps: {
  self: string
  describe: () => InstanceFacts
  /** Null where an instance has a database of its own. */
  shared: { records: Pick<Records, 'list' | 'put' | 'take'>; instances: Instances; duty: Duty } | null
  clock: Pick<Clock, 'after'>
  log: Pick<Log, 'warn'>
}): Roster => {
  const { self, describe, shared, clock, log } = deps
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
      const data = JSON.stringify(describe())
      if (isDue || data !== written) {
        await records.put({ kind: INSTANCE_RECORD, id: self, data, forMs: LIVES_MS })
        if (data !== written) instances.tell(TOPIC)
        ;[written, isDue] = [data, false]
      }
      const kept = await records.list(INSTANCE_RECORD)
      others = kept
        .filter(({ id }) => id !== self)
        .map((one) => ({ id: one.id, ...(JSON.parse(one.data) as InstanceFacts) }))
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
