import type { Conversation } from '../store.ts'

/** The rows of the queues: the queues in memory read a database of any engine through these. */

export interface InboxRows {
  /** Events of the inbox in their order. */
  load: (query: InboxQuery) => Promise<LoadedRows<InboxRow>>
}

export interface OutboxRows {
  /** Pages that had replies waiting when the database was opened, as far as they are kept. */
  pagesWaiting: readonly string[]
  /** Replies of one Page, each durably marked as handed out. */
  load: (query: OutboxQuery) => Promise<LoadedReplies>
  /** Which conversations of a Page have replies waiting, the one whose window closes first at the beginning. */
  waiting: (query: WaitingQuery) => Promise<number[]>
  /** Takes the mark of {@link OutboxRows.load} back. */
  handBack: (replies: {
    page: string
    fence: number
    conversation: number
    seqs: readonly number[]
  }) => Promise<unknown>
}

export interface InboxQuery {
  after: number
  limit: number
  /** Conversations to leave out. */
  except: readonly number[]
}

export interface OutboxQuery {
  page: string
  /** Of the tenure for which they are handed out. */
  fence: number
  conversations: readonly number[]
  /** Of the replies. */
  limit: number
  nowMs: number
}

export interface WaitingQuery {
  page: string
  /** Conversations to leave out. */
  except: readonly number[]
  limit: number
}

export interface LoadedReplies {
  rows: OutboxRow[]
  /** Conversations that may have more. */
  unread: number[]
}

export interface LoadedRows<Row> {
  rows: Row[]
  /** Whether the last row of the queue was reached. */
  end: boolean
}

export interface ConversationRow {
  conversation: number
  state: string | null
  windowEndsMs: number | null
}

export interface InboxRow extends ConversationRow {
  page: string
  psid: string
  seq: number
  acceptedMs: number
  body: string
}

export interface OutboxRow extends ConversationRow {
  psid: string
  seq: number
  acceptedMs: number
  /** As it was before this time it was handed out. */
  doubtMs: number | null
  body: string
}

/** The conversation that a row belongs to; the rows have an empty text for an event without a visitor. */
export const conversationOf = (
  page: string,
  { conversation, psid, state, windowEndsMs }: ConversationRow & { psid: string },
): Conversation => ({ id: conversation, pageId: page, psid: psid === '' ? null : psid, state, windowEndsMs })
