import type { Clock } from '../../base/clock.ts'
import type { HistoryOperations, NoteOperations, QueueFigures, Store, VisitorOperations } from '../store.ts'
import { toKeptConversation } from './kept-conversation.ts'
import type { StoreDatabase } from './operations.ts'
import { createRecords } from './records.ts'
import type { ReplyIds } from './reply-ids.ts'

type KeptData = Omit<VisitorOperations, 'forget'> &
  NoteOperations &
  HistoryOperations &
  QueueFigures &
  Pick<Store, 'sentReplies' | 'formAnswers' | 'openQuestions' | 'statistics' | 'records' | 'probe'>

/** The store's methods without a part in the queues; each is one operation of the database. */
export const createKeptData = ({
  database,
  ids,
  clock,
}: {
  database: Pick<StoreDatabase, 'run'>
  ids: ReplyIds
  clock: Pick<Clock, 'now'>
}): KeptData => ({
  sentReplies: async ({ pageId, psid }) => {
    const rows = await database.run({ op: 'sent_replies', page: pageId, psid: psid ?? '' })
    return rows.map(({ seq, messageId }) => ({ replyId: ids.idOf(seq), messageId }))
  },

  recentVisitors: ({ pageId, limit }) => database.run({ op: 'recent_visitors', page: pageId, limit }),

  keepName: async ({ pageId, psid, name }) => {
    await database.run({ op: 'keep_name', page: pageId, psid, name, folded: folded(name) })
  },

  findByName: ({ words, limit }) => database.run({ op: 'find_by_name', folded: folded(words), limit }),

  conversation: async ({ pageId, psid, limit }) => {
    const kept = await database.run({ op: 'conversation', page: pageId, psid, limit })
    return kept && toKeptConversation(kept, ids.idOf)
  },

  formAnswers: {
    list: async ({ limit, after = 0 }) => {
      // One row more than wanted shows whether there is a rest.
      const rows = await database.run({ op: 'list_answers', after, limit: limit + 1 })
      const answers = rows.slice(0, limit)
      return { answers, next: rows.length > limit ? (answers.at(-1)?.id ?? null) : null }
    },
    due: (nowMs, limit) => database.run({ op: 'due_answers', nowMs, limit }),
    tried: async (id, nextMs) => {
      await database.run({ op: 'answers_tried', id, nextMs })
    },
    drop: (upTo) => database.run({ op: 'drop_answers', upTo }),
  },

  openQuestions: {
    list: ({ pageId, limit }) => database.run({ op: 'list_questions', page: pageId ?? null, limit }),
    drop: (likeness) => database.run({ op: 'drop_questions', likeness }),
  },

  statistics: {
    read: ({ span, fromMs, pageId, most }) =>
      database.run({ op: 'statistics', span, fromMs, page: pageId ?? null, most }),
  },

  records: createRecords(database, clock),

  prune: (history, beforeMs) => database.run({ op: 'prune', history, beforeMs }),

  remember: async (name, text) => {
    await database.run({ op: 'remember', name, text })
  },
  rememberIf: (name, text, was) => database.run({ op: 'remember_if', name, text, was }),
  recall: (name) => database.run({ op: 'recall', name }),

  counts: async () => {
    const { inbox: waiting, inboxOldestMs, outbox: byPage, dead } = await database.run({ op: 'counts' })
    return {
      inbox: waiting,
      outbox: new Map(byPage.map(({ page, count }) => [page, count])),
      dead,
      oldest: {
        inboxMs: inboxOldestMs,
        outboxMs: new Map(byPage.map(({ page, oldestMs }) => [page, oldestMs])),
      },
    }
  },

  deadRows: async () => {
    const rows = await database.run({ op: 'dead_rows' })
    return new Map(rows.map(({ table, count }) => [table, count]))
  },

  parked: (pageId) => database.run({ op: 'parked', page: pageId ?? null, nowMs: clock.now() }),

  leftToPeople: ({ limit }) => database.run({ op: 'left_to_people', limit }),

  probe: async () => {
    await database.run({ op: 'probe', nowMs: clock.now() })
  },
})

/** A name in the form for searching. */
const folded = (name: string): string => name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
