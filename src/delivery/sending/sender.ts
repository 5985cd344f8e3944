import type { Clock } from '../../base/clock.ts'
import { GraphError } from '../../graph/error.ts'
import type { Graph } from '../../graph/graph.ts'
import { isEffect, type OutboxItem } from '../../messages.ts'
import type { ClaimId, OutboxClaim, PageRoom, Store, StoredReply } from '../../store/store.ts'
import type { DoubtResolver } from './doubt.ts'
import type { Gates } from './gates.ts'
import type { PassThread } from './handover.ts'
import type { Log } from '../../base/logger.ts'
import { isComplete, type MediaSender } from './media.ts'
import type { Outcomes, Step } from './outcomes.ts'
import type { Pacer } from './pacer.ts'

/** Brings replies to Facebook: each conversation in its order, one call in flight; the conversations beside each other. */
export interface Sender {
  /** Whether replies of this Page could go out right now; then a place is reserved, see {@link Sender.deliver}. */
  reserve: (pageId: string) => boolean
  unreserve: (pageId: string) => void
  /** Sends what was handed out as it was stored, in the place that was reserved for it. @param items - the replies, read */
  deliver: (claim: OutboxClaim, items: readonly OutboxItem[]) => void
  /** An echo says that Facebook has this reply. */
  confirm: (replyId: string, messageId: string | null) => void
  start: () => void
  /** Lets what is in flight come home, and begins nothing new. */
  stop: () => Promise<void>
}

/** After a fault of our own. */
const FAULT_MS = 10_000

export const createSender = (deps: {
  store: Store
  graph: Pick<Graph, 'sendMessage' | 'senderAction'>
  gates: Gates
  pacer: Pacer
  doubt: DoubtResolver
  media: MediaSender
  outcomes: Outcomes
  passThread: PassThread
  clock: Clock
  log: Log
  /** How many conversations are sent for at the same time, over all Pages. */
  maxInFlight: number
}): Sender => {
  const { store, graph, gates, pacer, doubt, media, outcomes, passThread, clock, log, maxInFlight } = deps
  const perPage = new Map<string, number>()
  /** The replies being worked on; `messageId` once an echo has confirmed one. */
  const inHand = new Map<string, { confirmed: boolean; messageId: string | null }>()
  /** If reply N was not delivered, later replies claimed at the same time were not tried: skip the lookup for them. */
  const untriedMs = new WeakMap<OutboxClaim, number>()
  const working = new Set<ClaimId>()
  const stopping = new AbortController()
  let inFlight = 0
  let idle = (): void => undefined
  let pumping = false
  let woken = false
  let stopListening = (): void => undefined

  const roomFor = (pageId: string): number => gates.room(pageId) - (perPage.get(pageId) ?? 0)

  /** Pages that something is sent for, or that may not be sent for as usual, have another room than the others. */
  const room = (): PageRoom => ({
    each: gates.most,
    except: new Map([...perPage.keys(), ...gates.narrowed()].map((pageId) => [pageId, roomFor(pageId)])),
  })

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
        const claims = await store.claimOutbox(free, room())
        for (const claim of claims) {
          take(claim.conversation.pageId)
          deliver(
            claim,
            claim.replies.map(({ body }) => JSON.parse(body) as OutboxItem),
          )
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

  const deliver: Sender['deliver'] = (claim, items) => {
    for (const reply of claim.replies) inHand.set(reply.id, { confirmed: false, messageId: null })
    working.add(claim.id)
    void work(claim, items).then(async (notBeforeMs) => {
      for (const reply of claim.replies) inHand.delete(reply.id)
      if (!working.delete(claim.id)) outcomes.forget(claim)
      await store.releaseOutbox(claim, notBeforeMs)
      giveBack(claim.conversation.pageId)
      void pump()
    })
  }

  /** @returns when the conversation may be tried again; undefined for at once */
  const work = async (claim: OutboxClaim, items: readonly OutboxItem[]): Promise<number | undefined> => {
    try {
      for (const [index, reply] of claim.replies.entries()) {
        const item = items[index]
        if (item === undefined) return undefined
        const step = await sendOne(claim, reply, item)
        if (step.go === 'stop') return step.notBeforeMs
      }
      return undefined
    } catch (error) {
      log.error({ err: error, pageId: claim.conversation.pageId }, 'a reply could not be worked on')
      return clock.now() + FAULT_MS
    }
  }

  const sendOne = async (claim: OutboxClaim, reply: StoredReply, content: OutboxItem): Promise<Step> => {
    const { pageId, psid } = claim.conversation
    let token = gates.tokenFor(pageId)
    if (token === null || hasToStop(claim)) return { go: 'stop' }
    /** It may have died, or another one have come, while something was waited for. */
    const currentToken = (): string | null => (token = hasToStop(claim) ? null : gates.tokenFor(pageId))
    if (isConfirmed(reply)) return confirmed(claim, reply)
    if (isEffect(content)) return passThread(claim, reply, token)
    try {
      if (
        reply.doubtSinceMs !== null &&
        reply.doubtSinceMs < (untriedMs.get(claim) ?? Number.POSITIVE_INFINITY)
      ) {
        const verdict = await doubt.resolve(claim, reply, content, token)
        if (verdict.is === 'open') {
          outcomes.inDoubt(claim, reply)
          return { go: 'stop', notBeforeMs: clock.now() + verdict.waitMs }
        }
        if (verdict.is === 'sent') return outcomes.sent(claim, reply, verdict.messageId)
        if (verdict.seen) untriedMs.set(claim, reply.doubtSinceMs)
      }
      if (await outcomes.isWindowOver(claim)) return await outcomes.dead(claim, reply, 'outside_window')
      const call = { pageId, psid: psid ?? '', message: content.message, metadata: reply.id }
      if (content.media !== undefined) {
        const waitMs = await media.waitFor({ ...call, pageToken: token, media: content.media })
        if (waitMs > 0) return { go: 'stop', notBeforeMs: clock.now() + waitMs }
      }
      await wait(pacer.book(pageId, content.message.attachment === undefined ? 'text' : 'media'))
      if (content.typingMs !== undefined) await type(claim, token, content.typingMs)
      const pageToken = currentToken()
      if (pageToken === null) return { go: 'stop' }
      if (isConfirmed(reply)) return confirmed(claim, reply)
      const sent =
        content.media === undefined
          ? await graph.sendMessage({ ...call, pageToken })
          : await media.send({ ...call, pageToken, media: content.media }, currentToken)
      if (sent === null) return { go: 'stop' }
      if (sent.usage !== null) pacer.used(pageId, sent.usage.percent)
      gates.succeeded(pageId)
      if (content.media !== undefined && !isComplete(content.message)) gates.mediaTaken(pageId)
      return outcomes.sent(claim, reply, sent.messageId)
    } catch (error) {
      if (!(error instanceof GraphError) || token === null) throw error
      // Its echo may have been faster than the answer that got lost.
      if (error.verdict === 'ambiguous' && isConfirmed(reply)) return confirmed(claim, reply)
      return await outcomes.refused(claim, reply, error, token)
    }
  }

  const hasToStop = ({ id }: OutboxClaim): boolean => stopping.signal.aborted || !working.has(id)

  const isConfirmed = ({ id }: StoredReply): boolean => inHand.get(id)?.confirmed === true

  const confirmed = (claim: OutboxClaim, reply: StoredReply): Step =>
    outcomes.sent(claim, reply, inHand.get(reply.id)?.messageId ?? null)

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
      const endings = [
        store.onWork((queue) => {
          if (queue === 'outbox') void pump()
        }),
        store.onRevoked((claims) => claims.forEach((claim) => working.delete(claim))),
      ]
      stopListening = () => endings.forEach((end) => end())
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
