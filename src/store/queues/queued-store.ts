import type { Clock } from '../../base/clock.ts'
import { createListeners } from '../../base/listeners.ts'
import type { ClaimId, Queue, ReplyOutcome, Store } from '../store.ts'
import { toEvent } from './crossing.ts'
import { createDeadLetters } from './dead-letter-box.ts'
import { createInboxQueue } from './inbox-queue.ts'
import { createKeptData } from './kept-data.ts'
import type { KeptPages } from './kept-pages.ts'
import { createLettingGo } from './letting-go.ts'
import { createLiveConversations } from './live-conversations.ts'
import type { StoreDatabase } from './operations.ts'
import { createOutboxLanes } from './outbox-lanes.ts'
import { createPageChanges } from './page-changes.ts'
import { createReplying } from './replying.ts'
import { replyIds, toStoredReply } from './reply-ids.ts'

/**
 * The store over a database of any engine. One process works on the queues of a Page, so a claim needs no lease of its own: it ends with
 * the process, or with its {@link ./kept-pages.ts Tenure}. Any other process may accept events for the Page, read, and handle dead
 * letters. Work in progress is in memory, bounded; waiting entries stay in the database.
 */
export const createQueuedStore = (database: StoreDatabase, clock: Clock, pages: KeptPages): Store => {
  const work = createListeners<[Queue]>()
  const forgettings = createListeners()
  const revocations = createListeners<[claims: readonly ClaimId[]]>()
  const ids = replyIds(database.instance)
  const live = createLiveConversations()
  const inbox = createInboxQueue({
    rows: { load: (query) => database.record({ op: 'load_inbox', ...query }) },
    pages,
    live,
    wake: () => work.tell('inbox'),
  })
  const outbox = createOutboxLanes({
    rows: {
      pagesWaiting: database.pagesWaiting,
      load: (query) => database.record({ op: 'load_outbox', ...query }),
      waiting: (query) => database.record({ op: 'waiting', ...query }),
      // Refused only when the database is gone for good; after the restart the replies count as in doubt.
      handBack: (replies) => database.record({ op: 'hand_back', ...replies }).catch(() => undefined),
    },
    pages,
    live,
    clock,
    wake: () => work.tell('outbox'),
  })

  const letGoOfForgotten = createLettingGo({
    database,
    inbox,
    outbox,
    live,
    onRevoked: revocations.tell,
    onForgotten: forgettings.tell,
  })
  const replying = createReplying({
    database,
    inbox,
    outbox,
    ids,
    clock,
    onAnswers: () => work.tell('answers'),
    onForgotten: forgettings.tell,
  })
  const deadLetters = createDeadLetters({ database, ids, returned: outbox.returned })
  database.onForeignWrite(({ pagesWaiting, events, forgotten }) => {
    outbox.returned(pagesWaiting)
    if (events) inbox.added(0)
    // Fails only when the database is gone, and with it everything in memory.
    if (forgotten) letGoOfForgotten().catch(() => undefined)
  })

  const pageChanges = createPageChanges({ database, inbox, outbox, live, onRevoked: revocations.tell })
  pages.lead(pageChanges)

  return {
    ...createKeptData({ database, ids, clock }),

    accept: async (events) => {
      if (events.length === 0) return { stored: 0, duplicates: 0 }
      const nowMs = clock.now()
      const rows = await database.run({ op: 'accept', events: events.map(toEvent), nowMs })
      let stored = 0
      for (const [index, { pageId, psid, body, content }] of events.entries()) {
        const row = rows[index] ?? null
        if (row === null) continue
        stored += 1
        const { conversation: id, seq, state, windowEndsMs, before } = row
        // Its keeper may have read the rows before the event was stored.
        if (pages.tenureOf(pageId) === null) pages.tellEvent(pageId, seq)
        inbox.add(
          { id, pageId, psid, state, windowEndsMs },
          { seq, acceptedMs: nowMs, body, ...(content && { content }) },
          before,
        )
      }
      return { stored, duplicates: events.length - stored }
    },

    claimInbox: (limit) => inbox.claim(limit),
    ...replying,
    releaseInbox: async (claim) => {
      inbox.release(claim)
      pageChanges.claimEnded(claim.conversation)
    },

    claimOutbox: (limit, room) => outbox.claim(limit, room, (row) => toStoredReply(ids, row)),

    finishReply: async (claim, reply, outcome) => {
      const tenure = outbox.tenureOf(claim)
      outbox.finished(claim, reply, staysAfter(outcome))
      const { id: conversation, pageId: page } = claim.conversation
      const common = { page, conversation, seq: reply.seq, nowMs: clock.now() }
      if (outcome.status === 'sent') {
        const { messageId, waited = false } = outcome
        await database.record({ op: 'sent', ...common, messageId, waited })
      } else if (outcome.status === 'dead' && tenure !== null) {
        const { reason, error = null, instead = null } = outcome
        await database.record({ op: 'dead', ...common, fence: tenure.fence, reason, error, instead })
      }
    },

    releaseOutbox: async (claim, notBeforeMs) => {
      await outbox.release(claim, notBeforeMs)
      pageChanges.claimEnded(claim.conversation)
    },
    windowEndsMs: ({ conversation }) =>
      (live.get(conversation.id)?.conversation ?? conversation).windowEndsMs,
    hurryOutbox: (conversations) => conversations.forEach(outbox.hurry),
    pausePage: (pageId, paused) => outbox.pause(pageId, paused),

    onWork: work.add,
    onRevoked: revocations.add,
    onForgotten: forgettings.add,

    deadLetters,

    forget: async ({ psid, pageId }) => {
      const result = await database.run({ op: 'forget', psid, page: pageId ?? null })
      if (result.conversations > 0) await letGoOfForgotten()
      return result
    },

    close: async () => {
      for (const listeners of [work, forgettings, revocations]) listeners.clear()
      outbox.stop()
      await database.close()
    },
  }
}

const staysAfter = (outcome: ReplyOutcome): boolean =>
  outcome.status === 'in_doubt' || (outcome.status === 'dead' && outcome.instead !== undefined)
