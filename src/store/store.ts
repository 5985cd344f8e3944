/**
 * Where inbox, outbox and conversations live. Every method is atomic by itself and says what it makes durable; no SQL
 * and no transaction leaks out of an adapter. `test/store/contract.ts` is passed by every adapter.
 */
export interface Store {
  /**
   * Keeps the events not seen before. Resolves once all of them would survive a power cut.
   *
   * @throws BotError `BOT_STORE_UNAVAILABLE` when they could not be stored (disk full, read-only): none of them then
   *   counts as accepted, and the same call may succeed later
   */
  accept: (events: readonly NewEvent[]) => Promise<Accepted>

  /**
   * Hands out conversations that have unhandled events and that nobody holds, oldest event first. The holder handles
   * the events in order, finishes each, then releases the claim. A claim ends with its lease.
   */
  claimInbox: (limit: number) => Promise<InboxClaim[]>
  /** In one transaction: marks the event handled, appends its replies to the outbox, keeps the conversation's state. */
  finishEvent: (claim: InboxClaim, event: StoredEvent, outcome: EventOutcome) => Promise<void>
  releaseInbox: (claim: InboxClaim) => Promise<void>

  /**
   * Hands out conversations of Pages that are not held back, which have replies due and which nobody holds. Each reply
   * handed out counts as attempted from here on, and that is durable before it is handed out.
   */
  claimOutbox: (limit: number) => Promise<OutboxClaim[]>
  /** Records what became of a reply. */
  finishReply: (claim: OutboxClaim, reply: StoredReply, outcome: ReplyOutcome) => Promise<void>
  /** Gives the conversation back; `notBeforeMs` keeps it from being handed out again before then. */
  releaseOutbox: (claim: OutboxClaim, notBeforeMs?: number) => Promise<void>
  /** While a Page is held, `claimOutbox` leaves its replies alone. Not durable: who holds it says so again after a start. */
  holdPage: (pageId: string, held: boolean) => void

  /** Calls `listener` whenever there may be something new to claim; returns the function that stops it. */
  onWork: (listener: (queue: 'inbox' | 'outbox') => void) => () => void

  counts: () => Promise<QueueCounts>
  /** Proves that a write would be durable now. @throws BotError `BOT_STORE_UNAVAILABLE` */
  probe: () => Promise<void>
  /** Waits for what was begun, then closes. Idempotent. */
  close: () => Promise<void>
}

/** An event as the webhook hands it over. */
export interface NewEvent {
  /** Equal for every delivery of the same event. */
  key: string
  kind: string
  pageId: string
  /** Null for an event about the Page itself; such events share one conversation per Page. */
  psid: string | null
  timestampMs: number
  /** Whether it opens the standard messaging window (24 h). */
  opensWindow: boolean
  /** JSON text, opaque to the store. */
  body: string
}

export interface Accepted {
  stored: number
  duplicates: number
}

export interface Conversation {
  id: number
  pageId: string
  psid: string | null
  /** JSON text of what the handlers remember; null before they remembered anything. */
  state: string | null
  /** End of the standard messaging window, ms since the epoch; null before any event that opens it. */
  windowEndsMs: number | null
}

export interface InboxClaim {
  conversation: Conversation
  events: StoredEvent[]
  /** Grows with every claim of the conversation: a late finish by a former holder is refused. */
  fence: number
}

export interface StoredEvent {
  seq: number
  key: string
  kind: string
  /** When the webhook accepted it, ms since the epoch. */
  acceptedMs: number
  /** How often it was handed out before; above 0 after a crash while it was being handled. */
  attempts: number
  body: string
}

export interface EventOutcome {
  replies: NewReply[]
  /** JSON text; undefined leaves the conversation's state as it is. */
  state?: string | null
}

export interface NewReply {
  /** JSON text of a {@link ../messages.ts Reply}, opaque to the store. */
  body: string
}

export interface OutboxClaim {
  conversation: Conversation
  replies: StoredReply[]
  fence: number
}

export interface StoredReply {
  /** Unique over all time and all databases: travels as `metadata`. */
  id: string
  body: string
  createdMs: number
  /** When the webhook accepted the event this reply answers. */
  acceptedMs: number
  /** How often it was handed out before this time. */
  attempts: number
}

export type ReplyOutcome =
  | { status: 'sent'; messageId: string | null }
  | { status: 'dead'; reason: DeadReason; error?: GraphFacts }
  /** Not sent; stays first in its conversation. `inDoubt` when Facebook may have accepted it. */
  | { status: 'waiting'; inDoubt: boolean; error?: GraphFacts }

export type DeadReason = 'outside_window' | 'unreachable' | 'bad_request'

/** What Graph said, without anything secret. */
export interface GraphFacts {
  verdict: string
  code: number | null
  subcode: number | null
  fbtraceId: string | null
  message: string
}

export interface QueueCounts {
  inbox: number
  /** Replies not yet sent, by Page. */
  outbox: Map<string, number>
  dead: number
}
