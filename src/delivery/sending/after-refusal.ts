import type { DeadReason, QueuedReply } from '../../messages.ts'
import type { Log } from '../../base/logger.ts'
import type { GraphError } from '../../graph/error.ts'
import { UPLOAD_EDGE } from '../../graph/upload.ts'
import type { GraphFacts } from '../../store/dead-letters.ts'
import type { OutboxClaim, StoredReply } from '../../store/store.ts'
import type { PageTokens } from '../../token/page-tokens.ts'
import type { Continuation } from './continuation.ts'
import type { DeliveryReport } from './delivery-report.ts'
import type { DoubtResolver } from './doubt.ts'
import type { Gates } from './gates.ts'
import { insteadOf } from './instead.ts'
import type { OneAfterAnother } from './one-after-another.ts'
import { graphFactsOf, refusalOf, type Refusal } from './refusals.ts'
import { MOST_PASSING, PARKED, type Retries } from './retries.ts'
import type { StuckRefusal } from './stuck.ts'

/** A try that Graph refused. */
export interface RefusedTry {
  /** Null for a handover. */
  content: QueuedReply | null
  error: GraphError
  /** The token that it was made with. */
  token: string
}

/** A refusal that is not about the token. */
type OtherRefusal = Exclude<Refusal, { do: 'suspect_token' }>

export interface Death {
  reason: DeadReason
  error?: GraphFacts | undefined
  instead?: QueuedReply | undefined
}

/** What follows from the refusal of a reply, or of its media, for the reply, the conversation and the Page. */
export const createAfterRefusal = (deps: {
  tokens: Pick<PageTokens, 'suspect'>
  gates: Gates
  doubt: Pick<DoubtResolver, 'tried'>
  retries: Retries
  row: Pick<OneAfterAnother, 'unreachable'>
  dead: (claim: OutboxClaim, reply: StoredReply, death: Death) => Promise<Continuation>
  inDoubt: (claim: OutboxClaim, reply: StoredReply) => void
  /** Also called where there was no answer. */
  retry: (claim: OutboxClaim, reply: StoredReply, error: GraphError) => Continuation
  report: Pick<DeliveryReport, 'refused'>
  log: Pick<Log, 'debug'>
  choose: (pageId: string) => string
}): ((claim: OutboxClaim, reply: StoredReply, refused: RefusedTry) => Promise<Continuation>) => {
  const { tokens, gates, doubt, retries, row, dead, inDoubt, retry, report, log, choose } = deps
  const { later } = retries

  const stuck = (
    claim: OutboxClaim,
    reply: StoredReply,
    error: GraphError,
    refusal: StuckRefusal,
  ): Continuation => {
    gates.refused(claim.conversation.pageId, claim.conversation.id, refusal)
    return later(claim, reply, error, PARKED)
  }

  const leaveInDoubt = (claim: OutboxClaim, reply: StoredReply, { content, error }: RefusedTry): void => {
    if (content === null) return
    doubt.tried(reply, content, error.answered)
    inDoubt(claim, reply)
  }

  const bury = (
    claim: OutboxClaim,
    reply: StoredReply,
    { content, error }: RefusedTry,
    reason: DeadReason,
  ): Promise<Continuation> => {
    const instead = insteadOf(content, reason, choose(claim.conversation.pageId))
    return dead(claim, reply, { reason, error: graphFactsOf(error), instead })
  }

  /** A refused upload says nothing about messages of the Page, and must not hold them back. */
  const ofUpload = (
    claim: OutboxClaim,
    reply: StoredReply,
    tried: RefusedTry,
    refusal: OtherRefusal,
  ): Continuation | Promise<Continuation> => {
    const { error } = tried
    const { pageId } = claim.conversation
    switch (refusal.do) {
      case 'close_page':
        gates.media.refused(pageId, refusal.why, error.retryAfterMs ?? 0)
        return later(claim, reply, error)
      case 'park':
        return later(claim, reply, error, PARKED)
      case 'bury':
        return bury(claim, reply, tried, refusal.reason)
      case 'doubt':
        leaveInDoubt(claim, reply, tried)
        return retry(claim, reply, error)
      case 'retry':
        return later(claim, reply, error)
    }
  }

  const ofMessage = (
    claim: OutboxClaim,
    reply: StoredReply,
    tried: RefusedTry,
    refusal: OtherRefusal,
  ): Continuation | Promise<Continuation> => {
    const { error } = tried
    const { id, pageId } = claim.conversation
    switch (refusal.do) {
      case 'close_page':
        if (refusal.ifOfVisitor === undefined) gates.close(pageId, refusal.why, refusal.atLeastMs)
        else if (!gates.close(pageId, refusal.why, refusal.atLeastMs, id))
          return stuck(claim, reply, error, refusal.ifOfVisitor)
        return { go: 'stop' }
      case 'park':
        if (refusal.isInDoubt) leaveInDoubt(claim, reply, tried)
        return stuck(claim, reply, error, refusal.refusal)
      case 'bury':
        if (refusal.ifOfPage !== undefined && row.unreachable(pageId, id, refusal.ifOfPage.same))
          return stuck(claim, reply, error, refusal.ifOfPage)
        gates.succeeded(pageId, id)
        if (refusal.mayPass && retries.countOf(claim) < MOST_PASSING) return later(claim, reply, error)
        return bury(claim, reply, tried, refusal.reason)
      case 'doubt':
        leaveInDoubt(claim, reply, tried)
        return retry(claim, reply, error)
      case 'retry':
        return retry(claim, reply, error)
    }
  }

  return async (claim, reply, tried) => {
    const { error, token } = tried
    const { pageId } = claim.conversation
    report.refused(pageId, error.verdict)
    log.debug({ pageId, replyId: reply.id, graph: graphFactsOf(error) }, 'Graph refused a reply')
    const refusal = refusalOf(error)
    if (refusal.do === 'suspect_token') {
      tokens.suspect(pageId, token, error)
      return { go: 'stop' }
    }
    const follow = error.edge === UPLOAD_EDGE ? ofUpload : ofMessage
    return follow(claim, reply, tried, refusal)
  }
}
