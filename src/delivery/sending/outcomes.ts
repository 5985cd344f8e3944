import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/logger.ts'
import type { GraphError } from '../../graph/error.ts'
import type { Graph } from '../../graph/graph.ts'
import type { OutboxClaim, Store, StoredReply } from '../../store/store.ts'
import type { PageTokens } from '../../token/page-tokens.ts'
import type { Continuation } from './continuation.ts'
import type { DeliveryReport } from './delivery-report.ts'
import type { DoubtResolver } from './doubt.ts'
import type { Gates } from './gates.ts'
import { createMessagingWindow } from './messaging-window.ts'
import { createOneAfterAnother } from './one-after-another.ts'
import { createAfterRefusal, type Death, type RefusedTry } from './after-refusal.ts'
import { createRetries } from './retries.ts'

/** Applies Graph's answer to a reply: to the store, the conversation and the Page. */
export interface Outcomes {
  /** Facebook has accepted the reply. */
  sent: (claim: OutboxClaim, reply: StoredReply, messageId: string | null) => Continuation
  /** A handover took place, or is given up. The visitor sees neither. */
  done: (claim: OutboxClaim, reply: StoredReply) => Continuation
  /** The messaging window closed before the reply was sent. */
  tooLate: (claim: OutboxClaim, reply: StoredReply) => Promise<Continuation>
  /** The stored reply cannot be read. */
  damaged: (claim: OutboxClaim, reply: StoredReply) => Promise<Continuation>
  /** Whether the reply was sent is not known yet. */
  inDoubt: (claim: OutboxClaim, reply: StoredReply) => void
  /** Graph refused the reply, or its media. */
  refused: (claim: OutboxClaim, reply: StoredReply, tried: RefusedTry) => Promise<Continuation>
  retry: (claim: OutboxClaim, reply: StoredReply, error: GraphError) => Continuation
  /** How often the conversation's first reply has been tried again. */
  retriesOf: (claim: OutboxClaim) => number
  /** Whether the messaging window has certainly closed, by both clocks, or closed longer ago than `beyondMs`. */
  isWindowOver: (claim: OutboxClaim, beyondMs?: number) => boolean
  /** The visitor wrote: the window is open and trouble of the visitor may be over, so a reply with a long wait is tried now. */
  wrote: (conversation: number) => void
  /** The visitor was forgotten. */
  forget: (claim: OutboxClaim) => void
  /** Another instance may have sent for the Page until now. */
  taken: (pageId: string) => void
}

export const createOutcomes = (deps: {
  store: Pick<Store, 'finishReply' | 'hurryOutbox' | 'windowEndsMs'>
  graph: Pick<Graph, 'now'>
  tokens: Pick<PageTokens, 'suspect'>
  /** Whether a reply to an event accepted at that time has waited for the token that it was sent with. */
  waitedForToken: (pageId: string, acceptedMs: number) => boolean
  gates: Gates
  doubt: DoubtResolver
  clock: Clock
  random: () => number
  log: Log
  report: DeliveryReport
  /** The text above choices whose own message could not be shown. */
  choose: (pageId: string) => string
}): Outcomes => {
  const { store, graph, tokens, waitedForToken, gates, doubt, clock, random, log, report, choose } = deps
  const window = createMessagingWindow({ store, graph, clock })
  const retries = createRetries({ store, window, clock, random, log })
  const row = createOneAfterAnother({ clock })

  /** A sent reply does not wait for its mark: until the mark is durable, a crash leaves the reply in doubt, not lost. */
  const record = (
    claim: OutboxClaim,
    reply: StoredReply,
    outcome: Parameters<Store['finishReply']>[2],
  ): Promise<void> =>
    store.finishReply(claim, reply, outcome).catch((error: unknown) => {
      log.error({ err: error, replyId: reply.id }, 'what became of a reply could not be recorded')
    })

  const settle = (claim: OutboxClaim, reply: StoredReply): void => {
    const { id, pageId } = claim.conversation
    doubt.forget(reply)
    retries.over(claim)
    gates.settled(pageId, id)
  }

  const dead = async (
    claim: OutboxClaim,
    reply: StoredReply,
    { reason, error, instead }: Death,
  ): Promise<Continuation> => {
    const { pageId, psid } = claim.conversation
    // Make the mark durable before the next reply goes out: after a crash, two replies with the same text could not be told apart.
    await record(claim, reply, {
      status: 'dead',
      reason,
      ...(error && { error }),
      ...(instead && { instead: JSON.stringify(instead) }),
    })
    settle(claim, reply)
    report.dead(pageId, reason, psid)
    log.warn({ pageId, replyId: reply.id, reason, graph: error }, 'a reply became a dead letter')
    return { go: 'on', ...(instead && { instead }) }
  }

  const inDoubt: Outcomes['inDoubt'] = (claim, reply) => {
    retries.awaitLook(claim)
    void record(claim, reply, { status: 'in_doubt' })
  }

  const retry: Outcomes['retry'] = (claim, reply, error) => {
    gates.failed(claim.conversation.pageId, claim.conversation.id, error)
    return retries.later(claim, reply, error)
  }

  const refused = createAfterRefusal({
    tokens,
    gates,
    doubt,
    retries,
    row,
    dead,
    inDoubt,
    retry,
    report,
    log,
    choose,
  })

  return {
    sent: (claim, reply, messageId) => {
      const { pageId, psid } = claim.conversation
      const waited = waitedForToken(pageId, reply.acceptedMs)
      void record(claim, reply, { status: 'sent', messageId, ...(waited && { waited }) })
      settle(claim, reply)
      row.over(pageId)
      report.sent(pageId, clock.now() - reply.acceptedMs, psid, waited)
      return { go: 'on' }
    },
    done: (claim, reply) => {
      void record(claim, reply, { status: 'sent', messageId: null })
      settle(claim, reply)
      return { go: 'on' }
    },
    tooLate: (claim, reply) => dead(claim, reply, { reason: 'outside_window', error: retries.lastOf(claim) }),
    damaged: (claim, reply) => {
      const { pageId } = claim.conversation
      log.error({ pageId, replyId: reply.id }, 'a stored reply is damaged, so it cannot be sent')
      return dead(claim, reply, { reason: 'damaged' })
    },
    inDoubt,
    refused,
    retry,
    retriesOf: retries.countOf,
    isWindowOver: window.isOver,
    wrote: retries.wrote,
    forget: (claim) => {
      for (const reply of claim.replies) settle(claim, reply)
    },
    taken: row.over,
  }
}
