import type { Clock } from '../../base/clock.ts'
import { GraphError } from '../../graph/error.ts'
import type { Graph, RecentMessage, RecentMessagesCall } from '../../graph/graph.ts'
import type { QueuedReply } from '../../messages.ts'
import type { OutboxClaim, Store, StoredReply } from '../../store/store.ts'
import { FETCH_TIMEOUT_MS, isFetched } from '../../graph/upload.ts'
import type { Pacer } from './pacer.ts'

/**
 * Settles whether a reply in doubt has gone out. The echo webhook with its id settles it at any time, without this resolver. Otherwise
 * the conversation is read by Graph: a reply that is not there some time after the last try has not gone out.
 */
export interface DoubtResolver {
  resolve: (
    claim: OutboxClaim,
    reply: StoredReply,
    content: QueuedReply,
    token: string,
  ) => Promise<DoubtVerdict>
  /** Records that a try of this reply begins. */
  begun: (reply: StoredReply) => void
  /**
   * Records that a try of this reply ended in doubt.
   *
   * @param isOver - whether Facebook has ended the call, and does nothing more about it
   */
  tried: (reply: StoredReply, content: QueuedReply, isOver: boolean) => void
  /** Forgets a reply whose doubt is settled. */
  forget: (reply: StoredReply) => void
}

export type DoubtVerdict =
  | { is: 'sent'; messageId: string | null }
  /** `seen`: the conversation was read and the reply is not in it; otherwise this is presumed. */
  | { is: 'not_sent'; seen: boolean }
  | { is: 'open'; waitMs: number }

interface DoubtTimes {
  /**
   * How long to wait for an echo before the conversation is read. Where Facebook has ended the call, a reply that is not found then has
   * not gone out.
   */
  echoMs: number
  /** How long after a try began Facebook may still carry it out; a reply not found then has not gone out. */
  settleMs: number
  /** The same for a message whose media Facebook has to fetch. */
  fetchMs: number
  /** How long the conversation may be unreadable before the reply is presumed not to have gone out. */
  giveUpMs: number
}

export const DEFAULT_DOUBT_TIMES: DoubtTimes = {
  echoMs: 3000,
  settleMs: 20_000,
  fetchMs: FETCH_TIMEOUT_MS + 5000,
  giveUpMs: 300_000,
}

// Pages of the conversation; together they hold a thousand messages.
const MOST_PAGES = 10
// Graph gives times in whole seconds.
const ROUNDING_MS = 5000
// The tolerance for times by our own clock, which may have been set since, or be another machine's.
const CLOCK_SKEW_MS = 60_000

export const createDoubtResolver = (deps: {
  graph: Pick<Graph, 'recentMessages' | 'now'>
  store: Pick<Store, 'sentReplies'>
  pacer: Pacer
  clock: Clock
}): DoubtResolver => {
  const { graph, store, pacer, clock } = deps
  const times = DEFAULT_DOUBT_TIMES
  /** By reply, the most recently used last. */
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

  /** How long Facebook may work on a message. */
  const lastingMs = ({ message }: QueuedReply): number =>
    isFetched(message) ? times.fetchMs : times.settleMs

  /** The time of the last try. Another process may have tried the reply until the Page was taken, also after a try of ours in an earlier tenure. */
  const lastTryOf = ({ takenMs }: OutboxClaim, { last }: Known, content: QueuedReply): Try => {
    if (last !== undefined && last.endedMs >= takenMs) return last
    return { firstMs: undefined, endedMs: takenMs, overMs: takenMs + lastingMs(content), isAgain: false }
  }

  /**
   * The earliest time at which the reply may have gone out, by Facebook's clock. Without `answersMs` it is calculated back from
   * Facebook's time now, which the answer to the look has brought.
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

  /** All messages since then, and perhaps some older ones: a visitor may write any number while a reply is in doubt. */
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

  /**
   * The verdict of a look that says nothing about the reply.
   *
   * @param isOver - whether the wait was long enough
   */
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
        // An echo may have settled it during the read.
        const echoed = sent.find(({ replyId }) => replyId === reply.id)
        if (echoed !== undefined) return { is: 'sent', messageId: echoed.messageId }
        const earliestMs = earliest()
        const others = new Set(sent.map(({ messageId }) => messageId))
        const found = messages.find(
          (message) => !others.has(message.id) && isIt(message, pageId, content, earliestMs),
        )
        if (found !== undefined) return { is: 'sent', messageId: found.id }
        // The visitor has written in this conversation, so an empty list means that Facebook did not show it.
        if (messages.length === 0) return unseen(sinceTryMs >= times.settleMs && nowMs >= last.overMs)
        return nowMs >= last.overMs
          ? { is: 'not_sent', seen: true }
          : { is: 'open', waitMs: last.overMs - nowMs }
      } catch (error) {
        if (!(error instanceof GraphError) || error.verdict === 'token_invalid') throw error
        const againMs = Math.max(lookAgainMs, error.retryAfterMs ?? 0)
        // Facebook itself says that it can be read later.
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

/** Facts of this process about a reply; times by the monotonic clock. */
interface Known {
  usedMs: number
  /** Start of the try in progress. */
  begunMs?: number | undefined
  /** The last try that ended in doubt; undefined where another process may have made it. */
  last?: Try
  /** Since when the conversation cannot be read. */
  unreadableMs?: number | undefined
  /** Whether a place for the next look is booked. */
  isBooked?: boolean
}

interface Try {
  /** Start of the first try of all; undefined where another process may have made it. */
  firstMs: number | undefined
  endedMs: number
  /** After this time Facebook does nothing more about the try. */
  overMs: number
  /** Whether an earlier try ended in doubt, too. */
  isAgain: boolean
}

/** Facebook keeps the words of a text, but may change spaces and the encoding of accents. */
const plain = (text: string): string => text.normalize('NFC').replaceAll(/\s+/g, ' ').trim()

// An attachment has no text in the conversation, so only its time is compared.
const isIt = (
  message: RecentMessage,
  pageId: string,
  { message: ours }: QueuedReply,
  earliestMs: number,
): boolean =>
  message.fromId === pageId &&
  (message.createdMs === null || message.createdMs >= earliestMs) &&
  plain(message.text) === plain(ours.text ?? '')
