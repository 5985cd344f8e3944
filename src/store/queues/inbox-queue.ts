import type { ClaimId, Conversation, InboxClaim, StoredEvent } from '../store.ts'
import type { LiveConversation, LiveConversations } from './live-conversations.ts'
import type { InboxRow, InboxRows } from './rows.ts'

/**
 * The events being worked on, in memory, in front of those waiting in the rows.
 *
 * While `behind`, the rows have events that are not in memory; new ones then stay there too, so that none overtakes
 * an earlier one of its conversation, and the rows are read in rounds from the first event to the last. What a round finds
 * of a held conversation stays there; when that one is released, a new round begins, for the same reason.
 */
export interface InboxQueue {
  add: (conversation: Readonly<Conversation>, event: StoredEvent) => void
  claim: (limit: number) => Promise<InboxClaim[]>
  /** One event of the claim was handled. */
  finished: (claim: InboxClaim) => void
  release: (claim: InboxClaim) => void
  /** The conversation was forgotten: its events that are not claimed yet are not handed out. */
  drop: (entry: LiveConversation) => void
}

const MOST_IN_MEMORY = 1024
const READ_AT_ONCE = 64

export const createInboxQueue = (deps: {
  rows: InboxRows
  live: LiveConversations
  wake: () => void
}): InboxQueue => {
  const { rows: inboxRows, live, wake } = deps
  const ready = new Set<LiveConversation>()
  const held = new Map<ClaimId, { unfinished: number; entry: LiveConversation }>()
  let inMemory = 0
  let behind = true
  let cursor = 0
  let round = 0
  let reading: Promise<void> | null = null

  const push = (entry: LiveConversation, event: StoredEvent): void => {
    entry.events.push(event)
    entry.lastSeq = event.seq
    inMemory += 1
    if (entry.inboxClaim === null) ready.add(entry)
  }

  const startRound = (): void => {
    behind = true
    cursor = 0
    round += 1
  }

  const takeOver = (row: InboxRow): void => {
    const known = live.get(row.conversation)
    if (known !== undefined && row.seq <= known.lastSeq) return
    if (known !== undefined && known.inboxClaim !== null) {
      known.eventsInRows = true
      return
    }
    const entry = live.enter({
      id: row.conversation,
      pageId: row.page,
      psid: row.psid === '' ? null : row.psid,
      state: row.state,
      windowEndsMs: row.windowEndsMs,
    })
    push(entry, { seq: row.seq, acceptedMs: row.acceptedMs, body: row.body })
  }

  const read = async (): Promise<void> => {
    const thisRound = round
    const { rows, end } = await inboxRows.load({
      after: cursor,
      limit: READ_AT_ONCE,
      except: [...held.values()]
        .filter(({ entry }) => entry.eventsInRows)
        .map(({ entry }) => entry.conversation.id),
    })
    // A round that began meanwhile reads these again, in their order.
    if (thisRound !== round) return
    for (const row of rows) takeOver(row)
    cursor = rows.at(-1)?.seq ?? cursor
    if (!end) return
    // Events that are not in memory now belong to a claimed conversation, whose release begins a new round.
    behind = false
    cursor = 0
  }

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
      held.set(claim.id, { unfinished: claim.events.length, entry })
      claims.push(claim)
    }
    return claims
  }

  return {
    add: (conversation, event) => {
      const entry = live.get(conversation.id)
      if (!behind && inMemory < MOST_IN_MEMORY && entry?.eventsInRows !== true) {
        push(live.enter(conversation), event)
      } else {
        if (!behind && entry?.eventsInRows !== true) startRound()
        if (entry !== undefined) live.enter(conversation)
      }
      wake()
    },

    claim: async (limit) => {
      while (ready.size === 0 && behind) {
        reading ??= read().finally(() => {
          reading = null
        })
        await reading
      }
      return take(limit)
    },

    finished: (claim) => {
      const holder = held.get(claim.id)
      if (holder !== undefined) holder.unfinished -= 1
    },

    release: (claim) => {
      const holder = held.get(claim.id)
      if (holder === undefined) return
      const { entry, unfinished } = holder
      held.delete(claim.id)
      entry.inboxClaim = null
      if (unfinished > 0) {
        // Unfinished events are read from the rows again, so later events must not overtake them.
        inMemory -= entry.events.length
        entry.events = []
        entry.lastSeq = 0
        entry.eventsInRows = true
      }
      if (entry.eventsInRows) {
        entry.eventsInRows = false
        startRound()
      }
      if (entry.events.length > 0) ready.add(entry)
      else live.leave(entry)
      if (behind || ready.size > 0) wake()
    },

    drop: (entry) => {
      inMemory -= entry.events.length
      entry.events = []
      ready.delete(entry)
      live.leave(entry)
    },
  }
}
