import type { Conversation, StoredEvent } from '../store.ts'
import { createCounts } from './multiset.ts'

/**
 * A conversation somebody works on, or will at once. There is one object for each, shared by all claims, so that a new
 * event's window end and a handler's new state are seen by whoever holds it.
 */
export interface LiveConversation {
  conversation: Conversation
  name: string
  /** Events in memory that nobody holds yet, in order. */
  events: StoredEvent[]
  /** The last event that is, or was, in `events` or handed out. */
  lastSeq: number
  inboxHeld: boolean
  /** The file has events of it that are neither in `events` nor handed out. */
  eventsInFile: boolean
  outboxHeld: boolean
  /** Its replies are not handed out before this time, ms since the epoch; 0 for no delay. */
  notBeforeMs: number
}

export interface LiveConversations {
  get: (id: number) => LiveConversation | undefined
  /** Whether one of that name is live. */
  has: (name: string) => boolean
  /** The live conversation of that id, made live when it was not; a later window end is taken over. */
  enter: (conversation: Conversation) => LiveConversation
  /** Forgets it unless something still needs it. */
  leave: (live: LiveConversation) => void
  all: () => LiveConversation[]
}

/** What a conversation is called before its id is known. */
export const nameOf = ({ pageId, psid }: Pick<Conversation, 'pageId' | 'psid'>): string =>
  `${pageId}:${psid ?? ''}`

export const createLiveConversations = (): LiveConversations => {
  const byId = new Map<number, LiveConversation>()
  // Of a visitor who was forgotten and came again there may be two.
  const names = createCounts()
  return {
    get: (id) => byId.get(id),
    has: names.has,
    enter: (conversation) => {
      const known = byId.get(conversation.id)
      if (known !== undefined) {
        const { windowEndsMs } = conversation
        if (windowEndsMs !== null && windowEndsMs > (known.conversation.windowEndsMs ?? 0)) {
          known.conversation.windowEndsMs = windowEndsMs
        }
        return known
      }
      const live: LiveConversation = {
        conversation,
        name: nameOf(conversation),
        events: [],
        lastSeq: 0,
        inboxHeld: false,
        eventsInFile: false,
        outboxHeld: false,
        notBeforeMs: 0,
      }
      byId.set(conversation.id, live)
      names.add(live.name)
      return live
    },
    leave: (live) => {
      if (!live.inboxHeld && !live.outboxHeld && live.events.length === 0 && live.notBeforeMs === 0) {
        if (byId.delete(live.conversation.id)) names.drop(live.name)
      }
    },
    all: () => [...byId.values()],
  }
}
