import { backoffMs, type Backoff } from '../../base/backoff.ts'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/logger.ts'
import type { GraphError } from '../../graph/error.ts'
import type { GraphFacts } from '../../store/dead-letters.ts'
import type { OutboxClaim, Store, StoredReply } from '../../store/store.ts'
import type { Continuation } from './continuation.ts'
import type { MessagingWindow } from './messaging-window.ts'
import { graphFactsOf } from './refusals.ts'

/** The failed tries of each conversation's first reply, and when the next try comes. */
export interface Retries {
  countOf: (claim: OutboxClaim) => number
  /** What Facebook answered to the last one. */
  lastOf: (claim: OutboxClaim) => GraphFacts | undefined
  /** The reply is tried again later. */
  later: (claim: OutboxClaim, reply: StoredReply, error: GraphError, pace?: Backoff) => Continuation
  /** The next try waits for a look at whether the reply has arrived; a new message of the visitor does not shorten that wait. */
  awaitLook: (claim: OutboxClaim) => void
  /** The visitor wrote: the window is open and trouble of the visitor may be over, so a reply with a long wait is tried now. */
  wrote: (conversation: number) => void
  /** The reply has an outcome. */
  over: (claim: OutboxClaim) => void
}

const RETRY = { baseMs: 1000, capMs: 300_000 }
/** Back-off for refusals that pass only when a person acts, or never. */
export const PARKED = { baseMs: 15_000, capMs: 15 * 60_000 }
/** How often a refused message that Facebook may take a moment later is tried again before it becomes a dead letter. */
export const MOST_PASSING = 3

export const createRetries = (deps: {
  store: Pick<Store, 'hurryOutbox'>
  window: MessagingWindow
  clock: Pick<Clock, 'now'>
  random: () => number
  log: Pick<Log, 'info'>
}): Retries => {
  const { store, window, clock, random, log } = deps
  /** By conversation. */
  const tries = new Map<number, { count: number; last: GraphFacts; waitsLong: boolean }>()

  const countOf: Retries['countOf'] = ({ conversation }) => tries.get(conversation.id)?.count ?? 0

  return {
    countOf,
    lastOf: ({ conversation }) => tries.get(conversation.id)?.last,
    later: (claim, reply, error, pace = RETRY) => {
      const { id, pageId, windowEndsMs } = claim.conversation
      const count = countOf(claim)
      // A new message does not use up the few tries of a passing refusal, and does not override the wait that Facebook asks for.
      const waitsLong = error.retryAfterMs === null && (pace === PARKED || count >= MOST_PASSING)
      tries.set(id, { count: count + 1, last: graphFactsOf(error), waitsLong })
      const leastMs = pace === RETRY ? 0 : pace.baseMs / 2
      const laterMs = Math.max(error.retryAfterMs ?? 0, leastMs + backoffMs(count, { ...pace, random }))
      if (count === 0)
        log.info({ pageId, replyId: reply.id, graph: graphFactsOf(error) }, 'a reply is tried again later')
      const leftMs = window.leftMs(windowEndsMs)
      // A reply that may go out in a closed window was written by a person, who may answer for days.
      return { go: 'stop', notBeforeMs: clock.now() + (leftMs > 0 ? Math.min(laterMs, leftMs) : laterMs) }
    },
    awaitLook: ({ conversation }) => {
      const known = tries.get(conversation.id)
      if (known !== undefined) known.waitsLong = false
    },
    wrote: (conversation) => {
      if (tries.get(conversation)?.waitsLong === true) store.hurryOutbox([conversation])
    },
    over: ({ conversation }) => void tries.delete(conversation.id),
  }
}
