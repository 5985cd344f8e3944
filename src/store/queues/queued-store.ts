import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../base/clock.ts'
import { createListeners } from '../../base/listeners.ts'
import type { ClaimId, Queue, ReplyOutcome, Store, StoredReply } from '../store.ts'
import { toCount, toEvent } from './crossing.ts'
import { createDeadLetters } from './dead-letter-box.ts'
import { createInboxQueue } from './inbox-queue.ts'
import { createKeptData } from './kept-data.ts'
import type { KeptPages } from './kept-pages.ts'
import { claimsOf, createLiveConversations } from './live-conversations.ts'
import type { StoreDatabase } from './operations.ts'
import { createOutboxLanes } from './outbox-lanes.ts'
import { createPageChanges } from './page-changes.ts'
import { replyIds } from './reply-ids.ts'

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
    if (events) inbox.added(0)
    // Fails only when the database is gone, and with it everything in memory.
    if (forgotten) letGoOfForgotten().catch(() => undefined)
  })

  const pageChanges = createPageChanges({ database, inbox, outbox, live, onRevoked: revocations.tell })
  pages.lead(pageChanges)

  const letGoOfForgotten = async (): Promise<void> => {
    // Rows read in the same transaction are in memory by then.
    await nextTurn()
    const gone = await database.record({
      op: 'gone',
      conversations: live.all().map((entry) => entry.conversation.id),
    })
    const revoked: ClaimId[] = []
    for (const id of gone) {
      const entry = live.get(id)
      if (entry === undefined) continue
      revoked.push(...claimsOf(entry))
      entry.forgotten = true
      entry.conversation.state = null
      outbox.hurry(entry.conversation.id)
      inbox.drop(entry)
    }
    if (revoked.length > 0) revocations.tell(revoked)
    forgettings.tell()
  }

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

    finishEvent: async (claim, event, outcome) => {
      const { conversation } = claim
      const entry = inbox.entryOf(claim)
      // The Page was lost: its next keeper handles the event.
      if (entry === null) return null
      const nowMs = clock.now()
      const handOut = outcome.handOut === true && outcome.replies.length > 0 && outbox.reserve(conversation)
      const stateBefore = entry.conversation.state
      if (outcome.state !== undefined) entry.conversation.state = outcome.state
      const recorded = database.record({
        op: 'finish_event',
        conversation: conversation.id,
        page: conversation.pageId,
        fence: entry.tenure.fence,
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
        counts: (outcome.counts ?? []).map(toCount),
        takenBack: outcome.takenBack ?? null,
        nowMs,
      })
      // Noted at once: the claim's next event comes before this one is stored, and its replies must not overtake.
      if (outcome.replies.length > 0 && !handOut) outbox.added(conversation)
      const finished = await recorded.catch(async (error: unknown) => {
        // Do not undo the state of a later event.
        if (entry.conversation.state === outcome.state) entry.conversation.state = stateBefore
        if (handOut && inbox.entryOf(claim) !== null) await outbox.release(outbox.handOut(entry, []))
        throw error
      })
      // The stored replies are in doubt, for the next keeper.
      if (inbox.entryOf(claim) === null) return null
      if (finished.forgotten) {
        if (handOut) await outbox.release(outbox.handOut(entry, []))
        // The event may have brought back data of a forgotten visitor.
        forgettings.tell()
        return null
      }
      const { seqs, settled } = finished
      const replies = seqs.map((seq, index) =>
        replyOf(seq, outcome.replies[index] ?? '', event.acceptedMs, null),
      )
      inbox.finished(claim, event)
      if ((outcome.answers?.length ?? 0) > 0) work.tell('answers')
      if (settled) outbox.hurry(conversation.id)
      return handOut ? outbox.handOut(entry, replies) : null
    },

    interject: async (claim, { seq: event, acceptedMs }, reply) => {
      const { conversation } = claim
      const entry = inbox.entryOf(claim)
      if (entry === null || !outbox.reserve(conversation)) return null
      const seq = await database.record({
        op: 'interject',
        conversation: conversation.id,
        page: conversation.pageId,
        fence: entry.tenure.fence,
        seq: event,
        acceptedMs,
        reply,
        doubtMs: clock.now(),
      })
      if (inbox.entryOf(claim) === null) return null
      const out = outbox.handOut(entry, seq === null ? [] : [replyOf(seq, reply, acceptedMs, null)])
      if (seq !== null) return out
      await outbox.release(out)
      return null
    },

    releaseInbox: async (claim) => {
      inbox.release(claim)
      pageChanges.claimEnded(claim.conversation)
    },

    claimOutbox: (limit, room) =>
      outbox.claim(limit, room, (row) => replyOf(row.seq, row.body, row.acceptedMs, row.doubtMs)),

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
