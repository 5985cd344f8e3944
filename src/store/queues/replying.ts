import type { Clock } from '../../base/clock.ts'
import type { EventOutcome, InboxOperations, StoredEvent } from '../store.ts'
import { toCount } from './crossing.ts'
import type { InboxQueue } from './inbox-queue.ts'
import type { LiveConversation } from './live-conversations.ts'
import type { Operation, StoreDatabase } from './operations.ts'
import type { OutboxLanes } from './outbox-lanes.ts'
import { toStoredReply, type ReplyIds } from './reply-ids.ts'

/** Stores the replies to a claimed event, and claims them at once where no other reply of the conversation waits. */
export const createReplying = (deps: {
  database: Pick<StoreDatabase, 'record'>
  inbox: InboxQueue
  outbox: OutboxLanes
  ids: ReplyIds
  clock: Pick<Clock, 'now'>
  /** Called when the answers of a form were stored. */
  onAnswers: () => void
  /** The visitor was forgotten before the event was finished. */
  onForgotten: () => void
}): Pick<InboxOperations, 'finishEvent' | 'interject'> => {
  const { database, inbox, outbox, ids, clock, onAnswers, onForgotten } = deps

  const operationOf = (
    { conversation: { id: conversation, pageId: page }, tenure: { fence } }: LiveConversation,
    { seq, acceptedMs }: StoredEvent,
    outcome: EventOutcome,
    isClaimed: boolean,
  ): Extract<Operation, { op: 'finish_event' }> => {
    const nowMs = clock.now()
    return {
      op: 'finish_event',
      conversation,
      page,
      fence,
      seq,
      acceptedMs,
      replies: outcome.replies,
      doubtMs: isClaimed ? nowMs : null,
      state: outcome.state,
      confirmed: (outcome.confirmed ?? []).flatMap(({ replyId, messageId }) => {
        const reply = ids.seqOf(replyId)
        return reply === null ? [] : [{ seq: reply, messageId }]
      }),
      answers: outcome.answers ?? [],
      question: outcome.question ?? null,
      counts: (outcome.counts ?? []).map(toCount),
      takenBack: outcome.takenBack ?? null,
      nowMs,
    }
  }

  /** Gives a reserved conversation back without a reply. */
  const giveBack = (entry: LiveConversation): Promise<void> => outbox.release(outbox.claimFresh(entry, []))

  return {
    finishEvent: async (claim, event, outcome) => {
      const { conversation } = claim
      const entry = inbox.entryOf(claim)
      // The Page was lost: its next keeper handles the event.
      if (entry === null) return null
      const hasReplies = outcome.replies.length > 0
      const isClaimed = outcome.claimReplies === true && hasReplies && outbox.reserve(conversation)
      const stateBefore = entry.conversation.state
      if (outcome.state !== undefined) entry.conversation.state = outcome.state
      const recorded = database.record(operationOf(entry, event, outcome, isClaimed))
      // Noted at once: the claim's next event comes before this one is stored, and its replies must not overtake.
      if (hasReplies && !isClaimed) outbox.added(conversation)
      const finished = await recorded.catch(async (error: unknown) => {
        // Do not undo the state of a later event.
        if (entry.conversation.state === outcome.state) entry.conversation.state = stateBefore
        if (isClaimed && inbox.entryOf(claim) !== null) await giveBack(entry)
        throw error
      })
      // The stored replies are in doubt, for the next keeper.
      if (inbox.entryOf(claim) === null) return null
      if (finished.forgotten) {
        if (isClaimed) await giveBack(entry)
        // The event may have brought back data of a forgotten visitor.
        onForgotten()
        return null
      }
      inbox.finished(claim, event)
      if ((outcome.answers?.length ?? 0) > 0) onAnswers()
      if (finished.settled) outbox.hurry(conversation.id)
      if (!isClaimed) return null
      const { acceptedMs } = event
      const replies = finished.seqs.map((seq, index) =>
        toStoredReply(ids, { seq, body: outcome.replies[index] ?? '', acceptedMs, doubtMs: null }),
      )
      return outbox.claimFresh(entry, replies)
    },

    interject: async (claim, { seq: event, acceptedMs }, body) => {
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
        reply: body,
        doubtMs: clock.now(),
      })
      if (inbox.entryOf(claim) === null) return null
      if (seq !== null)
        return outbox.claimFresh(entry, [toStoredReply(ids, { seq, body, acceptedMs, doubtMs: null })])
      await giveBack(entry)
      return null
    },
  }
}
