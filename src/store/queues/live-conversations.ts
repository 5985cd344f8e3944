import type { ClaimId, Conversation, StoredEvent } from '../store.ts'
import type { Tenure } from './kept-pages.ts'

/** A conversation in work: one object for the inbox and the outbox, which stays inside the store. Claims get copies. */
export interface LiveConversation {
  conversation: Conversation
  tenure: Tenure
  /** Unclaimed events in memory, in order. */
  events: StoredEvent[]
  /** The claims of the conversation; null for none. */
  inboxClaim: ClaimId | null
  outboxClaim: ClaimId | null
  /** Whether the rows have events of it that are neither in `events` nor claimed. */
  eventsInRows: boolean
  /** Its replies are not claimed before this time, ms since the epoch; 0 for no delay. */
  notBeforeMs: number
  /** Set when the visitor was forgotten: open claims then store nothing. */
  forgotten: boolean
}

export interface LiveConversations {
  get: (id: number) => LiveConversation | undefined
  /** The live conversation with that id, created when needed; takes over a later window end. Its Page is kept. */
  enter: (conversation: Readonly<Conversation>, tenure: Tenure) => LiveConversation
  /**
   * Removes it unless it is still needed. At the end of the turn only: rows read in the transaction that stored its last state show the
   * state before, and arrive within this turn of the event loop.
   */
  leave: (live: LiveConversation) => void
  /** Removes it at once, even if a caller needs it. */
  drop: (live: LiveConversation) => void
  all: () => LiveConversation[]
  nextClaim: () => ClaimId
}

export const createLiveConversations = (): LiveConversations => {
  const byId = new Map<number, LiveConversation>()
  /** Conversations to remove at the end of this turn. */
  const leaving = new Set<LiveConversation>()
  let claims = 0

  const isNeeded = ({ inboxClaim, outboxClaim, events, notBeforeMs }: LiveConversation): boolean =>
    inboxClaim !== null || outboxClaim !== null || events.length > 0 || notBeforeMs > 0

  const sweep = (): void => {
    for (const live of leaving) if (!isNeeded(live)) byId.delete(live.conversation.id)
    leaving.clear()
  }

  return {
    get: (id) => byId.get(id),
    enter: (conversation, tenure) => {
      const known = byId.get(conversation.id)
      if (known !== undefined) {
        const { windowEndsMs } = conversation
        if (windowEndsMs !== null && windowEndsMs > (known.conversation.windowEndsMs ?? 0)) {
          known.conversation.windowEndsMs = windowEndsMs
        }
        return known
      }
      const live: LiveConversation = {
        conversation: { ...conversation },
        tenure,
        events: [],
        inboxClaim: null,
        outboxClaim: null,
        eventsInRows: false,
        notBeforeMs: 0,
        forgotten: false,
      }
      byId.set(conversation.id, live)
      return live
    },
    leave: (live) => {
      if (isNeeded(live)) return
      if (leaving.size === 0) setImmediate(sweep)
      leaving.add(live)
    },
    drop: (live) => {
      byId.delete(live.conversation.id)
      leaving.delete(live)
    },
    all: () => [...byId.values()],
    nextClaim: () => (claims += 1),
  }
}

/** The claims of a conversation. */
export const claimsOf = ({ inboxClaim, outboxClaim }: LiveConversation): ClaimId[] =>
  [inboxClaim, outboxClaim].filter((claim) => claim !== null)
