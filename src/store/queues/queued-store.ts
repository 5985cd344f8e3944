import type { DeadReason } from '../../messages.ts'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../base/clock.ts'
import type { ClaimId, NewEvent, Queue, ReplyOutcome, Store, StoredReply } from '../store.ts'
import { createDeadLetters } from './dead-letter-box.ts'
import { createInboxQueue } from './inbox-queue.ts'
import { createLiveConversations } from './live-conversations.ts'
import type { StoreDatabase } from './operations.ts'
import { createOutboxLanes } from './outbox-lanes.ts'
import { createRecords } from './records.ts'
import { replyIds } from './reply-ids.ts'

/**
 * The store over a database of any engine. One process works on the queues, so a claim needs no lease of its own: it ends
 * with the process. Others may look, and mind the dead letters. What is being worked on is kept in memory, bounded; what
 * waits stays in the database.
 */
export const createQueuedStore = (database: StoreDatabase, clock: Clock): Store => {
  const listeners = new Set<(queue: Queue) => void>()
  const wake = (queue: Queue): void => {
    for (const listener of listeners) listener(queue)
  }
  const forgottenListeners = new Set<() => void>()
  const tellForgotten = (): void => {
    for (const listener of forgottenListeners) listener()
  }
  const revokedListeners = new Set<(claims: readonly ClaimId[]) => void>()
  const ids = replyIds(database.instance)
  const live = createLiveConversations()
  const inbox = createInboxQueue({
    rows: { load: (query) => database.record({ op: 'load_inbox', ...query }) },
    live,
    wake: () => wake('inbox'),
  })
  const outbox = createOutboxLanes({
    rows: {
      pagesWaiting: database.pagesWaiting,
      load: (query) => database.record({ op: 'load_outbox', ...query }),
      waiting: (query) => database.record({ op: 'waiting', ...query }),
      // Refused only when the database is gone for good; the replies then count as in doubt after the restart.
      handBack: (replies) => database.record({ op: 'hand_back', ...replies }).catch(() => undefined),
    },
    live,
    clock,
    wake: () => wake('outbox'),
  })

  const replyOf = (
    seq: number,
    body: string,
    acceptedMs: number,
    doubtSinceMs: number | null,
  ): StoredReply => ({
    id: ids.idOf(seq),
    seq,
    body,
    acceptedMs,
    doubtSinceMs,
  })

  const deadLetters = createDeadLetters({ database, ids, returned: outbox.returned })
  database.onForeignWrite(({ pagesWaiting, events, forgotten }) => {
    outbox.returned(pagesWaiting)
    if (events) inbox.added()
    // Refused only when the database is gone, and everything in memory with it.
    if (forgotten) letGoOfForgotten().catch(() => undefined)
  })

  const letGoOfForgotten = async (): Promise<void> => {
    // What was read in the same transaction is in memory by then.
    await nextTurn()
    const gone = await database.record({
      op: 'gone',
      conversations: live.all().map((entry) => entry.conversation.id),
    })
    const revoked: ClaimId[] = []
    for (const id of gone) {
      const entry = live.get(id)
      if (entry === undefined) continue
      revoked.push(...[entry.inboxClaim, entry.outboxClaim].filter((claim) => claim !== null))
      entry.forgotten = true
      entry.conversation.state = null
      outbox.hurry(entry.conversation.id)
      inbox.drop(entry)
    }
    if (revoked.length > 0) for (const listener of revokedListeners) listener(revoked)
    tellForgotten()
  }

  return {
    accept: async (events) => {
      if (events.length === 0) return { stored: 0, duplicates: 0 }
      const nowMs = clock.now()
      const rows = await database.run({ op: 'accept', events: events.map(withoutContent), nowMs })
      let stored = 0
      for (const [index, { pageId, psid, body, content }] of events.entries()) {
        const row = rows[index] ?? null
        if (row === null) continue
        stored += 1
        const { conversation: id, seq, state, windowEndsMs } = row
        inbox.add(
          { id, pageId, psid, state, windowEndsMs },
          { seq, acceptedMs: nowMs, body, ...(content && { content }) },
        )
      }
      return { stored, duplicates: events.length - stored }
    },

    claimInbox: (limit) => inbox.claim(limit),

    finishEvent: async (claim, event, outcome) => {
      const { conversation } = claim
      const nowMs = clock.now()
      const handOut = outcome.handOut === true && outcome.replies.length > 0 && outbox.reserve(conversation)
      const entry = live.get(conversation.id)
      if (entry !== undefined && outcome.state !== undefined) entry.conversation.state = outcome.state
      const recorded = database.record({
        op: 'finish_event',
        conversation: conversation.id,
        page: conversation.pageId,
        seq: event.seq,
        acceptedMs: event.acceptedMs,
        replies: outcome.replies,
        doubtMs: handOut ? nowMs : null,
        state: outcome.state,
        confirmed: (outcome.confirmed ?? []).flatMap(({ replyId, messageId }) => {
          const seq = ids.seqOf(replyId)
          return seq === null ? [] : [{ seq, messageId }]
        }),
        answers: outcome.answers ?? [],
        question: outcome.question ?? null,
        counts: outcome.counts ?? [],
        takenBack: outcome.takenBack ?? null,
        nowMs,
      })
      // Known at once: the next event of the claim comes before this one is stored, and its replies must not overtake.
      if (outcome.replies.length > 0 && !handOut) outbox.added(conversation)
      const finished = await recorded
      if (finished.forgotten) {
        if (handOut) await outbox.release(outbox.handOut(conversation, []))
        // Handling it may have brought back what was forgotten.
        tellForgotten()
        return null
      }
      const { seqs, settled } = finished
      const replies = seqs.map((seq, index) =>
        replyOf(seq, outcome.replies[index] ?? '', event.acceptedMs, null),
      )
      inbox.finished(claim, event)
      if ((outcome.answers?.length ?? 0) > 0) wake('answers')
      if (settled) outbox.hurry(conversation.id)
      return handOut ? outbox.handOut(conversation, replies) : null
    },

    interject: async ({ conversation }, { seq: event, acceptedMs }, reply) => {
      if (!outbox.reserve(conversation)) return null
      const seq = await database.record({
        op: 'interject',
        conversation: conversation.id,
        page: conversation.pageId,
        seq: event,
        acceptedMs,
        reply,
        doubtMs: clock.now(),
      })
      const out = outbox.handOut(conversation, seq === null ? [] : [replyOf(seq, reply, acceptedMs, null)])
      if (seq !== null) return out
      await outbox.release(out)
      return null
    },

    releaseInbox: async (claim) => inbox.release(claim),

    claimOutbox: (limit, room) =>
      outbox.claim(limit, room, (row) => replyOf(row.seq, row.body, row.acceptedMs, row.doubtMs)),

    finishReply: async (claim, reply, outcome) => {
      outbox.finished(claim, reply, staysAfter(outcome))
      const { id: conversation, pageId: page } = claim.conversation
      const common = { page, conversation, seq: reply.seq, nowMs: clock.now() }
      if (outcome.status === 'sent') {
        const { messageId, waited = false } = outcome
        await database.record({ op: 'sent', ...common, messageId, waited })
      } else if (outcome.status === 'dead') {
        const { reason, error = null, instead = null } = outcome
        await database.record({ op: 'dead', ...common, reason, error, instead })
      }
    },

    releaseOutbox: (claim, notBeforeMs) => outbox.release(claim, notBeforeMs),
    windowEndsMs: async ({ conversation }) =>
      (live.get(conversation.id)?.conversation ?? conversation).windowEndsMs,
    hurryOutbox: (conversations) => conversations.forEach(outbox.hurry),
    pausePage: (pageId, paused) => outbox.pause(pageId, paused),

    sentReplies: async ({ pageId, psid }) => {
      const rows = await database.run({ op: 'sent_replies', page: pageId, psid: psid ?? '' })
      return rows.map(({ seq, messageId }) => ({ replyId: ids.idOf(seq), messageId }))
    },

    recentVisitors: ({ pageId, limit }) => database.run({ op: 'recent_visitors', page: pageId, limit }),

    conversation: async ({ pageId, psid, limit }) => {
      const kept = await database.run({ op: 'conversation', page: pageId, psid, limit })
      return (
        kept && {
          windowEndsMs: kept.windowEndsMs,
          events: kept.inbox,
          replies: kept.outbox.map((row) => replyOf(row.seq, row.body, row.acceptedMs, row.doubtMs)),
          sent: kept.sent.map(({ seq, ...rest }) => ({ ...rest, replyId: ids.idOf(seq) })),
          dead: kept.dead.map(({ seq, reason, ...rest }) => ({
            ...rest,
            id: ids.idOf(seq),
            reason: reason as DeadReason,
          })),
        }
      )
    },

    onWork: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    deadLetters,

    formAnswers: {
      list: async ({ limit, after = 0 }) => {
        // One more than wanted tells whether there is a rest.
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

    forget: async ({ psid, pageId }) => {
      const result = await database.run({ op: 'forget', psid, page: pageId ?? null })
      if (result.conversations > 0) await letGoOfForgotten()
      return result
    },

    onRevoked: (listener) => {
      revokedListeners.add(listener)
      return () => revokedListeners.delete(listener)
    },

    onForgotten: (listener) => {
      forgottenListeners.add(listener)
      return () => forgottenListeners.delete(listener)
    },

    records: createRecords(database, clock),

    prune: (history, beforeMs) => database.run({ op: 'prune', history, beforeMs }),

    remember: async (name, text) => {
      await database.run({ op: 'remember', name, text })
    },
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

    parked: (pageId) => database.run({ op: 'parked', page: pageId ?? null, nowMs: clock.now() }),

    leftToPeople: ({ limit }) => database.run({ op: 'left_to_people', limit }),

    probe: async () => {
      await database.run({ op: 'probe', nowMs: clock.now() })
    },

    close: async () => {
      listeners.clear()
      forgottenListeners.clear()
      revokedListeners.clear()
      outbox.stop()
      await database.close()
    },
  }
}

/** The database needs the text alone. */
const withoutContent = (event: NewEvent): NewEvent => {
  const copy = { ...event }
  delete copy.content
  return copy
}

const staysAfter = (outcome: ReplyOutcome): boolean =>
  outcome.status === 'in_doubt' || (outcome.status === 'dead' && outcome.instead !== undefined)
