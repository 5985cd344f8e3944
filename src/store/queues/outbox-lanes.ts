import type { Clock } from '../../base/clock.ts'
import type { Conversation, OutboxClaim, OutboxRoom, StoredReply } from '../store.ts'
import { createDelays } from './delays.ts'
import type { KeptPages, Tenure } from './kept-pages.ts'
import { createLanesInTurn, type LaneRead } from './lanes-in-turn.ts'
import type { LiveConversation, LiveConversations } from './live-conversations.ts'
import { createOutboxClaims } from './outbox-claims.ts'
import type { Lane } from './outbox-lane.ts'
import { conversationOf, type OutboxRow, type OutboxRows } from './rows.ts'

/**
 * The outbox of the kept Pages: a conversation waits in the lane of its Page, is claimed, and is released, perhaps with a delay. Fresh
 * replies of an idle conversation never wait in a lane: they are claimed as they are stored.
 */
export interface OutboxLanes {
  /** Claims the conversation for replies about to be stored; false when other replies of it wait. */
  reserve: (conversation: Readonly<Conversation>) => boolean
  /** Completes a {@link reserve} with the stored replies. */
  claimFresh: (entry: LiveConversation, replies: StoredReply[]) => OutboxClaim
  /** Replies were stored and left waiting. */
  added: (conversation: Readonly<Conversation>) => void
  claim: (limit: number, room: OutboxRoom, toReply: (row: OutboxRow) => StoredReply) => Promise<OutboxClaim[]>
  /** The tenure of the claim; null for a void or released claim. */
  tenureOf: (claim: OutboxClaim) => Tenure | null
  /** The reply has an outcome; `stays` when it is still to be sent. */
  finished: (claim: OutboxClaim, reply: StoredReply, stays: boolean) => void
  /** Resolves when the untried replies are durably handed back. */
  release: (claim: OutboxClaim, notBeforeMs?: number) => Promise<void>
  /** Replies came back into the rows; their conversations are not known. */
  returned: (pageIds: Iterable<string>) => void
  /** Ends a delay, because its reason has passed. */
  hurry: (conversation: number) => void
  pause: (pageId: string, paused: boolean) => void
  /** The Page was taken: nothing is known of its rows yet. */
  taken: (pageId: string) => void
  /** Nothing more of the Page is claimed. */
  leave: (pageId: string) => void
  /** Voids the claim of the conversation, whose Page has no lane any more. */
  lose: (entry: LiveConversation) => void
  stop: () => void
}

export const createOutboxLanes = (deps: {
  rows: OutboxRows
  pages: Pick<KeptPages, 'tenureOf'>
  live: LiveConversations
  clock: Clock
  wake: () => void
}): OutboxLanes => {
  const { rows, live, clock, wake } = deps
  const lanes = createLanesInTurn(deps)
  const claims = createOutboxClaims(live)

  const letGo = (entry: LiveConversation, hasMore: boolean): void => {
    live.leave(entry)
    lanes.known(entry.conversation.pageId)?.letGo(entry.conversation, hasMore)
  }

  const delays = createDelays({ clock, onEnd: (entry) => letGo(entry, true) })

  const reserve = (lane: Lane, conversation: Readonly<Conversation>): LiveConversation => {
    const entry = live.enter(conversation, lane.tenure)
    claims.reserve(entry)
    return entry
  }

  const claimsOf = ({ lane, found }: LaneRead, toReply: (row: OutboxRow) => StoredReply): OutboxClaim[] => {
    const { pageId } = lane
    // The Page was given away during the read. Its next keeper finds the replies in doubt.
    if (lanes.known(pageId) !== lane) return []
    const byConversation = new Map<number, { entry: LiveConversation; replies: StoredReply[] }>()
    for (const row of found) {
      const begun = byConversation.get(row.conversation)
      if (begun !== undefined) begun.replies.push(toReply(row))
      else {
        const entry = reserve(lane, conversationOf(pageId, row))
        byConversation.set(row.conversation, { entry, replies: [toReply(row)] })
      }
    }
    return [...byConversation.values()].map(({ entry, replies }) => claims.open(entry, replies))
  }

  return {
    reserve: (conversation) => {
      const lane = lanes.of(conversation.pageId)
      if (lane?.takeFresh(conversation.id) !== true) return false
      reserve(lane, conversation)
      return true
    },

    claimFresh: claims.open,

    added: (conversation) => lanes.of(conversation.pageId)?.note(conversation),

    claim: async (limit, room, toReply) => {
      // One read can come back empty while there is still work. Repeat until a conversation is claimed, or no lane has one to claim.
      const inVain = new Set<Lane>()
      for (;;) {
        const reads = lanes.read(limit, room, inVain)
        if (reads.length === 0) return []
        const claimed = (await Promise.all(reads)).flatMap((read) => claimsOf(read, toReply))
        if (claimed.length > 0) return claimed
      }
    },

    tenureOf: claims.tenureOf,
    finished: claims.finished,

    release: async (claim, notBeforeMs = 0) => {
      const released = claims.release(claim)
      if (released === null) return
      const { entry, untried, hasMore } = released
      const { id: conversation, pageId: page } = claim.conversation
      const { fence } = entry.tenure
      const handedBack =
        untried.length > 0 ? rows.handBack({ page, fence, conversation, seqs: untried }) : null
      const isDelayed = hasMore && !entry.forgotten && delays.begin(entry, notBeforeMs)
      if (!isDelayed) letGo(entry, hasMore)
      await handedBack
    },

    pause: lanes.pause,

    taken: (pageId) => {
      lanes.behind(pageId)
      wake()
    },

    leave: (pageId) => {
      lanes.drop(pageId)
      for (const entry of delays.drop(pageId)) live.leave(entry)
    },

    lose: claims.lose,

    returned: (pageIds) => {
      for (const pageId of new Set(pageIds))
        lanes.of(pageId)?.returned((id) => live.get(id)?.conversation.windowEndsMs ?? null)
    },

    hurry: delays.end,
    stop: delays.endAll,
  }
}
