import type {
  ConversationRow,
  InboxQuery,
  InboxRow,
  LoadedRows,
  LoadedReplies,
  OutboxQuery,
  WaitingQuery,
} from './rows.ts'
import type { Count } from '../../base/counts.ts'
import type { Span } from '../../base/spans.ts'
import type {
  Forgotten,
  History,
  LeftToPerson,
  NamedVisitor,
  NewEvent,
  Parked,
  PruneStep,
  StatisticsFound,
} from '../store.ts'
import type { OpenQuestion, OpenQuestionGroup } from '../open-questions.ts'
import type { KeptAnswers, NewAnswers } from '../form-answers.ts'
import type { GraphFacts } from '../dead-letters.ts'
import type { KeptRecord } from '../records.ts'

/** An event without the fields that only its claimant reads. */
export type EventToAccept = Omit<NewEvent, 'kind' | 'content'>

/**
 * Operations of the store on its database, of either engine. Operations requested together are one transaction and share one fsync, which
 * is the group commit. `fence` is that of the tenure in which the operation is done. If the Page has another fence by now, nothing is
 * done and the result is {@link voidResult}.
 */
export type Operation =
  | { op: 'accept'; events: readonly EventToAccept[]; nowMs: number }
  | {
      op: 'finish_event'
      conversation: number
      page: string
      fence: number
      seq: number
      acceptedMs: number
      /** Time of the mark that the replies were claimed; null leaves them waiting. */
      doubtMs: number | null
      replies: readonly string[]
      /** Undefined leaves the state unchanged. */
      state?: string | null | undefined
      answers: readonly NewAnswers[]
      question: OpenQuestion | null
      counts: readonly Required<Count>[]
      /** The message that its visitor has deleted. */
      takenBack: string | null
      confirmed: readonly { seq: number; messageId: string | null }[]
      nowMs: number
    }
  | {
      op: 'interject'
      conversation: number
      page: string
      fence: number
      /** Sequence number of the event. */
      seq: number
      acceptedMs: number
      reply: string
      doubtMs: number
    }
  | ({ op: 'load_inbox' } & InboxQuery)
  | ({ op: 'load_outbox' } & OutboxQuery)
  | ({ op: 'waiting' } & WaitingQuery)
  /** Without a fence: Facebook has the reply, whichever instance keeps the Page. */
  | {
      op: 'sent'
      page: string
      conversation: number
      seq: number
      messageId: string | null
      waited: boolean
      nowMs: number
    }
  /** The part of a refused `sent` that must be stored: the reply waits no more. See {@link leastOf}. */
  | { op: 'sent_only'; page: string; conversation: number; seq: number; nowMs: number }
  | {
      op: 'dead'
      page: string
      fence: number
      conversation: number
      seq: number
      reason: string
      error: GraphFacts | null
      /** The reply that takes its place in the outbox. */
      instead: string | null
      nowMs: number
    }
  | { op: 'hand_back'; page: string; fence: number; conversation: number; seqs: readonly number[] }
  | { op: 'sent_replies'; page: string; psid: string }
  | ConversationQuery
  | { op: 'recent_visitors'; page: string; limit: number }
  | { op: 'keep_name'; page: string; psid: string; name: string; folded: string }
  | { op: 'find_by_name'; folded: string; limit: number }
  | { op: 'counts' }
  | { op: 'dead_rows' }
  | { op: 'parked'; page: string | null; nowMs: number }
  | { op: 'left_to_people'; limit: number }
  | { op: 'probe'; nowMs: number }
  | { op: 'list_dead'; page: string | null; reason: string | null; before: DeadPlace | null; limit: number }
  | { op: 'get_dead'; seq: number }
  | { op: 'retry_dead'; seqs: readonly number[] }
  | { op: 'drop_dead'; seqs: readonly number[] }
  | { op: 'prune'; history: History; beforeMs: number }
  | { op: 'remember'; name: string; text: string }
  /** `was`: the present text; null for none. */
  | { op: 'remember_if'; name: string; text: string; was: string | null }
  | { op: 'recall'; name: string }
  /** Null for all ids of the kind. */
  | { op: 'list_records'; kind: string; id: string | null; nowMs: number }
  | {
      op: 'put_record'
      kind: string
      id: string
      data: string
      /** Null for no end. */
      forMs: number | null
      condition: RecordCondition
      nowMs: number
    }
  /** Null for any version. */
  | { op: 'take_record'; kind: string; id: string; version: number | null; nowMs: number }
  | { op: 'list_answers'; after: number; limit: number }
  | { op: 'due_answers'; nowMs: number; limit: number }
  | { op: 'answers_tried'; id: number; nextMs: number | null }
  | { op: 'drop_answers'; upTo: number }
  | { op: 'list_questions'; page: string | null; limit: number }
  | { op: 'drop_questions'; likeness: string }
  | { op: 'statistics'; span: Span; fromMs: number; page: string | null; most: number }
  | { op: 'forget'; psid: string; page: string | null }
  /** Returns which of these conversations no longer exist. */
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
        /** Whether a confirmed reply was still waiting. */
        settled: boolean
      }
  /** Sequence number of the reply; null when the event is gone. */
  interject: number | null
  load_inbox: LoadedRows<InboxRow>
  load_outbox: LoadedReplies
  waiting: number[]
  sent: null
  sent_only: null
  dead: null
  hand_back: null
  sent_replies: { seq: number; messageId: string | null }[]
  conversation: KeptRows | null
  recent_visitors: string[]
  keep_name: null
  find_by_name: NamedVisitor[]
  counts: {
    inbox: number
    inboxOldestMs: number | null
    outbox: { page: string; count: number; oldestMs: number }[]
    dead: number
  }
  dead_rows: { table: string; count: number }[]
  parked: Parked
  left_to_people: LeftToPerson[]
  probe: null
  list_dead: DeadRow[]
  get_dead: DeadRow | null
  /** The requested dead letters that existed. */
  retry_dead: DeadMarkRow[]
  drop_dead: DeadMarkRow[]
  prune: PruneStep
  remember: null
  /** Whether the text was the given one. */
  remember_if: boolean
  recall: string | null
  list_records: KeptRecord[]
  /** Null when the record does not match the condition. */
  put_record: number | null
  take_record: KeptRecord | null
  list_answers: KeptAnswers[]
  due_answers: { answers: KeptAnswers[]; nextMs: number | null }
  answers_tried: null
  drop_answers: number
  list_questions: OpenQuestionGroup[]
  drop_questions: number
  statistics: StatisticsFound
  forget: Forgotten
  gone: number[]
}

export interface ConversationQuery {
  op: 'conversation'
  page: string
  psid: string
  /** At most so many of each kind. */
  limit: number
}

/** Waiting entries come oldest first, finished ones newest first. */
export interface KeptRows {
  windowEndsMs: number | null
  inbox: { seq: number; acceptedMs: number; body: string }[]
  outbox: { seq: number; acceptedMs: number; doubtMs: number | null; body: string }[]
  sent: { seq: number; messageId: string | null; sentMs: number; by: string | null }[]
  dead: {
    seq: number
    acceptedMs: number
    diedMs: number
    reason: string
    error: string | null
    body: string
  }[]
}

/** The condition for a write: any state, absent, or this version. */
export type RecordCondition = 'any' | 'absent' | number

/** An event that was put into the inbox. */
export type AcceptedRow = ConversationRow & {
  seq: number
  /** The last event of its conversation in the rows before it; null for none, or where one process alone stores events. */
  before: number | null
}

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

/** A dead letter's place in the list, which is ordered by the time of dying. */
export interface DeadPlace {
  diedMs: number
  seq: number
}

/** Results of operations whose fence is over. */
export const voidResult = (op: Fenced): Results[Fenced] => VOID[op]

/**
 * The part to store of an operation that the database refuses for the operation's own fault; null for none. A reply that Facebook has
 * taken or refused must not stay in the rows: the next keeper of the Page, or this process after its restart, would send it again.
 */
export const leastOf = (operation: Operation): Operation | null => {
  if (operation.op === 'sent') {
    const { page, conversation, seq, nowMs } = operation
    return { op: 'sent_only', page, conversation, seq, nowMs }
  }
  return operation.op === 'dead' && operation.error !== null ? { ...operation, error: null } : null
}

type Fenced = Extract<Operation, { fence: number }>['op']

const VOID: { [Op in Fenced]: Results[Op] } = {
  finish_event: { forgotten: true },
  interject: null,
  load_outbox: { rows: [], unread: [] },
  dead: null,
  hand_back: null,
}

/** Sent without a request: another process has written to the database. */
export interface ForeignWrite {
  /** Pages that now have waiting replies. */
  pagesWaiting: string[]
  /** Whether events may have been added to the inbox. */
  events: boolean
  /** Whether visitors were forgotten. */
  forgotten: boolean
}

/** The database of a store, of either engine, as the queues see it. */
export interface StoreDatabase {
  /** Unique among all databases, for ever; part of every reply's id. */
  instance: string
  /** Pages that had waiting replies when the database was opened. */
  pagesWaiting: readonly string[]
  /**
   * Executes the operation in the next transaction. Answers come in the order of the calls.
   *
   * @throws BotError `BOT_STORE_UNAVAILABLE` when it could not be stored, `BOT_STORE_REFUSED` when it never can be
   */
  run: <O extends Operation>(operation: O) => Promise<Results[O['op']]>
  /**
   * Like {@link run}, but tries again for as long as the database is the cause: for facts that have happened and must be stored.
   *
   * @throws BotError `BOT_STORE_REFUSED`; `BOT_STORE_UNAVAILABLE` only when the store is closed
   */
  record: <O extends Operation>(operation: O) => Promise<Results[O['op']]>
  /** Another process has written to the database. */
  onForeignWrite: (listener: (written: ForeignWrite) => void) => void
  /** Executes the requested operations, then closes the database. */
  close: () => Promise<void>
}
