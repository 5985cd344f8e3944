import type { ClaimId, OutboxClaim, StoredReply } from '../store.ts'
import type { Tenure } from './kept-pages.ts'
import type { LiveConversation, LiveConversations } from './live-conversations.ts'

/** The claims on the outbox that are not released yet, and which of their replies have an outcome. */
export interface OutboxClaims {
  /** Takes the place of a claim whose replies are not known yet; {@link OutboxClaims.open} gives them. */
  reserve: (entry: LiveConversation) => void
  open: (entry: LiveConversation, replies: StoredReply[]) => OutboxClaim
  /** The tenure of the claim; null for a void or released claim. */
  tenureOf: (claim: OutboxClaim) => Tenure | null
  /** The reply has an outcome; `stays` when it is still to be sent. */
  finished: (claim: OutboxClaim, reply: StoredReply, stays: boolean) => void
  /** Null for a void or released claim. */
  release: (claim: OutboxClaim) => ReleasedClaim | null
  /** Voids the claim of the conversation. */
  lose: (entry: LiveConversation) => void
}

export interface ReleasedClaim {
  entry: LiveConversation
  /** The replies that this claim never tried, by sequence number: those in doubt were tried before it. */
  untried: number[]
  /** Whether replies of the conversation are still to be sent. */
  hasMore: boolean
}

interface OpenClaim {
  entry: LiveConversation
  /** Replies without an outcome, by sequence number. */
  untouched: Map<number, StoredReply>
  /** Whether a reply with an outcome is still to be sent. */
  leaves: boolean
}

export const createOutboxClaims = (live: Pick<LiveConversations, 'nextClaim'>): OutboxClaims => {
  const open = new Map<ClaimId, OpenClaim>()

  return {
    reserve: (entry) => {
      entry.outboxClaim = live.nextClaim()
    },

    open: (entry, replies) => {
      const id = entry.outboxClaim ?? live.nextClaim()
      open.set(id, { entry, untouched: new Map(replies.map((reply) => [reply.seq, reply])), leaves: false })
      const { maySend, takenMs } = entry.tenure
      return { id, conversation: { ...entry.conversation }, replies, maySend, takenMs }
    },

    tenureOf: ({ id }) => open.get(id)?.entry.tenure ?? null,

    finished: ({ id }, reply, stays) => {
      const claim = open.get(id)
      if (claim === undefined) return
      claim.untouched.delete(reply.seq)
      if (stays) claim.leaves = true
    },

    release: ({ id }) => {
      const claim = open.get(id)
      if (claim === undefined) return null
      open.delete(id)
      const { entry, leaves } = claim
      entry.outboxClaim = null
      const untouched = [...claim.untouched.values()]
      const untried = untouched.filter(({ doubtSinceMs }) => doubtSinceMs === null).map(({ seq }) => seq)
      return { entry, untried, hasMore: leaves || untouched.length > 0 }
    },

    lose: ({ outboxClaim }) => {
      if (outboxClaim !== null) open.delete(outboxClaim)
    },
  }
}
