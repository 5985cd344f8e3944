import type { DeadReason } from '../../messages.ts'
import type { Clock } from '../../base/clock.ts'
import type { GraphError } from '../../graph/error.ts'
import type { Graph } from '../../graph/graph.ts'
import { UPLOAD_EDGE } from '../../graph/upload.ts'
import type { OutboxClaim, Store, StoredReply } from '../../store/store.ts'
import type { GraphFacts } from '../../store/dead-letters.ts'
import type { PageTokens } from '../../token/page-tokens.ts'
import { backoffMs } from '../../base/backoff.ts'
import type { QueuedReply } from '../../messages.ts'
import type { DoubtResolver } from './doubt.ts'
import type { Gates } from './gates.ts'
import type { Log } from '../../base/logger.ts'
import { createOneAfterAnother } from './one-after-another.ts'
import { graphFactsOf, refusalOf } from './refusals.ts'
import type { StuckRefusal } from './stuck.ts'

/** Whether to go on with the conversation's next reply. `instead`: first send this one in place of the dead letter. */
export type Continuation = { go: 'on'; instead?: QueuedReply } | { go: 'stop'; notBeforeMs?: number }

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
  /**
   * Graph refused the reply, or its media.
   *
   * @param content - null for a handover
   */
  refused: (
    claim: OutboxClaim,
    reply: StoredReply,
    content: QueuedReply | null,
    error: GraphError,
    token: string,
  ) => Promise<Continuation>
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

/** Counts the outcomes of replies for metrics. */
export interface DeliveryReport {
  /** @param waited - whether the reply waited for a token */
  sent: (pageId: string, latencyMs: number, psid: string | null, waited: boolean) => void
  dead: (pageId: string, reason: DeadReason, psid: string | null) => void
  refused: (pageId: string, verdict: string) => void
  /** The conversation was read for a reply in doubt, or could not be. */
  settled: (outcome: SettledDoubt) => void
  /** A send was held back because its Page no longer belonged to this instance. */
  heldBack: () => void
}

/** `found`: the reply was there; `not_found` and `unreadable`: it is sent again. */
export type SettledDoubt = 'found' | 'not_found' | 'unreadable'

const RETRY = { baseMs: 1000, capMs: 300_000 }
/** Back-off for refusals that pass only when a person acts, or never. */
const PARKED = { baseMs: 15_000, capMs: 15 * 60_000 }
/** How often a refused message that Facebook may take a moment later is tried again before it becomes a dead letter. */
const MOST_PASSING = 3

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
  /** By conversation: the failures so far of its first reply. */
  const retries = new Map<number, { count: number; last: GraphFacts; waitsLong: boolean }>()
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

  const settle = ({ conversation }: OutboxClaim, reply: StoredReply): void => {
    doubt.forget(reply)
    retries.delete(conversation.id)
    gates.settled(conversation.pageId, conversation.id)
  }

  const dead = async (
    claim: OutboxClaim,
    reply: StoredReply,
    reason: DeadReason,
    error?: GraphFacts,
    instead?: QueuedReply,
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
    // A new message of the visitor does not shorten the wait before the next look for a reply in doubt.
    const known = retries.get(claim.conversation.id)
    if (known !== undefined) known.waitsLong = false
    void record(claim, reply, { status: 'in_doubt' })
  }

  const retriesOf: Outcomes['retriesOf'] = ({ conversation }) => retries.get(conversation.id)?.count ?? 0

  const later = (claim: OutboxClaim, reply: StoredReply, error: GraphError, pace = RETRY): Continuation => {
    const { id, pageId, windowEndsMs } = claim.conversation
    const count = retriesOf(claim)
    // A new message does not use up the few tries of a passing refusal, and does not override the wait that Facebook asks for.
    const waitsLong = error.retryAfterMs === null && (pace === PARKED || count >= MOST_PASSING)
    retries.set(id, { count: count + 1, last: graphFactsOf(error), waitsLong })
    const leastMs = pace === RETRY ? 0 : pace.baseMs / 2
    const laterMs = Math.max(error.retryAfterMs ?? 0, leastMs + backoffMs(count, { ...pace, random }))
    if (count === 0)
      log.info({ pageId, replyId: reply.id, graph: graphFactsOf(error) }, 'a reply is tried again later')
    const leftMs = windowLeftMs(windowEndsMs)
    // A reply that may go out in a closed window was written by a person, who may answer for days.
    return { go: 'stop', notBeforeMs: clock.now() + (leftMs > 0 ? Math.min(laterMs, leftMs) : laterMs) }
  }

  const retry: Outcomes['retry'] = (claim, reply, error) => {
    gates.failed(claim.conversation.pageId, claim.conversation.id, error)
    return later(claim, reply, error)
  }

  /**
   * Time left in the window by Facebook's clock or ours, whichever is behind: a dead letter is final, and either clock may be wrong.
   * Where the clocks disagree, or Facebook has not told its time yet, the bot sends and Facebook decides.
   */
  const windowLeftMs = (windowEndsMs: number | null): number => {
    const facebookMs = graph.now()
    return windowEndsMs === null || facebookMs === null
      ? Number.POSITIVE_INFINITY
      : windowEndsMs - Math.min(facebookMs, clock.now())
  }

  const refused: Outcomes['refused'] = async (claim, reply, content, error, token) => {
    const { id, pageId } = claim.conversation
    // A refused upload says nothing about messages of the Page, and must not hold them back.
    const isUpload = error.edge === UPLOAD_EDGE
    const refusal = refusalOf(error)
    report.refused(pageId, error.verdict)
    log.debug({ pageId, replyId: reply.id, graph: graphFactsOf(error) }, 'Graph refused a reply')
    switch (refusal.do) {
      case 'suspect_token':
        tokens.suspect(pageId, token, error)
        return { go: 'stop' }
      case 'close_page':
        if (isUpload) {
          gates.media.refused(pageId, refusal.why, error.retryAfterMs ?? 0)
          return later(claim, reply, error)
        }
        if (refusal.ifOfVisitor === undefined) gates.close(pageId, refusal.why, refusal.atLeastMs)
        else if (!gates.close(pageId, refusal.why, refusal.atLeastMs, id))
          return stuck(claim, reply, error, refusal.ifOfVisitor)
        return { go: 'stop' }
      case 'park':
        if (isUpload) return later(claim, reply, error, PARKED)
        if (refusal.isInDoubt && content !== null) leaveInDoubt(claim, reply, content, error)
        return stuck(claim, reply, error, refusal.refusal)
      case 'bury':
        if (!isUpload && refusal.ifOfPage !== undefined) {
          const { ifOfPage } = refusal
          if (row.unreachable(pageId, id, ifOfPage.same)) return stuck(claim, reply, error, ifOfPage)
        }
        if (!isUpload) gates.succeeded(pageId, id)
        if (refusal.mayPass && !isUpload && retriesOf(claim) < MOST_PASSING) return later(claim, reply, error)
        return dead(
          claim,
          reply,
          refusal.reason,
          graphFactsOf(error),
          insteadOf(claim.conversation.pageId, content, refusal.reason),
        )
      case 'doubt':
        if (content !== null) leaveInDoubt(claim, reply, content, error)
        return retry(claim, reply, error)
      case 'retry':
        return isUpload ? later(claim, reply, error) : retry(claim, reply, error)
    }
  }

  const stuck = (
    claim: OutboxClaim,
    reply: StoredReply,
    error: GraphError,
    refusal: StuckRefusal,
  ): Continuation => {
    gates.refused(claim.conversation.pageId, claim.conversation.id, refusal)
    return later(claim, reply, error, PARKED)
  }

  const leaveInDoubt = (
    claim: OutboxClaim,
    reply: StoredReply,
    content: QueuedReply,
    { answered }: GraphError,
  ): void => {
    doubt.tried(reply, content, answered)
    inDoubt(claim, reply)
  }

  /** The choices of a message that cannot be shown, below a short text; nothing where Facebook refuses these, too. */
  const insteadOf = (
    pageId: string,
    content: QueuedReply | null,
    reason: DeadReason,
  ): QueuedReply | undefined => {
    if (content === null || reason !== 'bad_request') return undefined
    const { text, quick_replies: choices } = content.message
    const words = choose(pageId)
    if (choices === undefined || text === words) return undefined
    const { answersMs, datedMs, saying } = content
    return {
      message: { text: words, quick_replies: choices },
      ...(answersMs !== undefined && { answersMs }),
      ...(datedMs !== undefined && { datedMs }),
      ...(saying !== undefined && { saying }),
    }
  }

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
    tooLate: (claim, reply) => dead(claim, reply, 'outside_window', retries.get(claim.conversation.id)?.last),
    damaged: (claim, reply) => {
      const { pageId } = claim.conversation
      log.error({ pageId, replyId: reply.id }, 'a stored reply is damaged, so it cannot be sent')
      return dead(claim, reply, 'damaged')
    },
    inDoubt,
    refused,
    retry,
    retriesOf,
    isWindowOver: (claim, beyondMs = 0) =>
      windowLeftMs(claim.conversation.windowEndsMs) <= -beyondMs &&
      windowLeftMs(store.windowEndsMs(claim)) <= -beyondMs,
    wrote: (conversation) => {
      if (retries.get(conversation)?.waitsLong === true) store.hurryOutbox([conversation])
    },
    forget: (claim) => {
      for (const reply of claim.replies) settle(claim, reply)
    },
    taken: row.over,
  }
}
