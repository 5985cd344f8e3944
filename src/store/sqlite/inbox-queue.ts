import type { Conversation, InboxClaim, StoredEvent } from '../store.ts'
import type { LiveConversation, LiveConversations } from './live.ts'
import type { InboxRow } from './protocol.ts'
import type { DatabaseThread } from './thread.ts'

/**
 * The events being worked on, in memory, in front of those waiting in the file.
 *
 * While `behind`, the file has events that are not in memory; new ones then stay in the file too, so that none overtakes
 * an earlier one of its conversation, and the file is read in rounds from its first event to its last. What a round finds
 * of a held conversation stays in the file; when that one is released, a new round begins, for the same reason.
 */
export interface InboxQueue {
  add: (conversation: Conversation, event: StoredEvent) => void
  /** Whether every event is one of a live conversation; otherwise the file may have others. */
  isKnown: () => boolean
  claim: (limit: number) => Promise<InboxClaim[]>
  /** One event of the claim was handled. */
  finished: (claim: InboxClaim) => void
  release: (claim: InboxClaim) => void
  /** Its conversation was forgotten: what nobody holds yet is not handed out. */
  drop: (entry: LiveConversation) => void
}

const MOST_IN_MEMORY = 1024
const READ_AT_ONCE = 64

export const createInboxQueue = (deps: {
  thread: DatabaseThread
  live: LiveConversations
  wake: () => void
}): InboxQueue => {
  const { thread, live, wake } = deps
  const ready = new Set<LiveConversation>()
  const held = new Map<number, { claim: InboxClaim; unfinished: number; entry: LiveConversation }>()
  let inMemory = 0
  let behind = true
  let cursor = 0
  let round = 0
  let reading: Promise<void> | null = null

  const push = (entry: LiveConversation, event: StoredEvent): void => {
    entry.events.push(event)
    entry.lastSeq = event.seq
    inMemory += 1
    if (!entry.inboxHeld) ready.add(entry)
  }

  const startRound = (): void => {
    behind = true
    cursor = 0
    round += 1
  }

  const takeOver = (row: InboxRow): void => {
    const known = live.get(row.conversation)
    if (known !== undefined && row.seq <= known.lastSeq) return
    if (known?.inboxHeld === true) {
      known.eventsInFile = true
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
    const { rows, end } = await thread.record({
      op: 'load_inbox',
      after: cursor,
      limit: READ_AT_ONCE,
      except: [...held.values()]
        .filter(({ entry }) => entry.eventsInFile)
        .map(({ entry }) => entry.conversation.id),
    })
    // A round that began meanwhile reads these again, in their order.
    if (thisRound !== round) return
    for (const row of rows) takeOver(row)
    cursor = rows.at(-1)?.seq ?? cursor
    if (!end) return
    // Whatever is not in memory now belongs to a held conversation, whose release begins a new round.
    behind = false
    cursor = 0
  }

  const take = (limit: number): InboxClaim[] => {
    const claims: InboxClaim[] = []
    for (const entry of ready) {
      if (claims.length === limit) break
      ready.delete(entry)
      const claim: InboxClaim = { conversation: entry.conversation, events: entry.events }
      inMemory -= entry.events.length
      entry.events = []
      entry.inboxHeld = true
      held.set(entry.conversation.id, { claim, unfinished: claim.events.length, entry })
      claims.push(claim)
    }
    return claims
  }

  return {
    add: (conversation, event) => {
      const entry = live.get(conversation.id)
      if (!behind && inMemory < MOST_IN_MEMORY && entry?.eventsInFile !== true) {
        push(live.enter(conversation), event)
      } else {
        if (!behind && entry?.eventsInFile !== true) startRound()
        if (entry !== undefined) live.enter(conversation)
      }
      wake()
    },

    isKnown: () => !behind,

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
      const holder = held.get(claim.conversation.id)
      if (holder?.claim === claim) holder.unfinished -= 1
    },

    release: (claim) => {
      const { id } = claim.conversation
      const holder = held.get(id)
      if (holder?.claim !== claim) return
      const { entry, unfinished } = holder
      held.delete(id)
      entry.inboxHeld = false
      if (unfinished > 0) {
        // They come back from the file, and whatever came after them must not overtake.
        inMemory -= entry.events.length
        entry.events = []
        entry.lastSeq = 0
        entry.eventsInFile = true
      }
      if (entry.eventsInFile) {
        entry.eventsInFile = false
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
