import type { ConversationQuery, KeptRows, Operation, Results } from '../queues/operations.ts'
import type { LazyDatabase } from './lazy-database.ts'

type ConversationOperation = 'conversation' | 'recent_visitors'

/**
 * Reads one conversation, and the visitors of a Page. The inbox has no index by conversation, because it is small and this is rare.
 * Conversations have no index by time, which every callback would have to update: the latest visitors are read after an outage only, and
 * all of the Page's rows are scanned for them.
 */
export const conversationOperations = (
  db: LazyDatabase,
): { [K in ConversationOperation]: (operation: Extract<Operation, { op: K }>) => Results[K] } => {
  const find = db.prepare(
    `select c.id, c.page, c.window_ends_ms as windowEndsMs from conversation c join page p on p.no = c.page
     where p.id = ? and c.psid = ?`,
  )
  const inbox = db.prepare(
    'select seq, accepted_ms as acceptedMs, body from inbox where conversation = ? order by seq limit ?',
  )
  const outbox = db.prepare(
    `select seq, accepted_ms as acceptedMs, doubt_ms as doubtMs, body from outbox
     where page = ? and conversation = ? order by seq limit ?`,
  )
  const sent = db.prepare(
    `select seq, message_id as messageId, sent_ms as sentMs, author as by from sent
     where conversation = ? order by seq desc limit ?`,
  )
  const dead = db.prepare(
    `select seq, accepted_ms as acceptedMs, died_ms as diedMs, reason, error, body from dead
     where conversation = ? order by seq desc limit ?`,
  )
  const recent = db.prepare(
    `select psid from conversation where page = (select no from page where id = ?) and psid <> ''
     order by window_ends_ms desc, id desc limit ?`,
  )
  // node:sqlite rows have no prototype; plain objects travel between threads.
  const plain = <Row>(rows: object[]): Row[] => rows.map((row) => ({ ...row }) as Row)

  return {
    recent_visitors: ({ page, limit }) =>
      (recent.all(page, limit) as { psid: string }[]).map(({ psid }) => psid),
    conversation: ({ page, psid, limit }: ConversationQuery): KeptRows | null => {
      const row = find.get(page, psid) as
        { id: number; page: number; windowEndsMs: number | null } | undefined
      if (row === undefined) return null
      return {
        windowEndsMs: row.windowEndsMs,
        inbox: plain(inbox.all(row.id, limit)),
        outbox: plain(outbox.all(row.page, row.id, limit)),
        sent: plain(sent.all(row.id, limit)),
        dead: plain(dead.all(row.id, limit)),
      }
    },
  }
}
