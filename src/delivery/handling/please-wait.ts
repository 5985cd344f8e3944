import type { ConversationView } from '../../conversation/view.ts'
import type { Clock } from '../../base/clock.ts'
import type { QueuedReply, Reply, ReplyDates } from '../../messages.ts'
import type { InboxClaim, OutboxClaim, Store, StoredEvent } from '../../store/store.ts'
import type { WebhookEvent } from '../../webhook/events.ts'
import type { Log } from '../../base/logger.ts'
import type { Sender } from '../sending/sender.ts'

/** The message to a visitor whose answer takes long. */
export interface PleaseWait {
  /** After how long the message is due, ms. */
  afterMs: (pageId: string) => number
  /** The please-wait message; no replies where the bot is not expected to answer. */
  say: (event: WebhookEvent, conversation: ConversationView) => Promise<Reply[]>
}

export interface PleaseWaitDeps {
  pleaseWait: PleaseWait
  store: Pick<Store, 'interject'>
  sender: Pick<Sender, 'reserve' | 'unreserve' | 'deliver'>
  /** When an event happened, for the reply to it. */
  datesOf: (event: WebhookEvent) => ReplyDates
  clock: Clock
  log: Log
}

/** An answer that is nearly ready needs no message. */
const SOONEST_MS = 2000
/** Longer than any event may take. */
const REMEMBERED_MS = 15 * 60_000

/**
 * Tells a visitor once that the answer takes long, for all messages written until then. It does so only if the message can go out at
 * once: behind other replies, or after a dead token is replaced, it would arrive together with the answer.
 *
 * @returns a function that begins to wait for an event, and returns the one that ends the wait
 */
export const createPleaseWait = (deps: PleaseWaitDeps) => {
  const { pleaseWait, store, sender, datesOf, clock, log } = deps
  /** When the visitor of a conversation got the message, ms since the epoch; the oldest first. */
  const told = new Map<number, number>()

  const remember = (conversation: number): void => {
    const nowMs = clock.now()
    for (const [id, toldMs] of told) {
      if (nowMs - toldMs < REMEMBERED_MS) break
      told.delete(id)
    }
    told.delete(conversation)
    told.set(conversation, nowMs)
  }

  const send = async (claim: InboxClaim, stored: StoredEvent, reply: QueuedReply): Promise<void> => {
    const { id, pageId } = claim.conversation
    if (!sender.reserve(pageId)) return
    let out: OutboxClaim | null = null
    try {
      out = await store.interject(claim, stored, JSON.stringify(reply))
    } finally {
      if (out === null) sender.unreserve(pageId)
    }
    if (out === null) return
    remember(id)
    sender.deliver(out, [reply])
  }

  return (
    claim: InboxClaim,
    stored: StoredEvent,
    event: WebhookEvent,
    conversation: ConversationView,
  ): (() => void) => {
    const { id, pageId } = claim.conversation
    if (stored.acceptedMs <= (told.get(id) ?? 0)) return () => undefined
    let isOver = false
    const tell = async (): Promise<void> => {
      const [reply] = await pleaseWait.say(event, conversation)
      if (reply === undefined || isOver) return
      await send(claim, stored, { ...reply, ...datesOf(event) })
    }
    const afterMs = pleaseWait.afterMs(pageId)
    const leftMs = stored.acceptedMs + afterMs - clock.now()
    const cancel = clock.after(Math.min(Math.max(SOONEST_MS, leftMs), afterMs), () => {
      tell().catch((error: unknown) =>
        log.error({ err: error, pageId }, 'a visitor could not be asked to wait'),
      )
    })
    return () => {
      isOver = true
      cancel()
    }
  }
}
