import type { Conversation, InboxClaim, StoredEvent } from '../store.ts'
import type { LiveConversation, LiveConversations } from './live.ts'
import type { InboxRow } from './protocol.ts'
import type { DatabaseThread } from './thread.ts'

/**
 * The events being worked on, in memory, in front of those waiting in the file.
 *
 * While `behind`, the file has events that are not in memory; new ones then stay in the file too, so that none overtakes
 * an earlier one of its conversation, and the file is read in rounds over the conversations. A round that goes from the
 * first conversation to the last in one read ends it.
 */
export interface InboxQueue {
  add: (conversation: Conversation, event: StoredEvent) => void
  claim: (limit: number) => Promise<InboxClaim[]>
  /** One event of the claim was handled. */
  finished: (claim: InboxClaim) => void
  release: (claim: InboxClaim) => void
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
  const held = new Map<number, { claim: InboxClaim; unfinished: number }>()
  let inMemory = 0
  let behind = true
  // Counts what fell behind: a read that began before it cannot have seen it.
  let falls = 0
  let cursor = 0
  let reading: Promise<void> | null = null

  const push = (entry: LiveConversation, event: StoredEvent): void => {
    entry.events.push(event)
    inMemory += 1
    if (!entry.inboxHeld) ready.add(entry)
  }

  const takeOver = (row: InboxRow): LiveConversation => {
    const entry = live.enter({
      id: row.conversation,
      pageId: row.page,
      psid: row.psid === '' ? null : row.psid,
      state: row.state,
      windowEndsMs: row.windowEndsMs,
    })
    push(entry, { seq: row.seq, acceptedMs: row.acceptedMs, body: row.body })
    return entry
  }

  const read = async (): Promise<void> => {
    const after = cursor
    const fallsBefore = falls
    const { rows, end } = await thread.record({
      op: 'load_inbox',
      after,
      limit: READ_AT_ONCE,
      except: [...held.keys()],
    })
    let last: LiveConversation | undefined
    for (const row of rows) last = takeOver(row)
    if (end) {
      cursor = 0
      if (after === 0 && falls === fallsBefore) behind = false
    } else if (last !== undefined) {
      cursor = last.conversation.id
      last.eventsInFile = true
    }
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
      held.set(entry.conversation.id, { claim, unfinished: claim.events.length })
      claims.push(claim)
    }
    return claims
  }

  return {
    add: (conversation, event) => {
      if (!behind && inMemory < MOST_IN_MEMORY) {
        const entry = live.enter(conversation)
        if (!entry.eventsInFile) push(entry, event)
      } else {
        behind = true
        falls += 1
        const entry = live.get(conversation.id)
        if (entry !== undefined) {
          live.enter(conversation)
          entry.eventsInFile = true
        }
      }
      wake()
    },

    claim: async (limit) => {
      // A round may pass through a stretch of held conversations and find nothing for us yet.
      for (let round = 0; ready.size === 0 && behind && round < 2; round += 1) {
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
      const entry = live.get(id)
      if (holder?.claim !== claim || entry === undefined) return
      held.delete(id)
      entry.inboxHeld = false
      if (holder.unfinished > 0) {
        // They come back from the file, and whatever came after them must not overtake.
        inMemory -= entry.events.length
        entry.events = []
        entry.eventsInFile = true
      }
      if (entry.eventsInFile) {
        entry.eventsInFile = false
        behind = true
        falls += 1
      }
      if (entry.events.length > 0) ready.add(entry)
      else live.leave(entry)
      if (behind || ready.size > 0) wake()
    },
  }
}
