import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/logger.ts'
import { createPump } from '../../base/pump.ts'
import { readOutboxItem, type OutboxItem } from '../../messages.ts'
import type { ClaimId, OutboxClaim, OutboxRoom, PageRoom, Store, StoredReply } from '../../store/store.ts'
import type { Gates } from './gates.ts'
import type { Outcomes } from './outcomes.ts'
import type { Hand, SendOne } from './send-one.ts'

/** Sends replies to Facebook: one call in flight for each conversation, in its order; conversations in parallel. */
export interface Sender {
  /** Whether replies of this Page could go out now. If so, reserves a place for {@link Sender.deliver}. */
  reserve: (pageId: string) => boolean
  unreserve: (pageId: string) => void
  /**
   * Sends replies that were claimed in the transaction that stored them, in the reserved place.
   *
   * @param items - the replies, read; null for a damaged one
   */
  deliver: (claim: OutboxClaim, items: readonly (OutboxItem | null)[]) => void
  /** An echo confirms that Facebook has this reply. */
  confirm: (replyId: string, messageId: string | null) => void
  start: () => void
  /** Waits for the calls in flight, and starts no others. */
  stop: () => Promise<void>
}

/** Wait after an error in our own code. */
const FAULT_MS = 10_000

export const createSender = (deps: {
  store: Store
  gates: Pick<Gates, 'room' | 'most' | 'narrowed'>
  sendOne: SendOne
  outcomes: Pick<Outcomes, 'forget' | 'damaged'>
  clock: Clock
  log: Log
  /** How many conversations are sent for at the same time, over all Pages. */
  maxInFlight: number
}): Sender => {
  const { store, gates, sendOne, outcomes, clock, log, maxInFlight } = deps
  const perPage = new Map<string, number>()
  /** Replies in work, each with the echo that has confirmed it. */
  const inHand = new Map<string, { messageId: string | null } | null>()
  const working = new Set<ClaimId>()
  const stopping = new AbortController()
  let inFlight = 0
  /** Whether replies may be waiting in the store for a free place. */
  let isFull = false
  let idle = (): void => undefined
  let stopListening = (): void => undefined

  const leftFor = (pageId: string): PageRoom => {
    const { all, waiting, backlog } = gates.room(pageId)
    const taken = perPage.get(pageId) ?? 0
    return { all: all - taken, waiting: waiting - taken, backlog: backlog - taken }
  }

  /** How many conversations may be claimed, in general and for Pages with sends in flight or a gate that is not open. */
  const room = (): OutboxRoom => {
    const except = new Map<string, PageRoom>()
    for (const pageId of perPage.keys()) except.set(pageId, leftFor(pageId))
    for (const pageId of gates.narrowed()) if (!except.has(pageId)) except.set(pageId, leftFor(pageId))
    return { each: gates.most, except }
  }

  const pump = createPump({
    run: async () => {
      const free = maxInFlight - inFlight
      isFull = true
      // Claiming several at a time shares the store's transactions; the last sends to finish claim the rest.
      if (stopping.signal.aborted || (inFlight > 0 && free < Math.min(16, maxInFlight / 4))) return false
      const places = room()
      const claims = await store.claimOutbox(free, places)
      isFull = [...places.except.values()].some(isNarrow)
      for (const claim of claims) {
        take(claim.conversation.pageId)
        deliver(
          claim,
          claim.replies.map(({ body }) => readOutboxItem(body)),
        )
      }
      return claims.length > 0
    },
    onError: (error) => log.error({ err: error }, 'could not read the outbox'),
  })

  const take = (pageId: string): void => {
    inFlight += 1
    perPage.set(pageId, (perPage.get(pageId) ?? 0) + 1)
  }

  const giveBack = (pageId: string): void => {
    inFlight -= 1
    const others = (perPage.get(pageId) ?? 1) - 1
    if (others === 0) perPage.delete(pageId)
    else perPage.set(pageId, others)
    if (inFlight === 0) idle()
  }

  const deliver: Sender['deliver'] = (claim, items) => {
    for (const reply of claim.replies) inHand.set(reply.id, null)
    working.add(claim.id)
    void work(claim, items).then(async (notBeforeMs) => {
      for (const reply of claim.replies) inHand.delete(reply.id)
      if (!working.delete(claim.id)) outcomes.forget(claim)
      await store.releaseOutbox(claim, notBeforeMs)
      giveBack(claim.conversation.pageId)
      // The store itself wakes the pump for replies that came back with this claim.
      if (isFull) pump.wake()
    })
  }

  /** @returns when the conversation may be tried again; undefined for at once */
  const work: (...given: Parameters<Sender['deliver']>) => Promise<number | undefined> = async (
    claim,
    items,
  ) => {
    try {
      for (const [index, reply] of claim.replies.entries()) {
        for (let item = items[index]; item !== undefined;) {
          const step =
            item === null
              ? await outcomes.damaged(claim, reply)
              : await sendOne(claim, reply, item, handOf(claim, reply))
          if (step.go === 'stop') return step.notBeforeMs
          item = step.instead
        }
      }
      return undefined
    } catch (error) {
      log.error({ err: error, pageId: claim.conversation.pageId }, 'a reply could not be worked on')
      return clock.now() + FAULT_MS
    }
  }

  const handOf = (claim: OutboxClaim, { id }: StoredReply): Hand => ({
    hasToStop: () => stopping.signal.aborted || !working.has(claim.id),
    echo: () => inHand.get(id) ?? null,
    signal: stopping.signal,
  })

  return {
    reserve: (pageId) => {
      if (stopping.signal.aborted || inFlight >= maxInFlight || leftFor(pageId).all <= 0) return false
      take(pageId)
      return true
    },
    unreserve: (pageId) => {
      giveBack(pageId)
      if (isFull) pump.wake()
    },
    deliver,
    confirm: (replyId, messageId) => {
      if (inHand.has(replyId)) inHand.set(replyId, { messageId })
    },
    start: () => {
      const endings = [
        store.onWork((queue) => {
          if (queue === 'outbox') pump.wake()
        }),
        store.onRevoked((claims) => claims.forEach((claim) => working.delete(claim))),
      ]
      stopListening = () => endings.forEach((end) => end())
      pump.wake()
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

const isNarrow = ({ all, waiting, backlog }: PageRoom): boolean => all <= 0 || waiting <= 0 || backlog <= 0
