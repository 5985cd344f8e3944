import type { ClaimId, Conversation, InboxClaim, StoredEvent } from '../store.ts'
import type { KeptPages } from './kept-pages.ts'
import type { LiveConversation, LiveConversations } from './live-conversations.ts'
import { createInboxRounds } from './inbox-rounds.ts'
import { conversationOf, type InboxRow, type InboxRows } from './rows.ts'

/**
 * The events in work, in memory, in front of those in the rows. While the rows have events that are not in memory, new events stay in
 * the rows, too, so that none overtakes an earlier one of its conversation; the rows are read in {@link ./inbox-rounds.ts rounds}. Events
 * of a claimed conversation found in a round stay in the rows; its release begins a new round, for the same reason.
 *
 * An event accepted by another process may get a lower number than rows that were read already, so events in memory are known by their
 * own numbers, not by the highest number read. Only events of kept Pages are read.
 */
export interface InboxQueue {
  /** @param before - the last event of the conversation in the rows before this one; null for none */
  add: (conversation: Readonly<Conversation>, event: StoredEvent, before: number | null) => void
  claim: (limit: number) => Promise<InboxClaim[]>
  /** The conversation of the claim; null for a void or released claim. */
  entryOf: (claim: InboxClaim) => LiveConversation | null
  /** The event of the claim was handled. */
  finished: (claim: InboxClaim, event: StoredEvent) => void
  release: (claim: InboxClaim) => void
  /** Its unclaimed events are dropped from memory. */
  drop: (entry: LiveConversation) => void
  /** The rows may have new events, none with a number up to `after`. */
  added: (after: number) => void
  /** The Page changes its keeper: a read in progress is discarded. */
  restart: () => void
  /** Voids the claim of the conversation, and drops its data in memory. */
  lose: (entry: LiveConversation) => void
}

const MOST_IN_MEMORY = 1024

export const createInboxQueue = (deps: {
  rows: InboxRows
  pages: Pick<KeptPages, 'tenureOf'>
  live: LiveConversations
  wake: () => void
}): InboxQueue => {
  const { rows, pages, live, wake } = deps
  const ready = new Set<LiveConversation>()
  const held = new Map<ClaimId, { unfinished: Set<number>; entry: LiveConversation }>()
  let inMemory = 0

  const push = (entry: LiveConversation, event: StoredEvent): void => {
    const later = entry.events.findIndex(({ seq }) => seq > event.seq)
    if (later === -1) entry.events.push(event)
    else entry.events.splice(later, 0, event)
    inMemory += 1
    if (entry.inboxClaim === null) ready.add(entry)
  }

  const isKnown = (entry: LiveConversation | undefined, seq: number): boolean =>
    entry !== undefined &&
    (entry.events.some((event) => event.seq === seq) ||
      (entry.inboxClaim !== null && held.get(entry.inboxClaim)?.unfinished.has(seq) === true))

  const takeOver = (row: InboxRow): void => {
    const tenure = pages.tenureOf(row.page)
    if (tenure === null) return
    const known = live.get(row.conversation)
    if (known?.events.some(({ seq }) => seq === row.seq)) return
    if (known !== undefined && known.inboxClaim !== null) {
      if (held.get(known.inboxClaim)?.unfinished.has(row.seq) !== true) known.eventsInRows = true
      return
    }
    const entry = live.enter(conversationOf(row.page, row), tenure)
    push(entry, { seq: row.seq, acceptedMs: row.acceptedMs, body: row.body })
  }

  const rounds = createInboxRounds({
    rows,
    // Their release begins a new round.
    except: () =>
      [...held.values()].filter(({ entry }) => entry.eventsInRows).map(({ entry }) => entry.conversation.id),
    takeOver,
  })

  const take = (limit: number): InboxClaim[] => {
    const claims: InboxClaim[] = []
    for (const entry of ready) {
      if (claims.length === limit) break
      ready.delete(entry)
      const claim: InboxClaim = {
        id: live.nextClaim(),
        conversation: { ...entry.conversation },
        events: entry.events,
      }
      inMemory -= entry.events.length
      entry.events = []
      entry.inboxClaim = claim.id
      held.set(claim.id, { unfinished: new Set(claim.events.map(({ seq }) => seq)), entry })
      claims.push(claim)
    }
    return claims
  }

  const dropUnclaimed = (entry: LiveConversation): void => {
    inMemory -= entry.events.length
    entry.events = []
    ready.delete(entry)
  }

  return {
    add: (conversation, event, before) => {
      const tenure = pages.tenureOf(conversation.pageId)
      // The event stays in the rows, for the process that keeps the Page.
      if (tenure === null) return
      const entry = live.get(conversation.id)
      // Another process has accepted an event before it.
      if (!rounds.isBehind() && before !== null && !isKnown(entry, before)) rounds.start()
      if (!rounds.isBehind() && inMemory < MOST_IN_MEMORY && entry?.eventsInRows !== true) {
        push(live.enter(conversation, tenure), event)
      } else {
        if (!rounds.isBehind() && entry?.eventsInRows !== true) rounds.start()
        if (entry !== undefined) live.enter(conversation, tenure)
      }
      wake()
    },

    claim: async (limit) => {
      while (ready.size === 0 && rounds.isBehind()) await rounds.readOn()
      return take(limit)
    },

    entryOf: ({ id }) => held.get(id)?.entry ?? null,

    finished: (claim, event) => {
      held.get(claim.id)?.unfinished.delete(event.seq)
    },

    release: (claim) => {
      const holder = held.get(claim.id)
      if (holder === undefined) return
      const { entry, unfinished } = holder
      held.delete(claim.id)
      entry.inboxClaim = null
      if (unfinished.size > 0) {
        // Unfinished events are read from the rows again, so later events must not overtake them.
        dropUnclaimed(entry)
        entry.eventsInRows = true
      }
      if (entry.eventsInRows) {
        entry.eventsInRows = false
        rounds.start()
      }
      if (entry.events.length > 0) ready.add(entry)
      else live.leave(entry)
      if (rounds.isBehind() || ready.size > 0) wake()
    },

    drop: (entry) => {
      dropUnclaimed(entry)
      live.leave(entry)
    },

    added: (after) => {
      rounds.added(after)
      wake()
    },

    restart: () => {
      rounds.start()
      wake()
    },

    lose: (entry) => {
      dropUnclaimed(entry)
      if (entry.inboxClaim !== null) held.delete(entry.inboxClaim)
    },
  }
}
