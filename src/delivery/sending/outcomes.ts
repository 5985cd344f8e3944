import type { DeadReason } from '../../messages.ts'
import type { Clock } from '../../base/clock.ts'
import type { GraphError } from '../../graph/error.ts'
import type { Graph } from '../../graph/graph.ts'
import { UPLOAD_EDGE } from '../../graph/upload.ts'
import type { GraphFacts, OutboxClaim, Store, StoredReply } from '../../store/store.ts'
import type { TokenKeeper } from '../../token/keeper.ts'
import { backoffMs } from '../../base/backoff.ts'
import type { DoubtResolver } from './doubt.ts'
import type { Gates } from './gates.ts'
import type { Log } from '../../base/logger.ts'
import { factsOf, refusalOf } from './refusals.ts'

/** Whether to go on with the conversation's next reply. */
export type Step = { go: 'on' } | { go: 'stop'; notBeforeMs?: number }

/** What follows from what Graph said to a reply: for the store, its conversation and its Page. */
export interface Outcomes {
  /** Facebook has it. */
  sent: (claim: OutboxClaim, reply: StoredReply, messageId: string | null) => Step
  /** What was asked for took place, or is given up; a visitor would not have seen it. */
  done: (claim: OutboxClaim, reply: StoredReply) => Step
  /** It will never be sent. */
  dead: (claim: OutboxClaim, reply: StoredReply, reason: DeadReason, error?: GraphFacts) => Promise<Step>
  /** Whether it was sent cannot be told yet. */
  inDoubt: (claim: OutboxClaim, reply: StoredReply) => void
  /** Graph refused it, or the media it shows. */
  refused: (claim: OutboxClaim, reply: StoredReply, error: GraphError, token: string) => Promise<Step>
  retry: (claim: OutboxClaim, reply: StoredReply, error: GraphError) => Step
  /** How often the conversation's first reply was tried again. */
  retriesOf: (claim: OutboxClaim) => number
  /** Whether the window to answer in has closed, as of now. */
  isWindowOver: (claim: OutboxClaim) => Promise<boolean>
  /** The visitor was forgotten. */
  forget: (claim: OutboxClaim) => void
}

/** What became of replies, for metrics. */
export interface DeliveryReport {
  sent: (pageId: string, latencyMs: number, psid: string | null) => void
  dead: (pageId: string, reason: DeadReason, psid: string | null) => void
  refused: (pageId: string, verdict: string) => void
}

const RETRY = { baseMs: 1000, capMs: 300_000 }

export const createOutcomes = (deps: {
  store: Pick<Store, 'finishReply' | 'windowEndsMs'>
  graph: Pick<Graph, 'now'>
  tokens: Pick<TokenKeeper, 'suspect'>
  gates: Gates
  doubt: DoubtResolver
  clock: Clock
  random: () => number
  log: Log
  report: DeliveryReport
}): Outcomes => {
  const { store, graph, tokens, gates, doubt, clock, random, log, report } = deps
  const retries = new Map<number, number>()

  /** What was sent need not wait for the mark: until it is durable, a crash leaves the reply in doubt, not lost. */
  const record = (
    claim: OutboxClaim,
    reply: StoredReply,
    outcome: Parameters<Store['finishReply']>[2],
  ): Promise<void> =>
    store.finishReply(claim, reply, outcome).catch((error: unknown) => {
      log.error({ err: error, replyId: reply.id }, 'what became of a reply could not be recorded')
    })

  const settle = ({ conversation }: OutboxClaim, reply: StoredReply): void => {
    doubt.forget(reply)
    retries.delete(conversation.id)
  }

  const dead: Outcomes['dead'] = async (claim, reply, reason, error) => {
    const { pageId, psid } = claim.conversation
    // Durable before the next one goes out: after a crash, two of the same text could not be told apart.
    await record(claim, reply, { status: 'dead', reason, ...(error && { error }) })
    settle(claim, reply)
    report.dead(pageId, reason, psid)
    log.warn({ pageId, replyId: reply.id, reason, graph: error }, 'a reply became a dead letter')
    return { go: 'on' }
  }

  const inDoubt: Outcomes['inDoubt'] = (claim, reply) => void record(claim, reply, { status: 'in_doubt' })

  const later: Outcomes['retry'] = (claim, reply, error) => {
    const { id, pageId } = claim.conversation
    const attempt = retries.get(id) ?? 0
    retries.set(id, attempt + 1)
    const laterMs = Math.max(error.retryAfterMs ?? 0, backoffMs(attempt, { ...RETRY, random }))
    if (attempt === 0)
      log.info({ pageId, replyId: reply.id, graph: factsOf(error) }, 'a reply is tried again later')
    return {
      go: 'stop',
      notBeforeMs: clock.now() + Math.min(laterMs, windowLeftMs(claim.conversation.windowEndsMs)),
    }
  }

  const retry: Outcomes['retry'] = (claim, reply, error) => {
    gates.failed(claim.conversation.pageId)
    return later(claim, reply, error)
  }

  /** By Facebook's clock alone: ours may have been set. Before Facebook has said a word, it is asked by sending. */
  const windowLeftMs = (windowEndsMs: number | null): number => {
    const facebookMs = graph.now()
    return windowEndsMs === null || facebookMs === null ? Number.POSITIVE_INFINITY : windowEndsMs - facebookMs
  }

  const refused: Outcomes['refused'] = async (claim, reply, error, token) => {
    const { pageId } = claim.conversation
    // That media cannot be had says nothing about what the Page may send, and must not hold it back.
    const isUpload = error.edge === UPLOAD_EDGE
    const refusal = refusalOf(error)
    report.refused(pageId, error.verdict)
    log.debug({ pageId, replyId: reply.id, graph: factsOf(error) }, 'Graph refused a reply')
    switch (refusal.do) {
      case 'suspect_token':
        tokens.suspect(pageId, token, error.message, error.hint === 'token_dead')
        return { go: 'stop' }
      case 'close_page':
        if (isUpload) {
          gates.mediaRefused(pageId, refusal.why, error.retryAfterMs ?? 0)
          return later(claim, reply, error)
        }
        gates.close(pageId, refusal.why, refusal.atLeastMs)
        return { go: 'stop' }
      case 'bury':
        if (isUpload) return dead(claim, reply, 'bad_request', factsOf(error))
        gates.succeeded(pageId)
        return dead(claim, reply, refusal.reason, factsOf(error))
      case 'doubt':
        doubt.tried(reply)
        inDoubt(claim, reply)
        return retry(claim, reply, error)
      case 'retry':
        return isUpload ? later(claim, reply, error) : retry(claim, reply, error)
    }
  }

  return {
    sent: (claim, reply, messageId) => {
      const { pageId, psid } = claim.conversation
      void record(claim, reply, { status: 'sent', messageId })
      settle(claim, reply)
      report.sent(pageId, clock.now() - reply.acceptedMs, psid)
      return { go: 'on' }
    },
    done: (claim, reply) => {
      void record(claim, reply, { status: 'sent', messageId: null })
      settle(claim, reply)
      return { go: 'on' }
    },
    dead,
    inDoubt,
    refused,
    retry,
    retriesOf: ({ conversation }) => retries.get(conversation.id) ?? 0,
    isWindowOver: async (claim) =>
      windowLeftMs(claim.conversation.windowEndsMs) <= 0 &&
      windowLeftMs(await store.windowEndsMs(claim)) <= 0,
    forget: (claim) => {
      for (const reply of claim.replies) settle(claim, reply)
    },
  }
}
