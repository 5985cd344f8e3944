import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ClaimId } from '../store.ts'
import type { InboxQueue } from './inbox-queue.ts'
import { claimsOf, type LiveConversations } from './live-conversations.ts'
import type { StoreDatabase } from './operations.ts'
import type { OutboxLanes } from './outbox-lanes.ts'

/** Drops from memory the conversations that the database no longer has, because their visitors were forgotten. */
export const createLettingGo = (deps: {
  database: Pick<StoreDatabase, 'record'>
  inbox: InboxQueue
  outbox: OutboxLanes
  live: LiveConversations
  /** These claims are void. */
  onRevoked: (claims: readonly ClaimId[]) => void
  onForgotten: () => void
}): (() => Promise<void>) => {
  const { database, inbox, outbox, live, onRevoked, onForgotten } = deps
  return async () => {
    // After this turn, the rows that the same transaction has read are in memory.
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
    if (revoked.length > 0) onRevoked(revoked)
    onForgotten()
  }
}
