import type { DeadReason } from '../messages.ts'
import type { DeadLetters, DeadLetter, GraphFacts } from './dead-letters.ts'
import type { FormAnswerList, NewAnswers } from './form-answers.ts'
import type { OpenQuestions, OpenQuestion } from './open-questions.ts'
import type { Records } from './records.ts'
import type { Count, Counted } from '../base/counts.ts'
import type { Notes } from '../base/shared-note.ts'
import type { Span } from '../base/spans.ts'

/**
 * Holds inbox, outbox and conversations. Every method is an operation on data: atomic, with a stated durability, within one conversation,
 * and without callbacks. A returned value is a copy that the store never changes. No SQL and no transaction leaves an implementation.
 * Each implementation has to pass `test/store/contract.ts`.
 */
export interface Store
  extends
    StoreLifecycle,
    StoreNotices,
    InboxOperations,
    OutboxOperations,
    VisitorOperations,
    NoteOperations,
    HistoryOperations,
    QueueFigures {
  deadLetters: DeadLetters
  /** Visitors' answers to the questions of forms. */
  formAnswers: FormAnswerList
  openQuestions: OpenQuestions
  statistics: Statistics
  records: Records
}

export interface StoreLifecycle {
  /**
   * Checks that a write would be durable now.
   *
   * @throws BotError `BOT_STORE_UNAVAILABLE`
   */
  probe: () => Promise<void>
  /** Waits for operations under way, then closes. Idempotent. */
  close: () => Promise<void>
}

/** Notices of the store. Each method returns the function that ends the notices; a listener's result is ignored. */
export interface StoreNotices {
  /** There may be new work to claim. */
  onWork: (listener: (queue: Queue) => void) => () => void
  /**
   * These claims are void: nothing may be sent or stored for them any more, because the visitor was forgotten or another process keeps
   * the Page. They must be released as usual.
   */
  onRevoked: (listener: (claims: readonly ClaimId[]) => void) => () => void
  /** Visitors were forgotten, here or by another process: the listener drops all cached data of visitors. */
  onForgotten: (listener: () => void) => () => void
}

export interface InboxOperations {
  /**
   * Stores the events not seen before. Resolves when all of them would survive a power cut.
   *
   * @throws BotError `BOT_STORE_UNAVAILABLE` when they could not be stored (disk full, read-only): none of them then counts as accepted,
   * and the same call may succeed later
   */
  accept: (events: readonly NewEvent[]) => Promise<Accepted>
  /**
   * Claims conversations that have unhandled events and no claim. The holder finishes each event in order,
   * then releases the claim.
   */
  claimInbox: (limit: number) => Promise<InboxClaim[]>
  /**
   * In one transaction: the event is done, its replies are in the outbox, the conversation's state is stored.
   *
   * @returns the replies, claimed as by {@link OutboxOperations.claimOutbox}, when `outcome.claimReplies` asked for it and no other reply
   * of this conversation waits; null otherwise
   * @throws BotError `BOT_STORE_REFUSED` when the database never takes this outcome; the event is then unfinished
   */
  finishEvent: (claim: InboxClaim, event: StoredEvent, outcome: EventOutcome) => Promise<OutboxClaim | null>
  /**
   * Puts a reply into the outbox before the event is finished; the event stays unfinished.
   *
   * @returns the reply, claimed as by {@link OutboxOperations.claimOutbox}; null, and nothing is stored, when another reply of this
   * conversation waits or the event is gone
   */
  interject: (claim: InboxClaim, event: StoredEvent, reply: string) => Promise<OutboxClaim | null>
  /** Releases the conversation; unfinished events come first in its next claim. */
  releaseInbox: (claim: InboxClaim) => Promise<void>
}

export interface OutboxOperations {
  /**
   * Claims conversations with waiting replies and no claim, whose Pages are not paused; Pages take turns. Within a Page,
   * visitors who have just written come first, then those whose window closes first. The mark that a reply was claimed is durable
   * before this resolves: after a crash the reply is in doubt.
   */
  claimOutbox: (limit: number, room: OutboxRoom) => Promise<OutboxClaim[]>
  /** Records the outcome of a reply. Resolves when the record is durable; the next reply need not wait for it. */
  finishReply: (claim: OutboxClaim, reply: StoredReply, outcome: ReplyOutcome) => Promise<void>
  /**
   * Releases the conversation. Its unfinished replies stay first in line and count as never claimed, unless finished as `in_doubt`.
   * `notBeforeMs` delays the next claim. Takes effect at once, and resolves when it is durable.
   */
  releaseOutbox: (claim: OutboxClaim, notBeforeMs?: number) => Promise<void>
  /** Ends the delay of conversations that were released with one. */
  hurryOutbox: (conversations: readonly number[]) => void
  /** The present end of the conversation's window; a claim has the end at the time when it was made. */
  windowEndsMs: (claim: OutboxClaim) => number | null
  /** The latest kept replies that were sent to this conversation. */
  sentReplies: (conversation: Pick<Conversation, 'pageId' | 'psid'>) => Promise<SentReply[]>
  /** Replies of a paused Page stay in the outbox. Not durable: call it again after a start. */
  pausePage: (pageId: string, paused: boolean) => void
}

export interface VisitorOperations {
  /** The PSIDs of a Page's visitors, at most `limit`, the latest first. */
  recentVisitors: (query: { pageId: string; limit: number }) => Promise<string[]>
  /** Stores Facebook's name of a visitor; the last 100,000 names are kept. Does nothing without a conversation. */
  keepName: (visitor: NamedVisitor) => Promise<void>
  /** Visitors whose name contains these words, in any case and with any accents; the latest names first. */
  findByName: (query: { words: string; limit: number }) => Promise<NamedVisitor[]>
  /** The stored data of one conversation, at most `limit` of each kind; null when there never was one. */
  conversation: (who: { pageId: string; psid: string; limit: number }) => Promise<KeptConversation | null>
  /**
   * Deletes the data of a visitor: id, name, state, answers, received events, and waiting, sent and dead replies. An unreadable mark of
   * each event stays, so that its repetition is a duplicate. Work in progress for the visitor is dropped. The files are rewritten, so
   * that no deleted data can be found in them, which takes about a second for each 200 MB.
   *
   * @returns `conversations`: the number of Pages; `erased`: false where the files could not be rewritten now, which the next call does
   * for any visitor; `late`: it has done so
   */
  forget: (visitor: { psid: string; pageId?: string | undefined }) => Promise<Forgotten>
}

export interface NoteOperations extends Notes {
  /** Stores a small text under a name, over restarts, such as ids of uploads or how far webhooks have come. */
  remember: (name: string, text: string) => Promise<void>
}

export interface HistoryOperations {
  /**
   * Deletes one bounded step of history from before `beforeMs`; `more` is false when all of it has been checked. Events, replies and
   * conversations are no history.
   */
  prune: (history: History, beforeMs: number) => Promise<PruneStep>
}

export interface QueueFigures {
  counts: () => Promise<QueueCounts>
  /** Rows that wait for a vacuum, by table; empty where the database has none. */
  deadRows: () => Promise<Map<string, number>>
  /** The visitors with waiting replies, of one Page or of all. */
  parked: (pageId?: string) => Promise<Parked>
  /**
   * Conversations that the bot left to a person, the longest first: their state has `handover.sinceMs`, the one key of it that the store
   * reads. The reader decides whether the person still has them.
   */
  leftToPeople: (query: { limit: number }) => Promise<LeftToPerson[]>
}

/** How many conversations of every Page may be claimed. */
export interface OutboxRoom {
  /** For each Page that `except` does not name. */
  each: PageRoom
  except: ReadonlyMap<string, PageRoom>
}

/** How many conversations of one Page may be claimed. */
export interface PageRoom {
  all: number
  /** At most so many whose visitors have not just written. */
  waiting: number
  /** At most so many of these whose replies wait from before: not released, and without a new reply lately. */
  backlog: number
}

export interface Forgotten {
  conversations: number
  erased: boolean
  /** Whether visitors whom an earlier call has forgotten were erased from the files only now. */
  late: boolean
}

export interface NamedVisitor {
  pageId: string
  psid: string
  name: string
}

export type Queue = 'inbox' | 'outbox' | 'answers'

export interface LeftToPerson {
  pageId: string
  psid: string
  /** JSON text. */
  state: string
  windowEndsMs: number | null
}

export interface Parked {
  /** Conversations with waiting replies. */
  visitors: number
  /** End of the first of their windows that is still open, ms since the epoch; null for none. */
  firstWindowEndsMs: number | null
}

/** An event from the webhook. */
export interface NewEvent {
  /** Equal for every delivery of the same event. */
  key: string
  /** Other keys of the same event, which may come by another way. */
  aliases?: readonly string[]
  kind: string
  pageId: string
  /** Null for an event about the Page itself; such events share one conversation per Page. */
  psid: string | null
  /** When it happened, ms since the epoch. */
  timestampMs: number
  /** Whether it opens the standard messaging window (24 h from `timestampMs`). */
  opensWindow: boolean
  /** Whether it only reports the fate of a message of the Page. It is not kept for an unknown visitor, such as one who was forgotten. */
  isReceipt?: boolean
  /** JSON text, opaque to the store. */
  body: string
  /** The parsed form of `body`, which saves its claimant parsing. Never stored. */
  content?: object
}

export interface Accepted {
  stored: number
  /** Events known before, or not to be kept: see {@link NewEvent.isReceipt}. */
  duplicates: number
}

/** Unique among all claims of this store. */
export type ClaimId = number

/** A conversation at the time when it was claimed. */
export interface Conversation {
  id: number
  pageId: string
  psid: string | null
  /** State of the handlers as JSON text; null before the first. */
  state: string | null
  /** End of the standard messaging window by Facebook's clock, ms since the epoch, up to a minute early; null when it was never open. */
  windowEndsMs: number | null
}

export interface InboxClaim {
  id: ClaimId
  conversation: Readonly<Conversation>
  events: StoredEvent[]
}

export interface StoredEvent {
  /** Rises with the order of acceptance. */
  seq: number
  /** When the webhook accepted it, ms since the epoch. */
  acceptedMs: number
  body: string
  /** The parsed form of `body`, when this process accepted the event lately. */
  content?: object
}

export interface EventOutcome {
  /** JSON texts of {@link ../messages.ts Reply}, opaque to the store, in the order they are to be sent. */
  replies: readonly string[]
  /** JSON text; absent leaves the conversation's state as it is. */
  state?: string | null
  /** Replies of this conversation that an echo has confirmed. */
  confirmed?: readonly { replyId: string; messageId: string | null }[]
  /** Form answers to store. */
  answers?: readonly NewAnswers[]
  /** The visitor's words, without a sure reply of the script. */
  question?: OpenQuestion
  /** What the event counts as. */
  counts?: readonly Count[]
  /** Mid of a message that the visitor has deleted: open questions from it are deleted. */
  takenBack?: string
  /** Whether the caller would send the replies at once. */
  claimReplies?: boolean
}

export interface OutboxClaim {
  id: ClaimId
  conversation: Readonly<Conversation>
  replies: StoredReply[]
  /**
   * Whether replies may be sent now. Call it when a request is written to Facebook: another process may have taken the Page, and a
   * process that was frozen hears of it too late.
   */
  maySend: () => boolean
  /** When this process took the Page, by `clock.elapsed()`: replies in doubt are presumed to have been tried before. */
  takenMs: number
}

export interface StoredReply {
  /** Unique over all time and all databases; sent to Facebook as `metadata`. */
  id: string
  seq: number
  body: string
  /** When the webhook accepted the event this reply answers, ms since the epoch. */
  acceptedMs: number
  /** When the reply was first claimed, ms since the epoch, if Facebook may have it; null otherwise. */
  doubtSinceMs: number | null
}

/** Waiting entries come oldest first, finished ones newest first. */
export interface KeptConversation {
  windowEndsMs: number | null
  /** Events not handled yet. */
  events: StoredEvent[]
  /** Replies not sent yet. */
  replies: StoredReply[]
  /** The texts of sent replies are not kept. `by`: the name of the person who wrote the reply; null for the bot. */
  sent: (SentReply & { sentMs: number; by: string | null })[]
  dead: Pick<DeadLetter, 'id' | 'acceptedMs' | 'diedMs' | 'reason' | 'error' | 'body'>[]
}

export interface SentReply {
  replyId: string
  /** Null when Facebook did not say it. */
  messageId: string | null
}

export type ReplyOutcome =
  /** `waited`: whether it waited for a token. */
  | { status: 'sent'; messageId: string | null; waited?: boolean }
  /** `instead`: body of the reply that takes its place and its id. */
  | { status: 'dead'; reason: DeadReason; error?: GraphFacts; instead?: string }
  /** Facebook may have accepted it without an answer. */
  | { status: 'in_doubt' }

/** Kinds of history: keys of seen events, sent replies, dead letters, open questions, sums by the hour and by the day. */
export type History = 'seen' | 'sent' | 'dead' | 'questions' | 'hours' | 'days'

export interface PruneStep {
  dropped: number
  more: boolean
}

export interface QueueCounts {
  inbox: number
  /** Waiting replies, by Page. */
  outbox: Map<string, number>
  dead: number
  /** When the webhook accepted the oldest waiting entry, ms since the epoch; null, or no entry, where none waits. */
  oldest: { inboxMs: number | null; outboxMs: Map<string, number> }
}

/**
 * Sums by hour, day and month, in UTC. They name no visitor, so they stay when a visitor is forgotten. The store itself counts
 * `visitors`, `replies` and `waited`; `finishEvent` brings the others. A process that is killed loses the counts of its last seconds.
 */
export interface Statistics {
  read: (query: {
    span: Span
    /** Earlier spans are left out, ms since the epoch. */
    fromMs: number
    pageId?: string | undefined
    /** At most so many names for each kind of count. */
    most: number
  }) => Promise<StatisticsFound>
}

export interface StatisticsFound {
  /** Counts without a name, by span; a span without counts has no entry. */
  sums: { startMs: number; what: Counted; count: number }[]
  /** Counts with a name, over the whole time, the most frequent first. */
  names: { what: Counted; name: string; count: number }[]
}
