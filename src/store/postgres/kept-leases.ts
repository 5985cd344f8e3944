import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/logger.ts'
import { createListeners } from '../../base/listeners.ts'
import { within } from '../../base/within.ts'
import type { PageQueues, Tenure } from '../queues/kept-pages.ts'
import type { StoreReport } from '../report.ts'
import { HEAD, type Held } from './lease-statements.ts'

/** The leases of this instance, as the database last returned them: a {@link Tenure} for each Page, and perhaps the head. */
export interface KeptLeases {
  /** False also while the Page is being given away; null for a Page without a lease. */
  keeps: (pageId: string) => boolean | null
  tenureOf: (pageId: string) => Tenure | null
  isHead: () => boolean
  /** Calls the listener after the set of kept Pages has changed. Returns the function that ends this. */
  onChange: (listener: () => void) => () => void
  /** Sets the queues that follow the changes. */
  lead: (queues: PageQueues) => void
  /**
   * Another process has put events into the rows.
   *
   * @param numbers - numbers of their Pages, separated by commas; `*` for any
   */
  eventsCame: (after: number, numbers: string) => void
  /**
   * Brings the leases here in line with the database's.
   *
   * @param why - reasons why Pages could be taken, by their numbers
   * @returns whether anything changed
   */
  reconcile: (held: readonly Held[], untilMs: number, why?: ReadonlyMap<number, string>) => boolean
  /** Gives all Pages away: nothing more of them is claimed. Resolves when every claim is released. */
  giveAway: (why: 'stopped' | 'rested') => Promise<void>
  /** Gives one Page away if there are more than the share; the next only when this one is gone. */
  balance: (share: number) => void
  /** Leases to give back: every claim is released, or was waited for long enough. */
  home: () => { no: number; fence: number }[]
  /** Nothing may be sent any more. */
  end: () => void
}

interface Kept extends Tenure {
  pageId: string
  no: number
  /** By the monotonic clock; earlier than the database's. */
  untilMs: number
  /** `home`: every claim is released, or was waited for long enough. */
  state: 'kept' | 'leaving' | 'home' | 'over'
  /** The reason why it is being given away. */
  leaves: 'balanced' | 'stopped' | 'rested' | null
}

/** How long a Page that is being given away waits for its replies in flight. */
const PATIENCE_MS = 10_000

export const createKeptLeases = (deps: {
  clock: Clock
  log: Pick<Log, 'info'>
  report: StoreReport
  /** A lease is to be given back. */
  onHome: () => void
}): KeptLeases => {
  const { clock, log, report, onHome } = deps
  const kept = new Map<string, Kept>()
  let head: Held | null = null
  let queues: PageQueues | null = null
  const changes = createListeners()

  const lose = (one: Kept): void => {
    report.pageGone(one.state === 'home' && one.leaves !== null ? one.leaves : 'lapsed')
    one.state = 'over'
    kept.delete(one.pageId)
    queues?.lost(one.pageId)
  }

  const take = ({ no, pageId, fence }: Held, untilMs: number): void => {
    const one: Kept = {
      pageId,
      no,
      fence,
      takenMs: clock.elapsed(),
      untilMs,
      state: 'kept',
      leaves: null,
      maySend: () => one.state !== 'over' && clock.elapsed() < one.untilMs,
    }
    kept.set(pageId, one)
    queues?.taken(pageId)
  }

  const giveAway = async (pages: readonly Kept[], why: Kept['leaves']): Promise<void> => {
    if (pages.length === 0) return
    for (const one of pages) {
      one.state = 'leaving'
      one.leaves = why
    }
    changes.tell()
    await Promise.all(
      pages.map(async (one) => {
        await within(clock, PATIENCE_MS, queues?.leave(one.pageId) ?? Promise.resolve(), undefined)
        if (one.state === 'leaving') one.state = 'home'
        onHome()
      }),
    )
  }

  return {
    keeps: (pageId) => {
      const one = kept.get(pageId)
      return one === undefined ? null : one.state === 'kept'
    },
    tenureOf: (pageId) => {
      const one = kept.get(pageId)
      return one?.state === 'kept' ? one : null
    },
    isHead: () => head !== null,
    onChange: changes.add,
    lead: (followers) => {
      queues = followers
    },
    eventsCame: (after, numbers) => {
      const pages = new Set(numbers.split(','))
      if (numbers === '*' || [...kept.values()].some(({ no }) => pages.has(String(no)))) {
        queues?.eventsCame(Number.isSafeInteger(after) ? after : 0)
      }
    },
    reconcile: (held, untilMs, why) => {
      const before = [...kept.values()]
      const pages = held.filter(({ no }) => no !== HEAD)
      const fences = new Map(pages.map(({ pageId, fence }) => [pageId, fence]))
      for (const one of before) {
        if (fences.get(one.pageId) === one.fence) one.untilMs = untilMs
        else lose(one)
      }
      const hasLost = kept.size < before.length
      const taken = pages.filter(({ pageId }) => !kept.has(pageId))
      // Reported apart from the taking, because another instance may have kept the same Page in between.
      if (hasLost && taken.length > 0) changes.tell()
      for (const one of taken) {
        take(one, untilMs)
        report.pageTaken(why?.get(one.no) ?? 'unknown')
      }
      const headNow = held.find(({ no }) => no === HEAD) ?? null
      const isNews = taken.length > 0 || hasLost || (head === null) !== (headNow === null)
      head = headNow
      if (!isNews) return false
      log.info({ pages: kept.size, isHead: head !== null }, 'the Pages that this instance keeps have changed')
      changes.tell()
      return true
    },
    giveAway: (why) =>
      giveAway(
        [...kept.values()].filter(({ state }) => state === 'kept'),
        why,
      ),
    balance: (share) => {
      const all = [...kept.values()]
      if (all.length <= share || all.some(({ state }) => state !== 'kept')) return
      const last = all.reduce((one, other) => (other.takenMs > one.takenMs ? other : one))
      void giveAway([last], 'balanced')
    },
    home: () => [...kept.values()].filter(({ state }) => state === 'home'),
    end: () => {
      for (const one of kept.values()) one.state = 'over'
    },
  }
}
