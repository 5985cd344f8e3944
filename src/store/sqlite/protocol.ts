import type {
  ConversationRow,
  InboxQuery,
  InboxRow,
  Loaded,
  LoadedReplies,
  OutboxQuery,
  WaitingQuery,
} from '../queues/rows.ts'
import type { Span } from '../../base/spans.ts'
import type {
  Count,
  GraphFacts,
  History,
  KeptAnswers,
  LeftToPerson,
  NewAnswers,
  NewEvent,
  OpenQuestion,
  OpenQuestionGroup,
  Parked,
  PruneStep,
  StatisticsFound,
} from '../store.ts'

/**
 * What the adapter asks of the database thread. All operations of one {@link Batch} are one transaction and share one
 * fsync: this is the group commit.
 */
export type Operation =
  | { op: 'accept'; events: readonly NewEvent[]; nowMs: number }
  | {
      op: 'finish_event'
      conversation: number
      page: string
      seq: number
      acceptedMs: number
      /** The time to put on the replies as handed out; null leaves them waiting. */
      doubtMs: number | null
      replies: readonly string[]
      /** Undefined leaves it as it is. */
      state?: string | null | undefined
      answers: readonly NewAnswers[]
      question: OpenQuestion | null
      counts: readonly Count[]
      /** The message that its visitor has deleted. */
      takenBack: string | null
      confirmed: readonly { seq: number; messageId: string | null }[]
      nowMs: number
    }
  | {
      op: 'interject'
      conversation: number
      page: string
      /** The event's. */
      seq: number
      acceptedMs: number
      reply: string
      doubtMs: number
    }
  | ({ op: 'load_inbox' } & InboxQuery)
  | ({ op: 'load_outbox' } & OutboxQuery)
  | ({ op: 'waiting' } & WaitingQuery)
  | {
      op: 'sent'
      page: string
      conversation: number
      seq: number
      messageId: string | null
      waited: boolean
      nowMs: number
    }
  | {
      op: 'dead'
      page: string
      conversation: number
      seq: number
      reason: string
      error: GraphFacts | null
      /** What takes its place in the outbox. */
      instead: string | null
      nowMs: number
    }
  | { op: 'hand_back'; page: string; conversation: number; seqs: readonly number[] }
  | { op: 'sent_replies'; page: string; psid: string }
  | ConversationQuery
  | { op: 'recent_visitors'; page: string; limit: number }
  | { op: 'counts' }
  | { op: 'parked'; page: string | null; nowMs: number }
  | { op: 'left_to_people'; limit: number }
  | { op: 'probe'; nowMs: number }
  | { op: 'list_dead'; page: string | null; reason: string | null; before: DeadPlace | null; limit: number }
  | { op: 'get_dead'; seq: number }
  | { op: 'retry_dead'; seqs: readonly number[] }
  | { op: 'drop_dead'; seqs: readonly number[] }
  | { op: 'prune'; history: History; beforeMs: number }
  | { op: 'remember'; name: string; text: string }
  | { op: 'recall'; name: string }
  | { op: 'list_answers'; after: number; limit: number }
  | { op: 'due_answers'; nowMs: number; limit: number }
  | { op: 'answers_tried'; id: number; nextMs: number | null }
  | { op: 'drop_answers'; upTo: number }
  | { op: 'list_questions'; page: string | null; limit: number }
  | { op: 'drop_questions'; likeness: string }
  | { op: 'statistics'; span: Span; fromMs: number; page: string | null; most: number }
  | { op: 'forget'; psid: string; page: string | null }
  /** Which of these conversations are not there any more. */
  | { op: 'gone'; conversations: readonly number[] }

export interface Results {
  /** One per event, in order; null for a duplicate. */
  accept: (AcceptedRow | null)[]
  finish_event:
    | { forgotten: true }
    | {
        forgotten: false
        /** The sequence numbers of the replies, in order. */
        seqs: number[]
        /** Whether a reply that was confirmed still waited. */
        settled: boolean
      }
  /** The reply's sequence number; null when the event is gone. */
  interject: number | null
  load_inbox: Loaded<InboxRow>
  load_outbox: LoadedReplies
  waiting: number[]
  sent: null
  dead: null
  hand_back: null
  sent_replies: { seq: number; messageId: string | null }[]
  conversation: KeptRows | null
  recent_visitors: string[]
  counts: {
    inbox: number
    inboxOldestMs: number | null
    outbox: { page: string; count: number; oldestMs: number }[]
    dead: number
  }
  parked: Parked
  left_to_people: LeftToPerson[]
  probe: null
  list_dead: DeadRow[]
  get_dead: DeadRow | null
  /** Those that were there, of the ones asked for. */
  retry_dead: DeadMarkRow[]
  drop_dead: DeadMarkRow[]
  prune: PruneStep
  remember: null
  recall: string | null
  list_answers: KeptAnswers[]
  due_answers: { answers: KeptAnswers[]; nextMs: number | null }
  answers_tried: null
  drop_answers: number
  list_questions: OpenQuestionGroup[]
  drop_questions: number
  statistics: StatisticsFound
  forget: { conversations: number; erased: boolean }
  gone: number[]
}

export interface ConversationQuery {
  op: 'conversation'
  page: string
  psid: string
  /** Of each kind, at most. */
  limit: number
}

/** What waits comes oldest first, what is over newest first. */
export interface KeptRows {
  windowEndsMs: number | null
  inbox: { seq: number; acceptedMs: number; body: string }[]
  outbox: { seq: number; acceptedMs: number; doubtMs: number | null; body: string }[]
  sent: { seq: number; messageId: string | null; sentMs: number }[]
  dead: { seq: number; acceptedMs: number; diedMs: number; reason: string; body: string }[]
}

/** An event that was put into the inbox. */
export type AcceptedRow = ConversationRow & { seq: number }

export interface DeadMarkRow {
  seq: number
  page: string
  windowEndsMs: number | null
}

export interface DeadRow extends DeadMarkRow {
  psid: string
  acceptedMs: number
  diedMs: number
  reason: string
  error: string | null
  body: string
}

/** A dead letter's place in the list, which is in the order of dying. */
export interface DeadPlace {
  diedMs: number
  seq: number
}

export interface Batch {
  id: number
  operations: Operation[]
}

/**
 * `results`: all of it is durable. `each`: the batch could not be kept as one, so its operations were tried one by one.
 * `error`: nothing of it was kept.
 */
export type BatchAnswer =
  | { id: number; results: unknown[] }
  | { id: number; each: ({ result: unknown } | { error: Failure })[] }
  | { id: number; error: Failure }

export interface Failure {
  message: string
  /** SQLite's extended result code; null when the failure is not SQLite's. */
  code: number | null
}

/** Said unasked: another process has written to the file. */
export interface ForeignWrite {
  /** Pages that have replies waiting there now. */
  pagesWaiting: string[]
  /** Whether it has forgotten visitors. */
  forgotten: boolean
}

/** The first message to the thread. */
export interface Open {
  /** The file. */
  open: string
}

/** The thread's first message. */
export type Opened = { opened: { instance: string; pages: string[] } } | { refused: OpenRefusal }

export interface OpenRefusal {
  reason: 'damaged' | 'unavailable'
  message: string
}
