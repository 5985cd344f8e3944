import type { DeadReason } from '../messages.ts'
import type { DeadLetters, DeadLetter, GraphFacts } from './dead-letters.ts'
import type { FormAnswerList, NewAnswers } from './form-answers.ts'
import type { OpenQuestions, OpenQuestion } from './open-questions.ts'
import type { Records } from './records.ts'
import type { Count, Counted } from '../base/counts.ts'
import type { Notes } from '../base/shared-note.ts'
import type { Span } from '../base/spans.ts'

/**
 * Where inbox, outbox and conversations live. Every method is an operation on data: atomic by itself, says what it makes
 * durable, spans no two conversations, and asks nothing of its caller. The returned value is a copy that the store
 * never changes. No SQL and no transaction leaks out of an implementation. Each has to pass `test/store/contract.ts`.
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
  /** Answers of visitors to the questions of forms. */
  formAnswers: FormAnswerList
  openQuestions: OpenQuestions
  statistics: Statistics
  records: Records
}

export interface StoreLifecycle {
  /** Proves that a write would be durable now. @throws BotError `BOT_STORE_UNAVAILABLE` */
  probe: () => Promise<void>
  /** Waits for operations under way, then closes. Idempotent. */
  close: () => Promise<void>
}

/** What the store tells by itself. Each returns the function that ends it; what a listener returns is ignored. */
export interface StoreNotices {
  /** There may be something new to claim. */
  onWork: (listener: (queue: Queue) => void) => () => void
  /**
   * These claims are void: nothing may be said or kept because of them any more, for the visitor was forgotten, or another process
   * keeps the Page. They are released all the same.
   */
  onRevoked: (listener: (claims: readonly ClaimId[]) => void) => () => void
  /** Visitors were forgotten, here or by another process: the listener drops all cached data of visitors. */
  onForgotten: (listener: () => void) => () => void
}

export interface InboxOperations {
  /**
   * Keeps the events not seen before. Resolves once all of them would survive a power cut.
   *
   * @throws BotError `BOT_STORE_UNAVAILABLE` when they could not be stored (disk full, read-only): none of them then
   *   counts as accepted, and the same call may succeed later
   */
  accept: (events: readonly NewEvent[]) => Promise<Accepted>
  /**
   * Hands out conversations that have unhandled events and are not claimed. The holder finishes each event in order,
   * then releases the claim.
   */
  claimInbox: (limit: number) => Promise<InboxClaim[]>
  /**
   * In one transaction: the event is handled, its replies are in the outbox, the conversation's state is kept.
   *
   * @returns the replies, handed out as by {@link OutboxOperations.claimOutbox}, when `outcome.handOut` asked for it and
   *   nothing of this conversation waits before them; null otherwise
   * @throws BotError `BOT_STORE_REFUSED` when the database never takes this outcome; the event is unfinished then
   */
  finishEvent: (claim: InboxClaim, event: StoredEvent, outcome: EventOutcome) => Promise<OutboxClaim | null>
  /**
   * Puts a reply into the outbox before the event is finished, which stays unfinished.
   *
   * @returns the reply, handed out as by {@link OutboxOperations.claimOutbox}; null, and then nothing was stored, when
   *   anything of this conversation waits before it or the event is gone
   */
  interject: (claim: InboxClaim, event: StoredEvent, reply: string) => Promise<OutboxClaim | null>
  /** Releases the conversation; unfinished events come first in its next claim. */
  releaseInbox: (claim: InboxClaim) => Promise<void>
}

export interface OutboxOperations {
  /**
   * Hands out conversations of Pages that are not paused, which have replies waiting and are not claimed, the Pages
   * taking turns. Of a Page, visitors who have just written come first, then those whose window closes first. That a reply
   * was handed out is durable before this resolves: after a crash it is in doubt.
   */
  claimOutbox: (limit: number, room: OutboxRoom) => Promise<OutboxClaim[]>
  /** Records the outcome of a reply. Resolves when that is durable; the next reply need not wait for it. */
  finishReply: (claim: OutboxClaim, reply: StoredReply, outcome: ReplyOutcome) => Promise<void>
  /**
   * Gives the conversation back, what is unfinished staying first in line and counting as never handed out, unless it
   * was finished as `in_doubt`. `notBeforeMs` keeps it from being handed out again before then. Resolves when that is
   * durable; it is in force at once.
   */
  releaseOutbox: (claim: OutboxClaim, notBeforeMs?: number) => Promise<void>
  /** Ends the delay of conversations that were given back with one. */
  hurryOutbox: (conversations: readonly number[]) => void
  /** The end of the conversation's window as of now, which a claim tells as of when it was made. */
  windowEndsMs: (claim: OutboxClaim) => number | null
  /** The latest replies sent to this conversation that are still kept. */
  sentReplies: (conversation: Pick<Conversation, 'pageId' | 'psid'>) => Promise<SentReply[]>
  /** While a Page is paused its replies stay where they are. Not durable: the caller says so again after a start. */
  pausePage: (pageId: string, paused: boolean) => void
}

export interface VisitorOperations {
  /** The PSIDs of a Page's visitors, at most `limit`; those who wrote last come first. */
  recentVisitors: (query: { pageId: string; limit: number }) => Promise<string[]>
  /** Keeps how Facebook calls a visitor, of the last 100,000 that were told; without a conversation, nothing. */
  keepName: (visitor: NamedVisitor) => Promise<void>
  /** Visitors whose name has these words in it, in any case and with any accents; those told last come first. */
  findByName: (query: { words: string; limit: number }) => Promise<NamedVisitor[]>
  /** All that is kept of one conversation, at most `limit` of each kind; null when there never was one. */
  conversation: (who: { pageId: string; psid: string; limit: number }) => Promise<KeptConversation | null>
  /**
   * Deletes what is kept of a visitor: the id, name, state, answers, and what was received, waits, was sent or died. That an
   * event was seen stays known, by an unreadable mark. What is being made for them comes to nothing. The files are
   * rewritten, so that nothing of it can be found in them either; that takes a second for each 200 MB or so.
   *
   * @returns `conversations`: with how many Pages; `erased`: false where the files could not be rewritten now, which the
   *   next call does, whomever it names
   */
  forget: (visitor: { psid: string; pageId?: string | undefined }) => Promise<Forgotten>
}

export interface NoteOperations extends Notes {
  /** Keeps a small text under a name, over restarts: ids of uploads, how far webhooks reach, and the like. */
  remember: (name: string, text: string) => Promise<void>
}

export interface HistoryOperations {
  /**
   * Takes one bounded step of forgetting history from before `beforeMs`; `more` is false when the whole of it has been
   * gone through. What must not be forgotten (events, replies, conversations) is no history.
   */
  prune: (history: History, beforeMs: number) => Promise<PruneStep>
}

export interface QueueFigures {
  counts: () => Promise<QueueCounts>
  /** Rows that wait for a vacuum, by table; empty where the database has none. */
  deadRows: () => Promise<Map<string, number>>
  /** The visitors whose replies wait, of one Page or of all. */
  parked: (pageId?: string) => Promise<Parked>
  /**
   * Conversations that the bot leaves to a person, those who wait longest first: their state has `handover.sinceMs`, the one key
   * of it that the store reads. Whether they are left to one still is for the reader to say.
   */
  leftToPeople: (query: { limit: number }) => Promise<LeftToPerson[]>
}

/** How many conversations of every Page may be handed out. */
export interface OutboxRoom {
  /** Of each Page that `except` does not name. */
  each: PageRoom
  except: ReadonlyMap<string, PageRoom>
}

/** How many conversations of one Page may be handed out. */
export interface PageRoom {
  all: number
  /** Of them, those whose visitors have not just written. */
  waiting: number
  /** Of these, those that wait from before: not given back, and nothing was added lately. */
  backlog: number
}

export interface Forgotten {
  conversations: number
  erased: boolean
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
  /** Conversations that have replies waiting. */
  visitors: number
  /** When the first of their windows closes that is still open, ms since the epoch; null when none is. */
  firstWindowEndsMs: number | null
}

/** An event as the webhook hands it over. */
export interface NewEvent {
  /** Equal for every delivery of the same event. */
  key: string
  /** Keys under which the same event may have come, or may come yet, by another way. */
  aliases?: readonly string[]
  kind: string
  pageId: string
  /** Null for an event about the Page itself; such events share one conversation per Page. */
  psid: string | null
  /** When it happened, ms since the epoch. */
  timestampMs: number
  /** Whether it opens the standard messaging window (24 h from `timestampMs`). */
  opensWindow: boolean
  /** It tells what became of a message of the Page: not kept where the visitor is not known, as after being forgotten. */
  isReceipt?: boolean
  /** JSON text, opaque to the store. */
  body: string
  /** What `body` was made of, where its claimant may have it without reading that. Never stored. */
  content?: object
}

export interface Accepted {
  stored: number
  /** Known before, or not to be kept: see {@link NewEvent.isReceipt}. */
  duplicates: number
}

/** Names a claim among all that this store ever makes. */
export type ClaimId = number

/** A conversation as it was when it was handed out. */
export interface Conversation {
  id: number
  pageId: string
  psid: string | null
  /** JSON text of what the handlers remember; null before they remembered anything. */
  state: string | null
  /**
   * End of the standard messaging window by Facebook's clock, ms since the epoch, up to a minute early; null before it was
   * ever opened.
   */
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
  /** As it was accepted, if that was in this process and lately; `body` says the same. */
  content?: object
}

export interface EventOutcome {
  /** JSON texts of {@link ../messages.ts Reply}, opaque to the store, in the order they are to be sent. */
  replies: readonly string[]
  /** JSON text; absent leaves the conversation's state as it is. */
  state?: string | null
  /** Replies of this conversation that Facebook told us it has, by an echo. */
  confirmed?: readonly { replyId: string; messageId: string | null }[]
  /** Answers to be kept. */
  answers?: readonly NewAnswers[]
  /** The visitor's words, where the script had no sure reply for them. */
  question?: OpenQuestion
  /** What the event counts as. */
  counts?: readonly Count[]
  /** The mid of a message that the visitor has deleted: open questions made of it are gone. */
  takenBack?: string
  /** Whether the caller would send the replies right now. */
  handOut?: boolean
}

export interface OutboxClaim {
  id: ClaimId
  conversation: Readonly<Conversation>
  replies: StoredReply[]
  /**
   * Whether the replies may be said now. To be asked in the moment in which one is written to Facebook: another process may have
   * taken the Page since, and a process that was frozen does not hear of it in time.
   */
  maySend: () => boolean
  /** Since when this process works on the Page, by `clock.elapsed()`: replies in doubt were last tried before, as far as is known. */
  takenMs: number
}

export interface StoredReply {
  /** Unique over all time and all databases; travels as `metadata`. */
  id: string
  seq: number
  body: string
  /** When the webhook accepted the event this reply answers, ms since the epoch. */
  acceptedMs: number
  /** Set when Facebook may have it already: when it was first handed out, ms since the epoch. */
  doubtSinceMs: number | null
}

/** Waiting entries come oldest first, finished ones newest first. */
export interface KeptConversation {
  windowEndsMs: number | null
  /** Events not handled yet. */
  events: StoredEvent[]
  /** Replies not sent yet. */
  replies: StoredReply[]
  /** What was said in them is not kept. `by`: the name of the person who wrote it; null where the bot did. */
  sent: (SentReply & { sentMs: number; by: string | null })[]
  dead: Pick<DeadLetter, 'id' | 'acceptedMs' | 'diedMs' | 'reason' | 'error' | 'body'>[]
}

export interface SentReply {
  replyId: string
  /** Null when Facebook did not say it. */
  messageId: string | null
}

export type ReplyOutcome =
  /** `waited`: for a token. */
  | { status: 'sent'; messageId: string | null; waited?: boolean }
  /** `instead`: the body of what goes out in its place, under its id. */
  | { status: 'dead'; reason: DeadReason; error?: GraphFacts; instead?: string }
  /** Facebook may have accepted it, and did not say so. */
  | { status: 'in_doubt' }

/** The history: keys of events seen, replies that were sent, dead letters, open questions, sums by the hour and by the day. */
export type History = 'seen' | 'sent' | 'dead' | 'questions' | 'hours' | 'days'

export interface PruneStep {
  dropped: number
  more: boolean
}

export interface QueueCounts {
  inbox: number
  /** Replies not yet sent, by Page. */
  outbox: Map<string, number>
  dead: number
  /** When the webhook accepted what has waited longest, ms since the epoch; null and no entry where nothing waits. */
  oldest: { inboxMs: number | null; outboxMs: Map<string, number> }
}

/**
 * Sums by the hour, day and month, in UTC. They name no visitor, so they stay when one is forgotten. The store itself counts
 * `visitors`, `replies` and `waited`; `finishEvent` is told the others. A process that is killed loses what it counted in its last seconds.
 */
export interface Statistics {
  read: (query: {
    span: Span
    /** Spans that began earlier are left out, ms since the epoch. */
    fromMs: number
    pageId?: string | undefined
    /** Names told of each thing that is counted by name, at most. */
    most: number
  }) => Promise<StatisticsFound>
}

export interface StatisticsFound {
  /** What has no name, by span; a span without any of it has no entry. */
  sums: { startMs: number; what: Counted; count: number }[]
  /** What has a name, over all of the time, the most frequent first. */
  names: { what: Counted; name: string; count: number }[]
}
