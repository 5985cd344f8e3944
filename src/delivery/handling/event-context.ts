import type { ConversationView } from '../../conversation/view.ts'
import type { Clock } from '../../base/clock.ts'
import type { InboxClaim, Store, StoredEvent } from '../../store/store.ts'
import type { WebhookEvent } from '../../webhook/events.ts'

/** Waits without blocking other conversations. */
export type Rest = (ms: number) => Promise<void>

/** Finds facts about an event that it does not hold: the events behind it, and who sent an echo. A promise only when it has to wait. */
export type EventContext = (of: {
  claim: InboxClaim
  stored: StoredEvent
  event: WebhookEvent
  view: ConversationView
  rest: Rest
}) => ConversationView | Promise<ConversationView>

/** No answer rule looks at more events than these. */
const MOST_BEHIND = 10
/** The most replies that a conversation gets in the minutes in which their echoes come. */
const MOST_KEPT = 50

export const createEventContext = (deps: {
  store: Pick<Store, 'conversation' | 'sentReplies'>
  read: (stored: Pick<StoredEvent, 'body' | 'content'>) => WebhookEvent
  /** How long an event waits for later events that may belong to it, ms since it was accepted. */
  patienceMs: (event: WebhookEvent, view: ConversationView) => number
  clock: Pick<Clock, 'now'>
}): EventContext => {
  const { store, read, patienceMs, clock } = deps

  const readAll = (events: readonly StoredEvent[]): WebhookEvent[] =>
    events.slice(0, MOST_BEHIND).flatMap((stored) => {
      try {
        return read(stored)
      } catch {
        // An event that cannot be read is reported when its own turn comes.
        return []
      }
    })

  /** Reads the store again: the claim lacks events that came after it. */
  const later = async ({ conversation }: InboxClaim, { seq }: StoredEvent): Promise<WebhookEvent[]> => {
    const { pageId, psid } = conversation
    if (psid === null) return []
    const kept = await store.conversation({ pageId, psid, limit: MOST_KEPT })
    return readAll((kept?.events ?? []).filter((event) => event.seq > seq))
  }

  const isOurs = async (
    { conversation }: InboxClaim,
    { mid, metadata }: { mid: string | null; metadata: string | null },
  ): Promise<boolean> => {
    const { pageId, psid } = conversation
    const sent = await store.sentReplies(conversation)
    if (sent.some((one) => one.replyId === metadata || (mid !== null && one.messageId === mid))) return true
    if (psid === null || metadata === null) return false
    const kept = await store.conversation({ pageId, psid, limit: MOST_KEPT })
    return kept?.replies.some(({ id }) => id === metadata) ?? false
  }

  return ({ claim, stored, event, view, rest }) => {
    if (event.kind === 'echo' && event.appId === null)
      return isOurs(claim, event).then((found) => ({ ...view, isOurs: found }))
    if (event.kind !== 'message') return view
    const behind = readAll(claim.events.slice(claim.events.indexOf(stored) + 1))
    if (behind.length > 0) return { ...view, behind }
    const patience = patienceMs(event, view)
    // At most that long, even if the clock was set back in between.
    const waitMs = Math.min(patience, stored.acceptedMs + patience - clock.now())
    if (waitMs <= 0) return view
    return rest(waitMs).then(async () => ({ ...view, behind: await later(claim, stored) }))
  }
}
