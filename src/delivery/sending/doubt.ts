import type { Clock } from '../../base/clock.ts'
import { GraphError } from '../../graph/error.ts'
import type { Graph, RecentMessage, RecentMessagesCall } from '../../graph/graph.ts'
import type { QueuedReply } from '../../messages.ts'
import type { OutboxClaim, Store, StoredReply } from '../../store/store.ts'
import { FETCH_TIMEOUT_MS, isFetched } from '../../graph/upload.ts'
import type { Pacer } from './pacer.ts'

/**
 * Settles whether a reply in doubt has gone out. The echo webhook that carries its id settles it at any time, without us.
 * Otherwise the conversation is read by Graph; a reply that is not there some time after the last try has not gone out.
 */
export interface DoubtResolver {
  resolve: (
    claim: OutboxClaim,
    reply: StoredReply,
    content: QueuedReply,
    token: string,
  ) => Promise<DoubtVerdict>
  /** Records that a try of this reply begins now. */
  begun: (reply: StoredReply) => void
  /** A try of this reply ended in doubt just now. @param isOver - whether Facebook does nothing more about it */
  tried: (reply: StoredReply, content: QueuedReply, isOver: boolean) => void
  /** Forgets a reply whose doubt is settled. */
  forget: (reply: StoredReply) => void
}

export type DoubtVerdict =
  | { is: 'sent'; messageId: string | null }
  /** `seen`: its place in the conversation is empty; otherwise it is only presumed. */
  | { is: 'not_sent'; seen: boolean }
  | { is: 'open'; waitMs: number }

interface DoubtTimes {
  /**
   * How long an echo gets before the conversation is read. Where Facebook has ended the call, a reply that is not found then
   * has not gone out.
   */
  echoMs: number
  /** How long after a try began Facebook may still carry it out; a reply not found then has not gone out. */
  settleMs: number
  /** The same for a message for which Facebook fetches something. */
  fetchMs: number
  /** How long the conversation may be impossible to read before the reply is presumed not to have gone out. */
  giveUpMs: number
}

export const DEFAULT_DOUBT_TIMES: DoubtTimes = {
  echoMs: 3000,
  settleMs: 20_000,
  fetchMs: FETCH_TIMEOUT_MS + 5000,
  giveUpMs: 300_000,
}

// Together a thousand messages.
const MOST_PAGES = 10
// Graph gives times in whole seconds.
const ROUNDING_MS = 5000
// The tolerance where only our clock says how long ago a reply was handed out: it may have been set since, or be another machine's.
const CLOCK_SKEW_MS = 60_000

export const createDoubtResolver = (deps: {
  graph: Pick<Graph, 'recentMessages' | 'now'>
  store: Pick<Store, 'sentReplies'>
  pacer: Pacer
  clock: Clock
}): DoubtResolver => {
  const { graph, store, pacer, clock } = deps
  const times = DEFAULT_DOUBT_TIMES
  /** By reply; those used last come last. */
  const known = new Map<string, Known>()

  const knownOf = ({ id }: StoredReply): Known => {
    const own = known.get(id) ?? { usedMs: 0 }
    own.usedMs = clock.elapsed()
    known.delete(id)
    known.set(id, own)
    return own
  }

  /** Echoes settle most entries without calling `forget`. Without an entry a reply counts as tried when the Page was taken. */
  const dropOld = (): void => {
    const untilMs = clock.elapsed() - 2 * times.giveUpMs
    for (const [id, { usedMs }] of known) {
      if (usedMs > untilMs) return
      known.delete(id)
    }
  }

  /** How long Facebook may be at work on a message. */
  const lastingMs = ({ message }: QueuedReply): number =>
    isFetched(message) ? times.fetchMs : times.settleMs

  /** Another process may have tried it until the Page was taken, and after a try of ours in a tenure before. */
  const lastTryOf = ({ takenMs }: OutboxClaim, { last }: Known, content: QueuedReply): Try => {
    if (last !== undefined && last.endedMs >= takenMs) return last
    return { firstMs: undefined, endedMs: takenMs, overMs: takenMs + lastingMs(content), isAgain: false }
  }

  /**
   * When the reply went out at the earliest, by Facebook's clock. Without `answersMs` this is reckoned back from Facebook's time now, which the
   * answer to the look has brought.
   */
  const earliestOf = (
    { doubtSinceMs }: StoredReply,
    { last }: Known,
    { answersMs, datedMs = Number.POSITIVE_INFINITY }: QueuedReply,
  ): number => {
    if (answersMs !== undefined) return answersMs - ROUNDING_MS
    const firstMs = last?.firstMs
    const agoMs =
      firstMs === undefined
        ? clock.now() - (doubtSinceMs ?? clock.now()) + CLOCK_SKEW_MS
        : clock.elapsed() - firstMs + ROUNDING_MS
    return Math.min(datedMs - ROUNDING_MS, (graph.now() ?? clock.now()) - agoMs)
  }

  /** All of them, and perhaps some older ones: a visitor may write any number while a reply is in doubt. */
  const messagesSince = async (
    earliest: () => number,
    call: RecentMessagesCall,
  ): Promise<RecentMessage[]> => {
    const found: RecentMessage[] = []
    let after: string | undefined
    for (let page = 0; page < MOST_PAGES; page += 1) {
      if (page > 0) await clock.sleep(pacer.bookRead(call.pageId, false))
      const { messages, next } = await graph.recentMessages({ ...call, after })
      found.push(...messages)
      const oldestMs = messages.at(-1)?.createdMs ?? null
      if (next === null || (oldestMs !== null && oldestMs < earliest())) break
      after = next
    }
    return found
  }

  const lookAgainMs = times.settleMs / 4

  /** Of a look that says nothing about the reply. @param isOver - whether it was waited for long enough */
  const unseen = (isOver: boolean, waitMs = lookAgainMs): DoubtVerdict =>
    isOver ? { is: 'not_sent', seen: false } : { is: 'open', waitMs }

  return {
    resolve: async (claim, reply, content, token) => {
      const nowMs = clock.elapsed()
      const own = knownOf(reply)
      const last = lastTryOf(claim, own, content)
      const sinceTryMs = nowMs - last.endedMs
      if (sinceTryMs < times.echoMs) return { is: 'open', waitMs: times.echoMs - sinceTryMs }
      const { pageId, psid } = claim.conversation
      const waitMs = own.isBooked ? 0 : pacer.bookRead(pageId, last.isAgain)
      own.isBooked = waitMs > 0
      if (waitMs > 0) return { is: 'open', waitMs }
      const earliest = (): number => earliestOf(reply, own, content)
      try {
        const messages = await messagesSince(earliest, { pageId, pageToken: token, psid: psid ?? '' })
        own.unreadableMs = undefined
        const sent = await store.sentReplies(claim.conversation)
        // An echo may have settled it while we were looking.
        const echoed = sent.find(({ replyId }) => replyId === reply.id)
        if (echoed !== undefined) return { is: 'sent', messageId: echoed.messageId }
        const earliestMs = earliest()
        const others = new Set(sent.map(({ messageId }) => messageId))
        const found = messages.find(
          (message) => !others.has(message.id) && isIt(message, pageId, content, earliestMs),
        )
        if (found !== undefined) return { is: 'sent', messageId: found.id }
        // The visitor wrote in it, so a conversation without any message was not shown.
        if (messages.length === 0) return unseen(sinceTryMs >= times.settleMs && nowMs >= last.overMs)
        return nowMs >= last.overMs
          ? { is: 'not_sent', seen: true }
          : { is: 'open', waitMs: last.overMs - nowMs }
      } catch (error) {
        if (!(error instanceof GraphError) || error.verdict === 'token_invalid') throw error
        const againMs = Math.max(lookAgainMs, error.retryAfterMs ?? 0)
        // Facebook itself says that it may be read later.
        if (error.verdict === 'rate_limited') {
          own.unreadableMs = undefined
          return { is: 'open', waitMs: againMs }
        }
        const sinceMs = Math.max(own.unreadableMs ?? nowMs, claim.takenMs)
        own.unreadableMs = sinceMs
        // The conversation cannot be read, or not now: after a while the doubt is given up as unknown.
        const isOver = error.retryable
          ? nowMs - sinceMs >= times.giveUpMs
          : sinceTryMs >= times.settleMs && nowMs >= last.overMs
        return unseen(isOver, againMs)
      }
    },
    begun: (reply) => {
      const own = knownOf(reply)
      own.begunMs = own.usedMs
    },
    tried: (reply, content, isOver) => {
      dropOld()
      const own = knownOf(reply)
      const { last, begunMs, usedMs: nowMs } = own
      own.last = {
        firstMs: last === undefined && reply.doubtSinceMs === null ? begunMs : last?.firstMs,
        endedMs: nowMs,
        overMs: isOver ? nowMs : Math.max(nowMs, (begunMs ?? nowMs) + lastingMs(content)),
        isAgain: last !== undefined,
      }
      own.begunMs = undefined
    },
    forget: ({ id }) => void known.delete(id),
  }
}

/** What this process knows of a reply; times by the monotonic clock. */
interface Known {
  usedMs: number
  /** When the try that is under way began. */
  begunMs?: number | undefined
  /** The last one that ended in doubt; undefined where another process may have made it. */
  last?: Try
  /** Since when the conversation cannot be read. */
  unreadableMs?: number | undefined
  /** Whether there is a place for looking at the conversation. */
  isBooked?: boolean
}

interface Try {
  /** When its first try of all began; undefined where another process may have made that. */
  firstMs: number | undefined
  endedMs: number
  /** From then on Facebook does nothing more about it. */
  overMs: number
  /** Whether it was not the first that ended in doubt. */
  isAgain: boolean
}

/** Facebook keeps the words of a text, not always its spaces and the way its accents are written. */
const plain = (text: string): string => text.normalize('NFC').replaceAll(/\s+/g, ' ').trim()

// An attachment has no text in the conversation; then its place in time has to do.
const isIt = (
  message: RecentMessage,
  pageId: string,
  { message: ours }: QueuedReply,
  earliestMs: number,
): boolean =>
  message.fromId === pageId &&
  (message.createdMs === null || message.createdMs >= earliestMs) &&
  plain(message.text) === plain(ours.text ?? '')
