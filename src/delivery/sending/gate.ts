import type { Needs } from '../../alerts/needs.ts'
import { backoffMs } from '../../base/backoff.ts'
import type { Clock } from '../../base/clock.ts'
import type { GraphError } from '../../graph/error.ts'
import type { PageRoom, Store } from '../../store/store.ts'
import type { PageTokens } from '../../token/page-tokens.ts'
import type { Closing, ClosingNeeds } from './closing.ts'
import { createFailing, OUTAGE_AFTER } from './failing.ts'
import type { GateNote, GateNotes } from './gate-notes.ts'
import type { StuckRefusal } from './stuck.ts'

/** The gate of one Page: open, closed, or half open after a while, when a few conversations try and their outcome decides. */
export interface Gate {
  isOpen: () => boolean
  /** Whether it is closed for all conversations, not only for the backlog. */
  isShut: () => boolean
  /** How many conversations of the Page may be sent for at the same time; `most` while it is open. */
  room: (most: PageRoom) => PageRoom
  /** The reason of the last closing for all conversations, if the gate has not opened since; null otherwise. */
  why: () => Closing | null
  /** See `Gates.close`. */
  close: (why: Closing, atLeastMs?: number, conversation?: number) => boolean
  /** Closes as the Page's last keeper left it. */
  closeAsNoted: (note: GateNote) => void
  refused: (conversation: number, refusal: StuckRefusal) => void
  failed: (conversation: number, error: GraphError) => void
  succeeded: (conversation: number) => void
  settled: (conversation: number) => void
  retry: () => void
  /** The Page's present token: another one than at the closing is a reason to try at once. */
  tokenIs: (token: string) => void
  stop: () => void
}

/** What the gates of all Pages share. */
export interface GateDeps {
  store: Pick<Store, 'hurryOutbox'>
  tokens: Pick<PageTokens, 'tokenFor'>
  needs: Pick<Needs, 'raise' | 'settle'>
  closingNeeds: ClosingNeeds
  nameOf: (pageId: string) => string | null
  notes: GateNotes
  clock: Clock
  random: () => number
}

const SLOW = { baseMs: 15_000, capMs: 15 * 60_000 }
const QUICK = { baseMs: 1000, capMs: 60_000 }
/** How many conversations try while the gate is half open. */
const PROBES = 4

export const createGate = (
  pageId: string,
  deps: GateDeps & {
    /** Whether the Page may be closed for all conversations: not while the note of its last keeper is being read. */
    mayShut: () => boolean
    /** Called when the result of {@link Gate.isShut} may have changed. */
    onChange: () => void
    /** Called when nothing is left to remember of the Page. */
    onOver: () => void
  },
): Gate => {
  const { store, tokens, needs, closingNeeds, nameOf, notes, clock, random, mayShut, onChange, onOver } = deps
  let state: 'open' | 'closed' | 'half_open' = 'open'
  /** The part of the Page that the last closing pauses. */
  let pauses: 'page' | 'backlog' = 'backlog'
  /** How often it closed without opening in between. */
  let closings = 0
  let why: Closing | null = null
  /** The conversation whose refusal closed it last; null once a repair may be why it opens. */
  let closedBy: number | null = null
  /** The token at the closing. */
  let token: string | null = null
  let cancelTimer = (): void => undefined
  const failing = createFailing({ pageId, nameOf, store, needs, clock, onForgotten: () => forget() })

  const isShut = (): boolean => state === 'closed' && pauses === 'page'

  const halfOpen = (): void => {
    if (state !== 'closed') return
    cancelTimer()
    state = 'half_open'
    // All waiting replies may have become dead letters; then no try comes, and only this settles the need.
    failing.awaitTry()
    onChange()
  }

  const close: Gate['close'] = (reason, atLeastMs = 0, conversation) => {
    if (conversation !== undefined && failing.isAlone(conversation)) return false
    // Calls that were in flight together fail together, which counts as one closing.
    if (isShut() || !mayShut()) return true
    closedBy = conversation ?? null
    if (why !== null && why.cause !== reason.cause) closingNeeds.settle(pageId, why)
    why = reason
    const waitMs = shut('page', SLOW, atLeastMs)
    // While the gate is closed, the absence of tries proves nothing.
    failing.awaitNone()
    if (reason.cause === 'rate_limited') failing.limited(waitMs)
    closingNeeds.raise(pageId, reason)
    return true
  }

  const closeForBacklog = (pace: typeof QUICK): void => {
    // A probe that failed for another reason does not show that the Page's trouble is over.
    if (state === 'half_open' && pauses === 'page' && why !== null) close(why)
    else if (state !== 'closed') shut('backlog', pace)
  }

  /** @returns how long it stays closed */
  const shut = (what: typeof pauses, pace: typeof QUICK, atLeastMs = 0): number => {
    cancelTimer()
    const waitMs = Math.max(atLeastMs, pace.baseMs / 2 + backoffMs(closings, { ...pace, random }))
    state = 'closed'
    pauses = what
    closings += 1
    failing.closed()
    token = tokens.tokenFor(pageId)
    cancelTimer = clock.after(waitMs, halfOpen)
    if (what === 'page' && why !== null) notes.closed(pageId, why, closings, waitMs)
    onChange()
    return waitMs
  }

  const open = (): void => {
    cancelTimer()
    state = 'open'
    closings = 0
    if (closedBy !== null) failing.alone(closedBy)
    closedBy = null
    if (why !== null) closingNeeds.settle(pageId, why)
    why = null
    notes.opened(pageId)
    failing.hurry()
    onChange()
  }

  const forget = (): void => {
    if (state !== 'open' || !failing.isEmpty()) return
    failing.awaitNone()
    failing.over()
    onOver()
  }

  return {
    isOpen: () => state === 'open',
    isShut,
    room: (most) => {
      if (state === 'open') return most
      if (pauses === 'backlog') return { ...most, backlog: state === 'half_open' ? PROBES : 0 }
      return { all: PROBES, waiting: PROBES, backlog: PROBES }
    },
    why: () => why,
    close,
    closeAsNoted: (note) => {
      cancelTimer()
      why = note.why
      closings = note.closings
      state = 'closed'
      pauses = 'page'
      token = tokens.tokenFor(pageId)
      cancelTimer = clock.after(Math.max(0, note.waitMs), halfOpen)
      if (note.why.cause === 'rate_limited') failing.limited(note.waitMs)
      closingNeeds.raise(pageId, note.why)
    },
    refused: (conversation, refusal) => {
      failing.awaitTry()
      if (failing.refused(conversation, refusal)) closeForBacklog(SLOW)
    },
    failed: (conversation, error) => {
      failing.awaitTry()
      const lately = failing.failed(conversation, error)
      const isTry = state === 'half_open' && pauses === 'page'
      const enough = isTry ? 1 : state === 'half_open' ? 2 : OUTAGE_AFTER
      if (lately >= enough) closeForBacklog(QUICK)
    },
    succeeded: (conversation) => {
      failing.succeeded(conversation)
      // A success of the same conversation does not show that its refusal was about the visitor; only a success of another one
      // does.
      if (closedBy === conversation) closedBy = null
      if (state === 'open') return
      open()
      forget()
    },
    settled: (conversation) => {
      // The refused reply is over, so it can no longer fail beside the successes of others, which would show that only this visitor
      // is refused.
      if (closedBy === conversation) closedBy = null
      failing.settled(conversation)
      forget()
    },
    retry: () => {
      closedBy = null
      halfOpen()
      failing.retry()
    },
    tokenIs: (now) => {
      if (now === token) return
      token = now
      closedBy = null
      // Facebook counts the calls for the Page regardless of their token.
      if (why?.cause !== 'rate_limited') halfOpen()
      failing.retryRefused()
    },
    stop: () => {
      cancelTimer()
      failing.awaitNone()
    },
  }
}
