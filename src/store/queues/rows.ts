import type { Conversation } from '../store.ts'

/** The queues in memory read the rows of a database, of any engine, through these interfaces. */

export interface InboxRows {
  /** Events of the inbox in their order. */
  load: (query: InboxQuery) => Promise<LoadedRows<InboxRow>>
}

export interface OutboxRows {
  /** Kept Pages that had waiting replies when the database was opened. */
  pagesWaiting: readonly string[]
  /** Replies of one Page, each durably marked as claimed. */
  load: (query: OutboxQuery) => Promise<LoadedReplies>
  /** The conversations of a Page with waiting replies, the window that closes first at the beginning. */
  waiting: (query: WaitingQuery) => Promise<number[]>
  /** Removes the mark of {@link OutboxRows.load}. */
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
  /** Fence of the tenure in which they are claimed. */
  fence: number
  conversations: readonly number[]
  /** Most replies. */
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
  /** The mark before this claim. */
  doubtMs: number | null
  body: string
}

/** The conversation of a row; for an event without a visitor the row has an empty text. */
export const conversationOf = (
  page: string,
  { conversation, psid, state, windowEndsMs }: ConversationRow & { psid: string },
): Conversation => ({ id: conversation, pageId: page, psid: psid === '' ? null : psid, state, windowEndsMs })
