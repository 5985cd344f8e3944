import { BotError } from '../../base/errors.ts'
import { createPump } from '../../base/pump.ts'
import type { ClaimId, InboxClaim, OutboxClaim, Store, StoredEvent } from '../../store/store.ts'
import type { WebhookEvent } from '../../webhook/events.ts'
import type { Clock } from '../../base/clock.ts'
import type { HandledEvent, Handling } from './call-handler.ts'
import type { Rest } from './event-context.ts'
import type { Log } from '../../base/logger.ts'
import type { Sender } from '../sending/sender.ts'

/** Hands events to the handler: one at a time for each conversation, conversations in parallel. */
export interface Dispatcher {
  start: () => void
  /** Waits for the events in the handler, and starts no others. */
  stop: () => Promise<void>
}

export const createDispatcher = (deps: {
  store: Store
  /** Reads an event; the counterpart of what the webhook stored. */
  read: (stored: Pick<StoredEvent, 'body' | 'content'>) => WebhookEvent
  handle: Handling
  /** Gets the replies that may leave at once. */
  sender: Pick<Sender, 'reserve' | 'unreserve' | 'deliver' | 'confirm'>
  /** Called with each event before the handler, for other parts that need it. */
  onEvent: (event: WebhookEvent, conversation: InboxClaim['conversation']) => void
  /** Called before replies of this Page are stored or sent. */
  onReplies: (pageId: string) => void
  clock: Pick<Clock, 'sleep'>
  log: Log
  /** How many conversations are claimed for handling; those that rested begin again beside them. */
  maxBusy: number
}): Dispatcher => {
  const { store, read, handle, sender, onEvent, onReplies, clock, log, maxBusy } = deps
  /** Claims in work. */
  const working = new Set<ClaimId>()
  const stopping = new AbortController()
  let busy = 0
  /** How many of them have an event that waits for later events. */
  let resting = 0
  let stopped = false
  let idle = (): void => undefined
  let stopListening = (): void => undefined

  const pump = createPump({
    run: async () => {
      if (stopped || busy >= maxBusy) return false
      const claims = await store.claimInbox(maxBusy - busy)
      for (const claim of claims) {
        busy += 1
        void work(claim)
      }
      return claims.length > 0
    },
    onError: (error) => log.error({ err: error }, 'could not read the inbox'),
  })

  /** Sorts the waiting events of a conversation by time: webhooks may come out of order (docs/messenger-platform.md#e3). */
  const inOrder = (claim: InboxClaim): InboxClaim => {
    if (claim.events.length < 2) return claim
    const atMs = new Map(claim.events.map((stored) => [stored, happenedMs(stored)]))
    const events = claim.events.toSorted((a, b) => (atMs.get(a) ?? 0) - (atMs.get(b) ?? 0))
    return { ...claim, events }
  }

  const happenedMs = (stored: StoredEvent): number => {
    try {
      return read(stored).timestampMs
    } catch {
      // An event that cannot be read is reported when its turn comes.
      return stored.acceptedMs
    }
  }

  const work = async (accepted: InboxClaim): Promise<void> => {
    const claim = inOrder(accepted)
    // Events are handled one after the other and stored together, in the same order.
    const finishing: Promise<void>[] = []
    let { conversation } = claim
    working.add(claim.id)
    try {
      for (const stored of claim.events) {
        if (stopped || !working.has(claim.id)) break
        const outcome = await outcomeOf({ ...claim, conversation }, stored)
        // The next event gets the new state before it is stored.
        if (outcome.state !== undefined) conversation = { ...conversation, state: outcome.state }
        finishing.push(finish(claim, stored, outcome))
      }
    } catch (error) {
      log.error({ err: error, pageId: claim.conversation.pageId }, 'an event could not be worked on')
    } finally {
      for (const outcome of await Promise.allSettled(finishing)) {
        if (outcome.status === 'rejected')
          log.error({ err: outcome.reason }, 'an event could not be finished')
      }
      working.delete(claim.id)
      await store.releaseInbox(claim)
      busy -= 1
      if (busy + resting === 0) idle()
      pump.wake()
    }
  }

  const rest: Rest = async (ms) => {
    busy -= 1
    resting += 1
    pump.wake()
    // Rejects when the dispatcher stops: then the event is handled with the events known so far.
    await clock.sleep(ms, stopping.signal).catch(() => undefined)
    resting -= 1
    busy += 1
  }

  const finish = async (claim: InboxClaim, stored: StoredEvent, outcome: HandledEvent): Promise<void> => {
    const { pageId } = claim.conversation
    const { items } = outcome
    if (items.length > 0) onReplies(pageId)
    const claimReplies = items.length > 0 && sender.reserve(pageId)
    let out: OutboxClaim | null = null
    try {
      out = await store.finishEvent(claim, stored, { ...outcome, claimReplies }).catch((error: unknown) => {
        if (!(error instanceof BotError) || error.code !== 'BOT_STORE_REFUSED') throw error
        // The event is finished without replies, because each further try would fail, too, and block later events.
        log.error({ err: error, pageId, seq: stored.seq }, 'what an event led to is given up')
        return store.finishEvent(claim, stored, { replies: [] })
      })
    } finally {
      if (out === null && claimReplies) sender.unreserve(pageId)
    }
    if (out !== null) sender.deliver(out, items)
  }

  const outcomeOf = async (claim: InboxClaim, stored: StoredEvent): Promise<HandledEvent> => {
    const event = readOrNull(stored)
    if (event === null) return { items: [], replies: [] }
    onEvent(event, claim.conversation)
    if (event.kind === 'echo' && event.metadata !== null) {
      sender.confirm(event.metadata, event.mid)
      return {
        ...(await handle(claim, stored, event, rest)),
        confirmed: [{ replyId: event.metadata, messageId: event.mid }],
      }
    }
    return handle(claim, stored, event, rest)
  }

  const readOrNull = (stored: StoredEvent): WebhookEvent | null => {
    try {
      return read(stored)
    } catch (error) {
      log.error({ err: error, seq: stored.seq }, 'a stored event could not be read and is passed over')
      return null
    }
  }

  return {
    start: () => {
      const endings = [
        store.onWork((queue) => {
          if (queue === 'inbox') pump.wake()
        }),
        // Their remaining events are not handled here any more.
        store.onRevoked((claims) => claims.forEach((claim) => working.delete(claim))),
      ]
      stopListening = () => endings.forEach((end) => end())
      pump.wake()
    },
    stop: async () => {
      stopped = true
      stopListening()
      stopping.abort()
      if (busy + resting > 0) {
        await new Promise<void>((resolve) => {
          idle = resolve
        })
      }
    },
  }
}
