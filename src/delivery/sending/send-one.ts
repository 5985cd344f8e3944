import type { Clock } from '../../base/clock.ts'
import { GraphError } from '../../graph/error.ts'
import type { Graph, Sent } from '../../graph/graph.ts'
import { isEffect, type OutboxItem, type QueuedReply } from '../../messages.ts'
import type { OutboxClaim, StoredReply } from '../../store/store.ts'
import type { DoubtResolver } from './doubt.ts'
import type { Gates } from './gates.ts'
import type { PassThread } from './handover.ts'
import { isComplete, type MediaSender } from './media.ts'
import type { Continuation } from './continuation.ts'
import type { DeliveryReport } from './delivery-report.ts'
import type { Outcomes } from './outcomes.ts'
import type { Pacer } from './pacer.ts'
import { HUMAN_AGENT_WINDOW_MS, STANDARD_WINDOW_MS } from '../../channel/messenger.ts'

/** Sends one reply to Facebook in stages. Each stage may end it. */
export type SendOne = (
  claim: OutboxClaim,
  reply: StoredReply,
  content: OutboxItem,
  hand: Hand,
) => Promise<Continuation>

/** State of a reply while it is being sent. */
export interface Hand {
  /** Whether nothing more may be sent for the claim. */
  hasToStop: () => boolean
  /** Set once an echo has confirmed the reply. */
  echo: () => { messageId: string | null } | null
  signal: AbortSignal
}

interface Attempt {
  claim: OutboxClaim
  reply: StoredReply
  content: QueuedReply
  hand: Hand
  /** The token as it was read last; a refusal is about this token. */
  token: string
  isTyping: boolean
  /** Set where the window has closed and the reply may still go out. */
  tag?: 'HUMAN_AGENT'
}

/** Null continues with the next stage. A promise only where the stage waits. */
type Stage = (attempt: Attempt) => Continuation | null | Promise<Continuation | null>

/** Answers that leave this soon after the visitor wrote go before older replies. */
const FRESH_MS = 30_000
/** How long after the standard window a person may still answer. */
const HUMAN_AGENT_MS = HUMAN_AGENT_WINDOW_MS - STANDARD_WINDOW_MS
const STREAMED: ReadonlySet<string> = new Set(['audio', 'video'])

export const createSendOne = (deps: {
  graph: Pick<Graph, 'sendMessage' | 'senderAction'>
  gates: Gates
  pacer: Pacer
  doubt: DoubtResolver
  media: MediaSender
  outcomes: Outcomes
  passThread: PassThread
  clock: Clock
  report: Pick<DeliveryReport, 'settled' | 'heldBack'>
}): SendOne => {
  const { graph, gates, pacer, doubt, media, outcomes, passThread, clock, report } = deps
  /** If reply N was not delivered, later replies claimed at the same time were not tried: skip the lookup for them. */
  const untriedMs = new WeakMap<OutboxClaim, number>()

  const settleDoubt: Stage = (attempt) => {
    const { doubtSinceMs } = attempt.reply
    return doubtSinceMs === null || doubtSinceMs >= (untriedMs.get(attempt.claim) ?? Number.POSITIVE_INFINITY)
      ? null
      : lookFor(attempt, doubtSinceMs)
  }

  const lookFor = async (
    { claim, reply, content, token }: Attempt,
    doubtSinceMs: number,
  ): Promise<Continuation | null> => {
    const verdict = await doubt.resolve(claim, reply, content, token)
    if (verdict.is === 'open') {
      outcomes.inDoubt(claim, reply)
      return { go: 'stop', notBeforeMs: clock.now() + verdict.waitMs }
    }
    report.settled(verdict.is === 'sent' ? 'found' : verdict.seen ? 'not_found' : 'unreadable')
    if (verdict.is === 'sent') return outcomes.sent(claim, reply, verdict.messageId)
    if (verdict.seen) untriedMs.set(claim, doubtSinceMs)
    return null
  }

  const mayBeWritten = ({ maySend }: OutboxClaim): boolean => {
    if (maySend()) return true
    report.heldBack()
    return false
  }

  const checkWindow: Stage = (attempt) => {
    const { claim, reply, content } = attempt
    if (!outcomes.isWindowOver(claim)) return null
    if (content.humanAgent !== true || outcomes.isWindowOver(claim, HUMAN_AGENT_MS))
      return outcomes.tooLate(claim, reply)
    attempt.tag = 'HUMAN_AGENT'
    return null
  }

  const awaitMedia: Stage = ({ claim, reply, content, token }) =>
    content.media === undefined
      ? null
      : media
          .waitFor({ ...callOf(claim, reply, content), pageToken: token, media: content.media })
          .then((waitMs) => (waitMs > 0 ? { go: 'stop', notBeforeMs: clock.now() + waitMs } : null))

  /** Only before the first try: shown at each try, the bubble would be there for hours. */
  const showTyping: Stage = (attempt) => {
    const { claim, reply, content } = attempt
    const { typingMs } = content
    return typingMs === undefined || reply.doubtSinceMs !== null || outcomes.retriesOf(claim) > 0
      ? null
      : type(attempt, typingMs)
  }

  const type = async (attempt: Attempt, typingMs: number): Promise<null> => {
    attempt.isTyping = true
    await act(attempt, 'typing_on')
    await clock.sleep(typingMs, attempt.hand.signal).catch(() => undefined)
    return null
  }

  const takeTurn: Stage = ({ claim, reply, content, hand: { signal } }) => {
    const isFresh = clock.now() - reply.acceptedMs < FRESH_MS
    const isStreamed = STREAMED.has(content.message.attachment?.type ?? '')
    return pacer.turn(claim.conversation.pageId, { isFresh, isStreamed, signal }) ?? null
  }

  const send: Stage = async (attempt) => {
    try {
      return await sendAs(attempt)
    } catch (error) {
      if (!isTagMissing(attempt, error)) throw error
      attempt.tag = 'HUMAN_AGENT'
      return (await takeTurn(attempt)) ?? sendAs(attempt)
    }
  }

  const sendAs = async (attempt: Attempt): Promise<Continuation> => {
    const { claim, reply, content, hand } = attempt
    const { pageId } = claim.conversation
    /** The token may have died or been replaced during a wait. */
    const currentToken = (): string | null => {
      const token = hand.hasToStop() ? null : gates.tokenFor(pageId)
      if (token !== null) attempt.token = token
      return token
    }
    const pageToken = currentToken()
    if (pageToken === null) return { go: 'stop' }
    const echo = hand.echo()
    if (echo !== null) return outcomes.sent(claim, reply, echo.messageId)
    doubt.begun(reply)
    const call = { ...callOf(claim, reply, content), maySend: () => mayBeWritten(claim) }
    const sent =
      content.media === undefined
        ? await graph.sendMessage({ ...call, pageToken, ...(attempt.tag && { tag: attempt.tag }) })
        : await media.send({ ...call, pageToken, media: content.media }, currentToken)
    return sent === null ? { go: 'stop' } : taken(attempt, sent)
  }

  const taken = ({ claim, reply, content }: Attempt, sent: Sent): Continuation => {
    const { pageId, id } = claim.conversation
    pacer.used(pageId, sent.usage?.percent ?? null)
    gates.succeeded(pageId, id)
    if (content.media !== undefined && !isComplete(content.message)) gates.media.taken(pageId)
    return outcomes.sent(claim, reply, sent.messageId)
  }

  const STAGES: readonly Stage[] = [settleDoubt, checkWindow, awaitMedia, showTyping, takeTurn, send]

  const refused = async (attempt: Attempt, error: unknown): Promise<Continuation> => {
    if (!(error instanceof GraphError)) throw error
    const { claim, reply, content, token, hand } = attempt
    // The echo may have come before the answer, which was lost.
    const echo = hand.echo()
    if (echo !== null && (error.verdict === 'ambiguous' || error.verdict === 'unknown'))
      return outcomes.sent(claim, reply, echo.messageId)
    if (attempt.isTyping) void act(attempt, 'typing_off')
    return outcomes.refused(claim, reply, { content, error, token })
  }

  /** A sender action is optional: where it fails, the message meets the same trouble and handles it. */
  const act = async ({ claim, token }: Attempt, action: 'typing_on' | 'typing_off'): Promise<void> => {
    const { pageId, psid } = claim.conversation
    await graph.senderAction({ pageId, pageToken: token, psid: psid ?? '', action }).catch(() => undefined)
  }

  return async (claim, reply, content, hand) => {
    const token = gates.tokenFor(claim.conversation.pageId)
    if (token === null || hand.hasToStop()) return { go: 'stop' }
    const echo = hand.echo()
    if (echo !== null) return outcomes.sent(claim, reply, echo.messageId)
    if (isEffect(content)) return passThread(claim, reply, token, content)
    const attempt: Attempt = { claim, reply, content, hand, token, isTyping: false }
    try {
      for (const stage of STAGES) {
        const begun = stage(attempt)
        const step = begun instanceof Promise ? await begun : begun
        if (step !== null) return step
      }
      return { go: 'stop' }
    } catch (error) {
      return refused(attempt, error)
    }
  }
}

/** Whether Facebook says that the window has closed although both clocks say it is open, for a reply that may go out with a tag. */
const isTagMissing = ({ content, tag }: Attempt, error: unknown): boolean =>
  content.humanAgent === true &&
  tag === undefined &&
  error instanceof GraphError &&
  error.verdict === 'outside_window'

const callOf = (
  { conversation: { pageId, psid }, maySend }: OutboxClaim,
  { id }: StoredReply,
  { message }: QueuedReply,
) => ({
  pageId,
  psid: psid ?? '',
  message,
  metadata: id,
  maySend,
})
