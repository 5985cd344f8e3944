import type { ClaimId, Conversation } from '../store.ts'
import type { InboxQueue } from './inbox-queue.ts'
import type { PageQueues } from './kept-pages.ts'
import { claimsOf, type LiveConversation, type LiveConversations } from './live-conversations.ts'
import type { StoreDatabase } from './operations.ts'
import type { OutboxLanes } from './outbox-lanes.ts'

/** The steps of the queues when this process takes a Page, gives it away, or loses it. */
export interface PageChanges extends PageQueues {
  /** Call when a claim of the conversation has ended; it may be the last one of a Page that is given away. */
  claimEnded: (conversation: Readonly<Conversation>) => void
}

export const createPageChanges = (deps: {
  database: Pick<StoreDatabase, 'record'>
  inbox: InboxQueue
  outbox: OutboxLanes
  live: LiveConversations
  /** These claims are void. */
  onRevoked: (claims: readonly ClaimId[]) => void
}): PageChanges => {
  const { database, inbox, outbox, live, onRevoked } = deps

  const entriesOf = (pageId: string): LiveConversation[] =>
    live.all().filter(({ conversation }) => conversation.pageId === pageId)
  const isHome = (pageId: string): boolean =>
    entriesOf(pageId).every(({ inboxClaim, outboxClaim }) => inboxClaim === null && outboxClaim === null)
  /** Called when all claims of the Page have ended, or the Page is lost. */
  const homecomings = new Map<string, () => void>()
  const claimEnded = ({ pageId }: Readonly<Conversation>): void => {
    if (homecomings.has(pageId) && isHome(pageId)) homecomings.get(pageId)?.()
  }

  return {
    taken: (pageId) => {
      // Replies before events: a new reply then waits behind older ones.
      outbox.taken(pageId)
      inbox.restart()
    },
    leave: async (pageId) => {
      outbox.leave(pageId)
      for (const entry of entriesOf(pageId)) inbox.drop(entry)
      if (!isHome(pageId)) {
        await new Promise<void>((resolve) => homecomings.set(pageId, resolve))
        homecomings.delete(pageId)
      }
      // Answers come in the order of the calls, so everything requested before is durable then.
      await database.record({ op: 'gone', conversations: [] }).catch(() => undefined)
    },
    lost: (pageId) => {
      outbox.leave(pageId)
      const revoked: ClaimId[] = []
      for (const entry of entriesOf(pageId)) {
        revoked.push(...claimsOf(entry))
        inbox.lose(entry)
        outbox.lose(entry)
        live.drop(entry)
      }
      inbox.restart()
      homecomings.get(pageId)?.()
      if (revoked.length > 0) onRevoked(revoked)
    },
    eventsCame: inbox.added,
    claimEnded,
  }
}
