import type { ClaimId, Conversation, StoredEvent } from '../store.ts'
import type { Tenure } from './kept-pages.ts'

/**
 * A conversation that is worked on, or will be at once: one object for the inbox and the outbox of a store, which never
 * leaves it. Claims get copies.
 */
export interface LiveConversation {
  conversation: Conversation
  tenure: Tenure
  /** Events in memory that are not claimed yet, in order. */
  events: StoredEvent[]
  /** The claims it is handed out by; null where it is not. */
  inboxClaim: ClaimId | null
  outboxClaim: ClaimId | null
  /** The rows have events of it that are neither in `events` nor handed out. */
  eventsInRows: boolean
  /** Its replies are not handed out before this time, ms since the epoch; 0 for no delay. */
  notBeforeMs: number
  /** Set when the visitor was forgotten: claims under way then store nothing. */
  forgotten: boolean
}

export interface LiveConversations {
  get: (id: number) => LiveConversation | undefined
  /** The live conversation of that id, made live when it was not; a later window end is taken over. Its Page is kept. */
  enter: (conversation: Readonly<Conversation>, tenure: Tenure) => LiveConversation
  /**
   * Forgets it unless something still needs it. Not at once: what was read of it in the transaction that stored its last
   * state shows the state before, and comes in this turn of the event loop.
   */
  leave: (live: LiveConversation) => void
  /** Forgets it at once, also while a caller needs it. */
  drop: (live: LiveConversation) => void
  all: () => LiveConversation[]
  nextClaim: () => ClaimId
}

export const createLiveConversations = (): LiveConversations => {
  const byId = new Map<number, LiveConversation>()
  /** Those to be forgotten at the end of this turn. */
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
