import type { Clock } from '../base/clock.ts'
import type { Duty } from '../base/duty.ts'
import type { Log } from '../base/logger.ts'
import { createPump } from '../base/pump.ts'
import type { PageActivity } from '../metrics/activity.ts'
import type { ProfileStatus } from '../profile/profile-sync.ts'
import type { Records } from '../store/records.ts'
import type { ToldFields } from './facts.ts'

/** Facts about a Page that only its keeper observes. */
export interface PageFacts {
  subscription: ToldFields | null
  profile: ProfileStatus
  activity: PageActivity
  /** When an automatic reply of the Page itself was last seen, ms since the epoch; null if none was. */
  automaticRepliesMs: number | null
}

/** Shares these facts of each Page, so that every instance has them at most a minute after the keeper. */
export interface SharedPageFacts {
  of: (pageId: string) => PageFacts
  start: () => void
  stop: () => Promise<void>
}

const KIND = 'page-facts'
const EVERY_MS = 30_000
/** How long the record of a Page is kept that was removed or that no instance keeps. */
const KEPT_FOR_MS = 24 * 3_600_000

export const createPageFacts = (deps: {
  /** The facts that this instance observes. */
  own: (pageId: string) => PageFacts
  pageIds: () => readonly string[]
  /** Null where an instance has a database of its own. */
  shared: { records: Pick<Records, 'list' | 'put'>; duty: Pick<Duty, 'keeps'> } | null
  clock: Pick<Clock, 'after'>
  log: Pick<Log, 'warn'>
}): SharedPageFacts => {
  const { own, pageIds, shared, clock, log } = deps
  /** The facts as the records have them, by Page. */
  let latest: ReadonlyMap<string, string> = new Map()
  let isStopped = false
  let cancel = (): void => undefined

  const pump = createPump({
    run: async () => {
      if (shared === null || isStopped) return
      const { records, duty } = shared
      latest = new Map((await records.list(KIND)).map(({ id, data }) => [id, data]))
      const changed = pageIds()
        .filter((pageId) => duty.keeps(pageId))
        .map((id) => ({ id, data: JSON.stringify(own(id)) }))
        .filter(({ id, data }) => latest.get(id) !== data)
      // Written together, they are one transaction.
      await Promise.all(changed.map((one) => records.put({ kind: KIND, ...one, forMs: KEPT_FOR_MS })))
    },
    onError: (error) => {
      if (!isStopped) log.warn({ err: error }, 'the state of the Pages could not be shared')
    },
  })

  const beat = (): void => {
    cancel = clock.after(EVERY_MS, () => {
      pump.wake()
      beat()
    })
  }

  return {
    of: (pageId) => {
      if (shared === null || shared.duty.keeps(pageId)) return own(pageId)
      const data = latest.get(pageId)
      return data === undefined ? own(pageId) : (JSON.parse(data) as PageFacts)
    },
    start: () => {
      if (shared === null) return
      beat()
      pump.wake()
    },
    stop: async () => {
      isStopped = true
      cancel()
      await pump.idle()
    },
  }
}
