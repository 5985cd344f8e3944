import type { Clock } from '../../base/clock.ts'
import type { Graph } from '../../graph/graph.ts'
import type { OutboxClaim, Store } from '../../store/store.ts'

/** The messaging window of a conversation, by Facebook's clock and by ours. */
export interface MessagingWindow {
  /** Infinite while it is not known. */
  leftMs: (windowEndsMs: number | null) => number
  /** Whether it has certainly closed, by both clocks, or closed longer ago than `beyondMs`. */
  isOver: (claim: OutboxClaim, beyondMs?: number) => boolean
}

export const createMessagingWindow = (deps: {
  store: Pick<Store, 'windowEndsMs'>
  graph: Pick<Graph, 'now'>
  clock: Pick<Clock, 'now'>
}): MessagingWindow => {
  const { store, graph, clock } = deps

  /**
   * Time left in the window by Facebook's clock or ours, whichever is behind: a dead letter is final, and either clock may be wrong.
   * Where the clocks disagree, or Facebook has not told its time yet, the bot sends and Facebook decides.
   */
  const leftMs = (windowEndsMs: number | null): number => {
    const facebookMs = graph.now()
    return windowEndsMs === null || facebookMs === null
      ? Number.POSITIVE_INFINITY
      : windowEndsMs - Math.min(facebookMs, clock.now())
  }

  return {
    leftMs,
    isOver: (claim, beyondMs = 0) =>
      leftMs(claim.conversation.windowEndsMs) <= -beyondMs && leftMs(store.windowEndsMs(claim)) <= -beyondMs,
  }
}
