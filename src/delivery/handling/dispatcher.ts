import type {
  AnswerAtOnce,
  EventOutcome,
  InboxClaim,
  OutboxClaim,
  Store,
  StoredEvent,
} from '../../store/store.ts'
import type { WebhookEvent } from '../../webhook/events.ts'
import type { Handling } from './call-handler.ts'
import type { Log } from '../log.ts'
import type { Sender } from '../sending/sender.ts'

/** Brings events to the handler: each conversation in its order, the conversations beside each other. */
export interface Dispatcher {
  start: () => void
  /** Lets the events being handled come to their end, and begins nothing new. */
  stop: () => Promise<void>
}

export const createDispatcher = (deps: {
  store: Store
  /** Reads an event's body; the counterpart of what the webhook stored. */
  read: (body: string) => WebhookEvent
  handle: Handling
  /** Asked about events before they are stored; null for never. */
  answerAtOnce: AnswerAtOnce | null
  /** Where the replies go when they may leave at once. */
  sender: Pick<Sender, 'reserve' | 'unreserve' | 'deliver' | 'confirm'>
  /** Events that concern more than their conversation pass by here too. */
  onEvent: (event: WebhookEvent) => void
  /** Replies for this Page are about to wait or to leave. */
  onReplies: (pageId: string) => void
  log: Log
  /** How many conversations are handled at the same time. */
  maxBusy: number
}): Dispatcher => {
  const { store, read, handle, answerAtOnce, sender, onEvent, onReplies, log, maxBusy } = deps
  let busy = 0
  let pumping = false
  let woken = false
  let stopped = false
  let idle = (): void => undefined
  let stopListening = (): void => undefined

  const pump = async (): Promise<void> => {
    if (pumping) {
      woken = true
      return
    }
    pumping = true
    try {
      do {
        woken = false
        if (stopped || busy >= maxBusy) break
        const claims = await store.claimInbox(maxBusy - busy)
        for (const claim of claims) {
          busy += 1
          void work(claim)
        }
        if (claims.length > 0) woken = true
      } while (woken)
    } catch (error) {
      log.error({ err: error }, 'could not read the inbox')
    } finally {
      pumping = false
    }
  }

  const work = async (claim: InboxClaim): Promise<void> => {
    // One after the other to the handler; into the store together, which keeps their order.
    const finishing: Promise<void>[] = []
    try {
      for (const stored of claim.events) {
        if (stopped || claim.conversation.forgotten === true) break
        finishing.push(finish(claim, stored, await outcomeOf(claim, stored)))
      }
    } catch (error) {
      log.error({ err: error, pageId: claim.conversation.pageId }, 'an event could not be worked on')
    } finally {
      for (const outcome of await Promise.allSettled(finishing)) {
        if (outcome.status === 'rejected')
          log.error({ err: outcome.reason }, 'an event could not be finished')
      }
      store.releaseInbox(claim)
      busy -= 1
      if (busy === 0) idle()
      void pump()
    }
  }

  const finish = async (claim: InboxClaim, stored: StoredEvent, outcome: EventOutcome): Promise<void> => {
    const { pageId } = claim.conversation
    if (outcome.replies.length > 0) onReplies(pageId)
    const handOut = outcome.replies.length > 0 && sender.reserve(pageId)
    let out: OutboxClaim | null = null
    try {
      out = await store.finishEvent(claim, stored, { ...outcome, handOut })
    } finally {
      if (out === null && handOut) sender.unreserve(pageId)
    }
    if (out !== null) sender.deliver(out)
  }

  const outcomeOf = async (claim: InboxClaim, stored: StoredEvent): Promise<EventOutcome> => {
    const event = readOrNull(stored)
    if (event === null) return { replies: [] }
    onEvent(event)
    if (event.kind === 'echo' && event.metadata !== null) {
      sender.confirm(event.metadata, event.mid)
      return {
        ...(await handle(claim, stored, event)),
        confirmed: [{ replyId: event.metadata, messageId: event.mid }],
      }
    }
    return handle(claim, stored, event)
  }

  const readOrNull = (stored: StoredEvent): WebhookEvent | null => {
    try {
      return read(stored.body)
    } catch (error) {
      log.error({ err: error, seq: stored.seq }, 'a stored event could not be read and is passed over')
      return null
    }
  }

  return {
    start: () => {
      const endings = [
        store.onWork((queue) => {
          if (queue === 'inbox') void pump()
        }),
        ...(answerAtOnce === null ? [] : [store.answerAtOnce(answerAtOnce)]),
      ]
      stopListening = () => endings.forEach((end) => end())
      void pump()
    },
    stop: async () => {
      stopped = true
      stopListening()
      if (busy > 0) {
        await new Promise<void>((resolve) => {
          idle = resolve
        })
      }
    },
  }
}
