import type { Clock } from '../clock.ts'
import { GraphError } from '../graph/error.ts'
import type { Graph, RecentMessage } from '../graph/graph.ts'
import type { Reply } from '../messages.ts'
import type { OutboxClaim, Store, StoredReply } from '../store/store.ts'
import type { Pacer } from './pacer.ts'

/**
 * Settles whether a reply in doubt has gone out. The echo webhook that carries its id settles it at any time, without us.
 * Otherwise the conversation is read by Graph; a reply that is not there some time after the last try has not gone out.
 */
export interface DoubtResolver {
  resolve: (claim: OutboxClaim, reply: StoredReply, content: Reply, token: string) => Promise<DoubtVerdict>
  /** A try of this reply ended in doubt just now. */
  tried: (reply: StoredReply) => void
  /** It is settled. */
  forget: (reply: StoredReply) => void
}

export type DoubtVerdict =
  { is: 'sent'; messageId: string } | { is: 'not_sent' } | { is: 'open'; notBeforeMs: number }

export interface DoubtTimes {
  /** How long an echo gets before the conversation is read. */
  echoMs: number
  /** How long after the last try Facebook may still carry it out; a reply not found then has not gone out. */
  settleMs: number
  /** How long we go on when the conversation cannot be read, before the reply is presumed not to have gone out. */
  giveUpMs: number
}

export const DEFAULT_DOUBT_TIMES: DoubtTimes = { echoMs: 3000, settleMs: 20_000, giveUpMs: 300_000 }

// Between our clock and Facebook's, and for the whole seconds Graph tells.
const CLOCK_SKEW_MS = 60_000

export const createDoubtResolver = (deps: {
  graph: Pick<Graph, 'recentMessages'>
  store: Pick<Store, 'sentMessageIds'>
  pacer: Pacer
  clock: Clock
  times?: DoubtTimes
}): DoubtResolver => {
  const { graph, store, pacer, clock, times = DEFAULT_DOUBT_TIMES } = deps
  const startedMs = clock.now()
  const triedMs = new Map<string, number>()
  const booked = new Set<string>()

  return {
    resolve: async (claim, reply, content, token) => {
      const nowMs = clock.now()
      const doubtSinceMs = reply.doubtSinceMs ?? nowMs
      // After a crash nobody knows when the last try was; it was before we started.
      const lastTryMs = triedMs.get(reply.id) ?? Math.max(doubtSinceMs, startedMs)
      const sinceTryMs = nowMs - lastTryMs
      if (sinceTryMs < times.echoMs) return { is: 'open', notBeforeMs: lastTryMs + times.echoMs }
      const waitMs = booked.has(reply.id) ? 0 : pacer.book(claim.conversation.pageId, 'read')
      if (waitMs > 0) {
        booked.add(reply.id)
        return { is: 'open', notBeforeMs: nowMs + waitMs }
      }
      booked.delete(reply.id)
      const { pageId, psid } = claim.conversation
      try {
        const messages = await graph.recentMessages({ pageId, pageToken: token, psid: psid ?? '' })
        const known = new Set(await store.sentMessageIds(claim.conversation))
        const found = messages.find(
          (message) => !known.has(message.id) && isIt(message, pageId, content, doubtSinceMs - CLOCK_SKEW_MS),
        )
        if (found !== undefined) return { is: 'sent', messageId: found.id }
        if (sinceTryMs >= times.settleMs) return { is: 'not_sent' }
        return { is: 'open', notBeforeMs: lastTryMs + times.settleMs }
      } catch (error) {
        if (!(error instanceof GraphError) || error.verdict === 'token_invalid') throw error
        // It may not be read at all, or not now: then nobody will know, sooner or later.
        if (sinceTryMs >= (error.retryable ? times.giveUpMs : times.settleMs)) return { is: 'not_sent' }
        return { is: 'open', notBeforeMs: nowMs + times.settleMs / 2 }
      }
    },
    tried: (reply) => {
      triedMs.set(reply.id, clock.now())
    },
    forget: (reply) => {
      triedMs.delete(reply.id)
      booked.delete(reply.id)
    },
  }
}

// An attachment has no text in the conversation; then its place in time has to do.
const isIt = (
  message: RecentMessage,
  pageId: string,
  { message: ours }: Reply,
  earliestMs: number,
): boolean =>
  message.fromId === pageId &&
  (message.createdMs === null || message.createdMs >= earliestMs) &&
  message.text.trim() === (ours.text ?? '').trim()
