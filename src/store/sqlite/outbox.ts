import type { Operation, Results } from '../queues/operations.ts'
import type { OutboxQuery, OutboxRow } from '../queues/rows.ts'
import type { pageNumbers, sequence } from './caches.ts'
import type { LazyDatabase } from './lazy-database.ts'
import type { createStatistics } from './statistics.ts'

type OutboxOperation =
  'load_outbox' | 'waiting' | 'sent' | 'sent_only' | 'dead' | 'hand_back' | 'sent_replies'

// Enough replies for a conversation page, which shows the latest fifty messages.
const LATEST_SENT = 500

const ROWS = `
  select o.conversation, c.state, c.window_ends_ms as windowEndsMs, c.psid, o.seq, o.accepted_ms as acceptedMs,
    o.doubt_ms as doubtMs, o.body
  from outbox o join conversation c on c.id = o.conversation`

const THIS_ROW = 'page = ? and conversation = ? and seq = ?'

/** Waiting replies, and their outcomes. */
export const createOutbox = (deps: {
  db: LazyDatabase
  pages: ReturnType<typeof pageNumbers>
  seqs: ReturnType<typeof sequence>
  statistics: Pick<ReturnType<typeof createStatistics>, 'count'>
}) => {
  const { db, pages, seqs, statistics } = deps
  const add = db.prepare(
    'insert into outbox (page, conversation, seq, accepted_ms, doubt_ms, body) values (?, ?, ?, ?, ?, ?)',
  )
  const drop = db.prepare(`delete from outbox where ${THIS_ROW}`)
  const replace = db.prepare(`update outbox set body = ? where ${THIS_ROW}`)
  const setDoubt = db.prepare(`update outbox set doubt_ms = ? where ${THIS_ROW}`)
  const read = db.prepare(`${ROWS} where o.page = ? and o.conversation = ? order by o.seq limit ?`)
  const readWaiting = db.prepare(
    `select w.conversation from (select distinct conversation from outbox where page = ?) w
     join conversation c on c.id = w.conversation
     where w.conversation not in (select value from json_each(?))
     order by c.window_ends_ms is null, c.window_ends_ms, w.conversation limit ?`,
  )
  const pagesWaiting = db.prepare(
    'select id from page where exists (select 1 from outbox where outbox.page = page.no)',
  )
  const count = db.prepare(
    `select p.id as page, count(*) as count, min(o.accepted_ms) as oldestMs
     from outbox o join page p on p.no = o.page group by o.page`,
  )
  // The person who wrote the waiting reply with this number. Few bodies name one, so most are not parsed as JSON. A damaged one has no
  // author.
  const addSent = db.prepare(
    `insert into sent (conversation, seq, message_id, sent_ms, author)
     select conversation, seq, ?, ?, case when instr(body, '"by":') > 0 and json_valid(body) then json_extract(body, '$.by') end
     from outbox where ${THIS_ROW} on conflict do nothing`,
  )
  const addSentOnly = db.prepare(
    `insert into sent (conversation, seq, sent_ms)
     select conversation, seq, ? from outbox where ${THIS_ROW} on conflict do nothing`,
  )
  const readSent = db.prepare(
    `select seq, message_id as messageId from sent where conversation =
       (select c.id from conversation c join page p on p.no = c.page where p.id = ? and c.psid = ?)
     order by seq desc limit ${LATEST_SENT}`,
  )
  const addDead = db.prepare(
    `insert into dead (seq, page, conversation, accepted_ms, died_ms, reason, error, body)
     select coalesce(?, seq), page, conversation, accepted_ms, ?, ?, ?, body from outbox where ${THIS_ROW}`,
  )

  /** @returns whether it was waiting */
  const sent = (
    page: number,
    conversation: number,
    { seq, messageId }: { seq: number; messageId: string | null },
    nowMs: number,
  ): boolean => {
    addSent.run(messageId, nowMs, page, conversation, seq)
    return drop.run(page, conversation, seq).changes > 0
  }

  const load = ({ page, conversations, limit, nowMs }: OutboxQuery): Results['load_outbox'] => {
    const number = pages.numberOf(page)
    const rows: OutboxRow[] = []
    const unread: number[] = []
    for (const conversation of conversations) {
      const left = limit - rows.length
      const found = left > 0 ? read.all(number, conversation, left) : []
      if (found.length === left) unread.push(conversation)
      rows.push(...(found as unknown as OutboxRow[]))
    }
    for (const { conversation, seq, doubtMs } of rows) {
      if (doubtMs === null) setDoubt.run(nowMs, number, conversation, seq)
    }
    return { rows, unread }
  }

  const operations: {
    [K in OutboxOperation]: (operation: Extract<Operation, { op: K }>) => Results[K]
  } = {
    load_outbox: load,

    waiting: ({ page, except, limit }) => {
      const rows = readWaiting.all(pages.numberOf(page), JSON.stringify(except), limit)
      return (rows as { conversation: number }[]).map(({ conversation }) => conversation)
    },

    sent: (o) => {
      const page = pages.numberOf(o.page)
      if (!sent(page, o.conversation, o, o.nowMs)) return null
      // Without a message id it may be a handover, which is no message.
      if (o.messageId !== null) statistics.count(page, o.nowMs, 'replies')
      if (o.waited) statistics.count(page, o.nowMs, 'waited')
      return null
    },

    sent_only: (o) => {
      const page = pages.numberOf(o.page)
      addSentOnly.run(o.nowMs, page, o.conversation, o.seq)
      drop.run(page, o.conversation, o.seq)
      return null
    },

    dead: (o) => {
      const page = pages.numberOf(o.page)
      const error = o.error === null ? null : JSON.stringify(o.error)
      // The replacement keeps the reply's number, and so its place; the dead letter gets a number of its own.
      const letter = o.instead === null ? null : seqs.next()
      addDead.run(letter, o.nowMs, o.reason, error, page, o.conversation, o.seq)
      if (o.instead === null) drop.run(page, o.conversation, o.seq)
      else replace.run(o.instead, page, o.conversation, o.seq)
      return null
    },

    hand_back: ({ page, conversation, seqs: handedBack }) => {
      const number = pages.numberOf(page)
      for (const seq of handedBack) setDoubt.run(null, number, conversation, seq)
      return null
    },

    sent_replies: ({ page, psid }) => readSent.all(page, psid) as unknown as Results['sent_replies'],
  }

  return {
    operations,
    sent,
    /** @returns its sequence number */
    add: (
      page: number,
      conversation: number,
      { acceptedMs, doubtMs }: { acceptedMs: number; doubtMs: number | null },
      body: string,
    ): number => {
      const seq = seqs.next()
      add.run(page, conversation, seq, acceptedMs, doubtMs, body)
      return seq
    },
    counts: () => count.all() as unknown as Results['counts']['outbox'],
    /** The Pages with waiting replies. */
    pagesWaiting: (): string[] => (pagesWaiting.all() as { id: string }[]).map(({ id }) => id),
  }
}
