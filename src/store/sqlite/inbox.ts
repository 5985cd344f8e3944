import { eventName } from '../event-name.ts'
import { STANDARD_WINDOW_MS } from '../../channel/messenger.ts'
import type { AcceptedRow, EventToAccept, Operation, Results } from '../queues/operations.ts'
import type { ConversationRow, InboxRow } from '../queues/rows.ts'
import { WINDOW_GRAIN_MS } from '../window-grain.ts'
import type { createConversations, pageNumbers, sequence } from './caches.ts'
import type { LazyDatabase } from './lazy-database.ts'
import type { createStatistics } from './statistics.ts'

/** Accepted events that are not handled yet. */
export const createInbox = (deps: {
  db: LazyDatabase
  pages: ReturnType<typeof pageNumbers>
  seqs: ReturnType<typeof sequence>
  conversations: ReturnType<typeof createConversations>
  statistics: Pick<ReturnType<typeof createStatistics>, 'countVisitor'>
}) => {
  const { db, pages, seqs, conversations, statistics } = deps
  const addSeen = db.prepare('insert into seen (key, accepted_ms) values (?, ?) on conflict do nothing')
  const findSeen = db.prepare('select 1 from seen where key = ?')
  const add = db.prepare('insert into inbox (conversation, seq, accepted_ms, body) values (?, ?, ?, ?)')
  const drop = db.prepare('delete from inbox where seq = ?')
  const find = db.prepare('select 1 from inbox where seq = ?')
  const read = db.prepare(
    `select i.conversation, c.state, c.window_ends_ms as windowEndsMs, p.id as page, c.psid, i.seq,
       i.accepted_ms as acceptedMs, i.body
     from inbox i join conversation c on c.id = i.conversation join page p on p.no = c.page
     where i.seq > ? and i.conversation not in (select value from json_each(?)) order by i.seq limit ?`,
  )
  const count = db.prepare('select count(*) as inbox, min(accepted_ms) as inboxOldestMs from inbox')

  const openWindow = (
    page: number,
    conversation: ConversationRow,
    timestampMs: number,
    nowMs: number,
  ): void => {
    const endsMs = timestampMs + STANDARD_WINDOW_MS
    const { windowEndsMs: beforeMs } = conversation
    const heardMs = beforeMs === null ? null : beforeMs - STANDARD_WINDOW_MS
    const isCounted = statistics.countVisitor(page, heardMs, Math.min(timestampMs, nowMs))
    if (endsMs <= (beforeMs ?? 0) + (isCounted ? 0 : WINDOW_GRAIN_MS)) return
    conversations.setWindow(conversation, endsMs)
  }

  const accept = (event: EventToAccept, nowMs: number): AcceptedRow | null => {
    const aliases = event.aliases?.map((key) => eventName(event.pageId, key)) ?? []
    if (aliases.some((key) => findSeen.get(key) !== undefined)) return null
    if (addSeen.run(eventName(event.pageId, event.key), nowMs).changes === 0) return null
    for (const key of aliases) addSeen.run(key, nowMs)
    const page = pages.numberOf(event.pageId)
    const conversation = conversations.of(page, event.psid ?? '', event.isReceipt !== true)
    if (conversation === null) return null
    if (event.opensWindow) openWindow(page, conversation, event.timestampMs, nowMs)
    const seq = seqs.next()
    add.run(conversation.conversation, seq, nowMs, event.body)
    return { ...conversation, seq, before: null }
  }

  const operations: {
    [K in 'accept' | 'load_inbox']: (operation: Extract<Operation, { op: K }>) => Results[K]
  } = {
    accept: ({ events, nowMs }) => events.map((event) => accept(event, nowMs)),

    load_inbox: ({ after, limit, except }) => {
      const rows = read.all(after, JSON.stringify(except), limit) as unknown as InboxRow[]
      return { rows, end: rows.length < limit }
    },
  }

  return {
    operations,
    has: (seq: number): boolean => find.get(seq) !== undefined,
    /** @returns whether it existed */
    drop: (seq: number): boolean => drop.run(seq).changes > 0,
    counts: () => count.get() as unknown as Pick<Results['counts'], 'inbox' | 'inboxOldestMs'>,
  }
}
