import type { Clock } from '../base/clock.ts'
import type { Duty } from '../base/duty.ts'
import type { Log } from '../base/logger.ts'
import { createPump } from '../base/pump.ts'
import type { PageActivity } from '../metrics/activity.ts'
import type { ProfileStatus } from '../profile/profile-sync.ts'
import type { Records } from '../store/records.ts'
import type { ToldFields } from './facts.ts'

/** What the keeper of a Page sees of it. */
export interface PageFacts {
  subscription: ToldFields | null
  profile: ProfileStatus
  activity: PageActivity
  /** When the Page itself last answered beside the bot, ms since the epoch; null where it does not. */
  automaticRepliesMs: number | null
}

/** What is seen of each Page, on every instance as on its keeper, up to a minute later. */
export interface SharedPageFacts {
  of: (pageId: string) => PageFacts
  start: () => void
  stop: () => Promise<void>
}

const KIND = 'page-facts'
const EVERY_MS = 30_000
/** Of a Page that is gone, or that no instance keeps any more. */
const KEPT_FOR_MS = 24 * 3_600_000

export const createPageFacts = (deps: {
  /** What is seen here. */
  own: (pageId: string) => PageFacts
  pageIds: () => readonly string[]
  /** Null where an instance has a database of its own. */
  shared: { records: Pick<Records, 'list' | 'put'>; duty: Pick<Duty, 'keeps'> } | null
  clock: Pick<Clock, 'after'>
  log: Pick<Log, 'warn'>
}): SharedPageFacts => {
  const { own, pageIds, shared, clock, log } = deps
  /** As the records have it. */
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
      // Asked for together, they are one transaction.
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
