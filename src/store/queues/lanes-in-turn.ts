import type { Clock } from '../../base/clock.ts'
import type { OutboxRoom } from '../store.ts'
import type { KeptPages } from './kept-pages.ts'
import { createLane, type Lane } from './outbox-lane.ts'
import type { OutboxRow, OutboxRows } from './rows.ts'

/** One lane for each kept Page. Lanes are read in turn, each up to a fair share, so that no Page waits for another. */
export interface LanesInTurn {
  /** The lane of the Page, created when needed; undefined for a Page that is not kept. */
  of: (pageId: string) => Lane | undefined
  /** The lane of the Page as it is now; undefined also for a Page without a reply so far. */
  known: (pageId: string) => Lane | undefined
  /** Creates the lane of a Page of whose rows nothing is known yet. */
  behind: (pageId: string) => void
  /**
   * Reads the lanes that may have replies, each up to its fair share of `limit`.
   *
   * @param inVain - lanes without a conversation to claim now, which are passed over; the function adds to it
   */
  read: (limit: number, room: OutboxRoom, inVain: Set<Lane>) => Promise<LaneRead>[]
  /** A Page may be paused before it is kept. */
  pause: (pageId: string, paused: boolean) => void
  drop: (pageId: string) => void
}

export interface LaneRead {
  lane: Lane
  found: OutboxRow[]
}

export const createLanesInTurn = (deps: {
  rows: OutboxRows
  pages: Pick<KeptPages, 'tenureOf'>
  clock: Pick<Clock, 'now'>
  wake: () => void
}): LanesInTurn => {
  const { rows, pages, clock, wake } = deps
  /** In the order of service, the Page served last at the end. */
  const lanes = new Map<string, Lane>()
  /** Paused Pages, kept or not. */
  const pausedPages = new Set<string>()

  const laneOf = (pageId: string, behind: boolean): Lane | undefined => {
    const known = lanes.get(pageId)
    const tenure = pages.tenureOf(pageId)
    if (known !== undefined || tenure === null) return known
    const lane = createLane({ pageId, tenure, rows, clock, wake, behind, paused: pausedPages.has(pageId) })
    lanes.set(pageId, lane)
    return lane
  }

  const served = (lane: Lane): void => {
    lanes.delete(lane.pageId)
    lanes.set(lane.pageId, lane)
  }

  for (const pageId of rows.pagesWaiting) laneOf(pageId, true)

  return {
    of: (pageId) => laneOf(pageId, false),
    known: (pageId) => lanes.get(pageId),
    behind: (pageId) => {
      laneOf(pageId, true)
    },
    read: (limit, room, inVain) => {
      const readable = [...lanes.values()].filter((lane) => lane.isReadable() && !inVain.has(lane))
      const share = Math.max(1, Math.floor(limit / Math.max(1, readable.length)))
      let left = limit
      return readable.flatMap((lane) => {
        const ofPage = room.except.get(lane.pageId) ?? room.each
        const all = Math.min(share, left, ofPage.all)
        if (all <= 0) return []
        left -= all
        served(lane)
        return [
          lane.read({ ...ofPage, all }).then((found) => {
            if (found === null) inVain.add(lane)
            return { lane, found: found ?? [] }
          }),
        ]
      })
    },
    pause: (pageId, paused) => {
      if (paused) pausedPages.add(pageId)
      else pausedPages.delete(pageId)
      lanes.get(pageId)?.pause(paused)
    },
    drop: (pageId) => {
      lanes.delete(pageId)
    },
  }
}
