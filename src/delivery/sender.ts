import type { Clock } from '../clock.ts'
import { GraphError, type Verdict } from '../graph/error.ts'
import type { Graph } from '../graph/graph.ts'
import { UPLOAD_EDGE } from '../graph/upload.ts'
import { isEffect, type OutboxItem } from '../messages.ts'
import type { DeadReason, GraphFacts, OutboxClaim, Store, StoredReply } from '../store/store.ts'
import type { TokenKeeper } from '../token/keeper.ts'
import { backoffMs } from './backoff.ts'
import type { DoubtResolver } from './doubt.ts'
import type { Gates } from './gates.ts'
import type { Log } from './log.ts'
import { isComplete, type MediaSender } from './media.ts'
import type { Pacer } from './pacer.ts'
import { factsOf, refusalOf } from './refusals.ts'

/** Brings replies to Facebook: each conversation in its order, one call in flight; the conversations beside each other. */
export interface Sender {
  /** Whether replies of this Page could go out right now. A true answer reserves a place; see {@link Sender.deliver}. */
  reserve: (pageId: string) => boolean
  unreserve: (pageId: string) => void
  /** Sends what `finishEvent` handed out, in the place that was reserved for it. */
  deliver: (claim: OutboxClaim) => void
  /** An echo says that Facebook has this reply. */
  confirm: (replyId: string, messageId: string | null) => void
  start: () => void
  /** Lets what is in flight come home, and begins nothing new. */
  stop: () => Promise<void>
}

/** What became of replies, for metrics. */
export interface SenderReport {
  sent: (pageId: string, latencyMs: number, psid: string | null) => void
  dead: (pageId: string, reason: DeadReason, psid: string | null) => void
  refused: (pageId: string, verdict: string) => void
}

/** The app behind the Page inbox (reference I). */
const PAGE_INBOX_APP_ID = '263902037430900'
/** So often a handover is tried again, over some minutes: later ones would come in the middle of something else. */
const HANDOVER_RETRIES = 5
/**
 * A refused handover closes the Page like a refused reply for these reasons alone. Others are about routing (it is set up
 * otherwise, a person has the thread already) and say nothing about sending.
 */
const CONCERNS_PAGE: ReadonlySet<Verdict> = new Set(['token_invalid', 'configuration', 'rate_limited'])

const RETRY = { baseMs: 1000, capMs: 300_000 }

/** Whether to go on with the conversation's next reply. */
type Step = { go: 'on' } | { go: 'stop'; notBeforeMs?: number }

export const createSender = (deps: {
  store: Store
  graph: Pick<Graph, 'sendMessage' | 'senderAction' | 'passThreadControl' | 'now'>
  tokens: Pick<TokenKeeper, 'suspect'>
  gates: Gates
  pacer: Pacer
  doubt: DoubtResolver
  media: MediaSender
  clock: Clock
  random: () => number
  log: Log
  report: SenderReport
  /** How many conversations are sent for at the same time, over all Pages. */
  maxInFlight: number
}): Sender => {
  const { store, graph, tokens, gates, pacer, doubt, media, clock, random, log, report, maxInFlight } = deps
  const perPage = new Map<string, number>()
  /** The replies being worked on; `messageId` once an echo has confirmed one. */
  const inHand = new Map<string, { confirmed: boolean; messageId: string | null }>()
  /** What comes after a reply that has not gone out, and has been in doubt no longer, was never tried either. */
  const untriedMs = new WeakMap<OutboxClaim, number>()
  const retries = new Map<number, number>()
  const stopping = new AbortController()
  let inFlight = 0
  let idle = (): void => undefined
  let pumping = false
  let woken = false
  let stopListening = (): void => undefined

  const roomFor = (pageId: string): number => gates.room(pageId) - (perPage.get(pageId) ?? 0)

  const pump = async (): Promise<void> => {
    if (pumping) {
      woken = true
      return
    }
    pumping = true
    try {
      do {
        woken = false
        const free = maxInFlight - inFlight
        // Filling up in handfuls shares the store's transactions; the last ones to finish fill the rest.
        if (stopping.signal.aborted || (inFlight > 0 && free < Math.min(16, maxInFlight / 4))) break
        const claims = await store.claimOutbox(free, roomFor)
        for (const claim of claims) {
          take(claim.conversation.pageId)
          deliver(claim)
        }
        if (claims.length > 0) woken = true
      } while (woken)
    } catch (error) {
      log.error({ err: error }, 'could not read the outbox')
    } finally {
      pumping = false
    }
  }

  const take = (pageId: string): void => {
    inFlight += 1
    perPage.set(pageId, (perPage.get(pageId) ?? 0) + 1)
  }

  const giveBack = (pageId: string): void => {
    inFlight -= 1
    const left = (perPage.get(pageId) ?? 1) - 1
    if (left === 0) perPage.delete(pageId)
    else perPage.set(pageId, left)
    if (inFlight === 0) idle()
  }

  const deliver = (claim: OutboxClaim): void => {
    for (const reply of claim.replies) inHand.set(reply.id, { confirmed: false, messageId: null })
    void work(claim).then((notBeforeMs) => {
      for (const reply of claim.replies) inHand.delete(reply.id)
      if (claim.conversation.forgotten === true) letGo(claim)
      store.releaseOutbox(claim, notBeforeMs)
      giveBack(claim.conversation.pageId)
      void pump()
    })
  }

  const letGo = ({ conversation, replies }: OutboxClaim): void => {
    retries.delete(conversation.id)
    for (const reply of replies) doubt.forget(reply)
  }

  /** @returns when the conversation may be tried again; undefined for at once */
  const work = async (claim: OutboxClaim): Promise<number | undefined> => {
    try {
      for (const reply of claim.replies) {
        const step = await sendOne(claim, reply)
        if (step.go === 'stop') return step.notBeforeMs
      }
      return undefined
    } catch (error) {
      log.error({ err: error, pageId: claim.conversation.pageId }, 'a reply could not be worked on')
      return clock.now() + RETRY.baseMs * 10
    }
  }

  const sendOne = async (claim: OutboxClaim, reply: StoredReply): Promise<Step> => {
    const { conversation } = claim
    const { pageId, psid } = conversation
    let token = gates.tokenFor(pageId)
    if (token === null || hasToStop(claim)) return { go: 'stop' }
    /** It may have died, or another one have come, while something was waited for. */
    const currentToken = (): string | null => (token = hasToStop(claim) ? null : gates.tokenFor(pageId))
    const { id } = reply
    if (inHand.get(id)?.confirmed === true) return confirmed(claim, reply)
    const content = JSON.parse(reply.body) as OutboxItem
    if (isEffect(content)) return passThread(claim, reply, token)
    try {
      if (
        reply.doubtSinceMs !== null &&
        reply.doubtSinceMs < (untriedMs.get(claim) ?? Number.POSITIVE_INFINITY)
      ) {
        const verdict = await doubt.resolve(claim, reply, content, token)
        if (verdict.is === 'open') {
          void record(claim, reply, { status: 'in_doubt' })
          return { go: 'stop', notBeforeMs: clock.now() + verdict.waitMs }
        }
        if (verdict.is === 'sent')
          return settled(claim, reply, { status: 'sent', messageId: verdict.messageId })
        if (verdict.seen) untriedMs.set(claim, reply.doubtSinceMs)
      }
      if (windowLeftMs(claim) <= 0) return await bury(claim, reply, 'outside_window')
      const call = { pageId, psid: psid ?? '', message: content.message, metadata: id }
      if (content.media !== undefined) {
        const waitMs = await media.waitFor({ ...call, pageToken: token, media: content.media })
        if (waitMs > 0) return { go: 'stop', notBeforeMs: clock.now() + waitMs }
      }
      await wait(pacer.book(pageId, content.message.attachment === undefined ? 'text' : 'media'))
      if (content.typingMs !== undefined) await type(claim, token, content.typingMs)
      const pageToken = currentToken()
      if (pageToken === null) return { go: 'stop' }
      if (inHand.get(id)?.confirmed === true) return confirmed(claim, reply)
      const sent =
        content.media === undefined
          ? await graph.sendMessage({ ...call, pageToken })
          : await media.send({ ...call, pageToken, media: content.media }, currentToken)
      if (sent === null) return { go: 'stop' }
      if (sent.usage !== null) pacer.used(pageId, sent.usage.percent)
      gates.succeeded(pageId)
      if (content.media !== undefined && !isComplete(content.message)) gates.mediaTaken(pageId)
      return settled(claim, reply, { status: 'sent', messageId: sent.messageId })
    } catch (error) {
      if (!(error instanceof GraphError) || token === null) throw error
      return error.edge === UPLOAD_EDGE
        ? await mediaRefused(claim, reply, error, token)
        : await refused(claim, reply, error, token)
    }
  }

  const hasToStop = ({ conversation }: OutboxClaim): boolean =>
    stopping.signal.aborted || conversation.forgotten === true

  /** Hands the thread to the people in the Page inbox. To do it twice does no harm, so nothing is ever in doubt. */
  const passThread = async (claim: OutboxClaim, reply: StoredReply, token: string): Promise<Step> => {
    const { id, pageId, psid } = claim.conversation
    try {
      await graph.passThreadControl({
        pageId,
        pageToken: token,
        psid: psid ?? '',
        targetAppId: PAGE_INBOX_APP_ID,
      })
      gates.succeeded(pageId)
    } catch (error) {
      if (!(error instanceof GraphError)) throw error
      if (CONCERNS_PAGE.has(error.verdict)) return refused(claim, reply, error, token)
      report.refused(pageId, error.verdict)
      const mayHelp = error.verdict === 'transient' || error.verdict === 'ambiguous'
      if (mayHelp && (retries.get(id) ?? 0) < HANDOVER_RETRIES) return tryLater(claim, reply, error)
      log.warn(
        { pageId, graph: factsOf(error) },
        'the Page inbox did not get the conversation; the bot is silent in it all the same',
      )
    }
    void record(claim, reply, { status: 'sent', messageId: null })
    retries.delete(id)
    return { go: 'on' }
  }

  const settled = (
    claim: OutboxClaim,
    reply: StoredReply,
    outcome: { status: 'sent'; messageId: string | null },
  ): Step => {
    const { id, pageId, psid } = claim.conversation
    void record(claim, reply, outcome)
    doubt.forget(reply)
    retries.delete(id)
    report.sent(pageId, clock.now() - reply.acceptedMs, psid)
    return { go: 'on' }
  }

  const confirmed = (claim: OutboxClaim, reply: StoredReply): Step =>
    settled(claim, reply, { status: 'sent', messageId: inHand.get(reply.id)?.messageId ?? null })

  const bury = async (
    claim: OutboxClaim,
    reply: StoredReply,
    reason: DeadReason,
    error?: GraphFacts,
  ): Promise<Step> => {
    const { id, pageId, psid } = claim.conversation
    // Durable before the next one goes out: after a crash, two of the same text could not be told apart.
    await record(claim, reply, { status: 'dead', reason, ...(error && { error }) })
    doubt.forget(reply)
    retries.delete(id)
    report.dead(pageId, reason, psid)
    log.warn({ pageId, replyId: reply.id, reason, graph: error }, 'a reply became a dead letter')
    return { go: 'on' }
  }

  const refused = async (
    claim: OutboxClaim,
    reply: StoredReply,
    error: GraphError,
    token: string,
  ): Promise<Step> => {
    const { pageId } = claim.conversation
    const refusal = refusalOf(error)
    report.refused(pageId, error.verdict)
    log.debug({ pageId, replyId: reply.id, graph: factsOf(error) }, 'Graph refused a reply')
    switch (refusal.do) {
      case 'suspect_token':
        tokens.suspect(pageId, token, error.message)
        return { go: 'stop' }
      case 'close_page':
        gates.close(pageId, refusal.why, refusal.atLeastMs)
        return { go: 'stop' }
      case 'bury':
        gates.succeeded(pageId)
        return await bury(claim, reply, refusal.reason, factsOf(error))
      case 'doubt':
        if (inHand.get(reply.id)?.confirmed === true) return confirmed(claim, reply)
        doubt.tried(reply)
        void record(claim, reply, { status: 'in_doubt' })
        return tryLater(claim, reply, error)
      case 'retry':
        return tryLater(claim, reply, error)
    }
  }

  /** Its media cannot be had. That says nothing about what the Page may send, and must not hold it back. */
  const mediaRefused = async (
    claim: OutboxClaim,
    reply: StoredReply,
    error: GraphError,
    token: string,
  ): Promise<Step> => {
    const { pageId } = claim.conversation
    const refusal = refusalOf(error)
    report.refused(pageId, error.verdict)
    switch (refusal.do) {
      case 'suspect_token':
        tokens.suspect(pageId, token, error.message)
        return { go: 'stop' }
      case 'bury':
        return await bury(claim, reply, 'bad_request', factsOf(error))
      case 'close_page':
        gates.mediaRefused(pageId, refusal.why, error.retryAfterMs ?? 0)
        return later(claim, reply, error)
      case 'doubt':
      case 'retry':
        return later(claim, reply, error)
    }
  }

  const tryLater = (claim: OutboxClaim, reply: StoredReply, error: GraphError): Step => {
    gates.failed(claim.conversation.pageId)
    return later(claim, reply, error)
  }

  const later = (claim: OutboxClaim, reply: StoredReply, error: GraphError): Step => {
    const { id, pageId } = claim.conversation
    const attempt = retries.get(id) ?? 0
    retries.set(id, attempt + 1)
    const laterMs = Math.max(error.retryAfterMs ?? 0, backoffMs(attempt, { ...RETRY, random }))
    if (attempt === 0)
      log.info({ pageId, replyId: reply.id, graph: factsOf(error) }, 'a reply is tried again later')
    return { go: 'stop', notBeforeMs: clock.now() + Math.min(laterMs, windowLeftMs(claim)) }
  }

  /** By Facebook's clock alone: ours may have been set. Before Facebook has said a word, it is asked by sending. */
  const windowLeftMs = ({ conversation: { windowEndsMs } }: OutboxClaim): number => {
    const facebookMs = graph.now()
    return windowEndsMs === null || facebookMs === null ? Number.POSITIVE_INFINITY : windowEndsMs - facebookMs
  }

  /** What was sent need not wait for the mark: until it is durable, a crash leaves the reply in doubt, not lost. */
  const record = (
    claim: OutboxClaim,
    reply: StoredReply,
    outcome: Parameters<Store['finishReply']>[2],
  ): Promise<void> =>
    store.finishReply(claim, reply, outcome).catch((error: unknown) => {
      log.error({ err: error, replyId: reply.id }, 'what became of a reply could not be recorded')
    })

  const type = async ({ conversation }: OutboxClaim, token: string, typingMs: number): Promise<void> => {
    const { pageId, psid } = conversation
    try {
      await graph.senderAction({ pageId, pageToken: token, psid: psid ?? '', action: 'typing_on' })
    } catch {
      // Only decoration; the message itself meets the same trouble and deals with it.
    }
    await wait(typingMs)
  }

  const wait = async (ms: number): Promise<void> => {
    if (ms <= 0) return
    await clock.sleep(ms, stopping.signal).catch(() => undefined)
  }

  return {
    reserve: (pageId) => {
      if (stopping.signal.aborted || inFlight >= maxInFlight || roomFor(pageId) <= 0) return false
      take(pageId)
      return true
    },
    unreserve: (pageId) => {
      giveBack(pageId)
      // While the place was taken a pump may have found no room.
      void pump()
    },
    deliver,
    confirm: (replyId, messageId) => {
      if (inHand.has(replyId)) inHand.set(replyId, { confirmed: true, messageId })
    },
    start: () => {
      stopListening = store.onWork((queue) => {
        if (queue === 'outbox') void pump()
      })
      void pump()
    },
    stop: async () => {
      stopListening()
      stopping.abort()
      if (inFlight > 0) {
        await new Promise<void>((resolve) => {
          idle = resolve
        })
      }
    },
  }
}
