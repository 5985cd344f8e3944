import { BotError } from '../base/errors.ts'
import type { NewEvent, StoredEvent } from '../store/store.ts'
import type { EventKind, EventOf, WebhookEvent } from './events.ts'
import { itemsOf, readItem, type Item } from './normalise.ts'
import { written, type FieldValue } from './read.ts'

/** An event as the store accepts it; `content` is the {@link WebhookEvent}. */
export type InboxEvent = NewEvent & { kind: EventKind }

/**
 * Turns a callback's `entry` into events for the store, sorted by time: after failed deliveries Facebook keeps no order
 * (docs/messenger-platform.md#e3). Takes any JSON value and never throws.
 *
 * @param receivedMs - ms since the epoch; the time of events for which Facebook gives none
 * @param appId - of this app, whose own echoes are marked as receipts; with null, no echo is
 */
export const toNewEvents = (
  entries: FieldValue,
  receivedMs: number,
  appId: string | null = null,
): InboxEvent[] =>
  itemsOf(entries, receivedMs)
    .map((item) => toNewEvent(item, appId))
    // The sort is stable, so events of the same time keep Facebook's order.
    .sort((one, other) => one.timestampMs - other.timestampMs)

/**
 * Reads an event back from the body that {@link toNewEvents} or {@link ./operator-event.ts operatorEvent} made.
 *
 * @throws BotError `BOT_STORE_DAMAGED` if neither of them made the body
 */
export const readStoredEvent = (body: string): WebhookEvent => {
  let item: Item | { operator: EventOf<'operator'> }
  try {
    item = JSON.parse(body) as typeof item
  } catch (cause) {
    throw new BotError('BOT_STORE_DAMAGED', 'A stored event is not the JSON that was stored.', { cause })
  }
  return 'operator' in item ? item.operator : readItem(item)
}

/**
 * The event of a stored entry: its `content`, or its body read again if the store had to fetch it. @throws as {@link
 * readStoredEvent}
 */
export const eventOf = ({ body, content }: Pick<StoredEvent, 'body' | 'content'>): WebhookEvent =>
  (content as WebhookEvent | undefined) ?? readStoredEvent(body)

/**
 * Whether the event opens the standard messaging window.
 *
 * @see docs/messenger-platform.md#j: opening an ad does not, the visitor's message after it does
 */
export const opensWindow = (event: WebhookEvent): boolean => {
  switch (event.kind) {
    case 'message':
    case 'postback':
      return true
    case 'reaction':
      return event.action === 'react'
    case 'referral':
      return event.referral.source !== 'ADS'
    case 'optin':
      // An opt-in without a type comes from a plugin; with a type it is consent to marketing messages, which have their own
      // rules.
      return event.type === null
    default:
      return false
  }
}

const isReceipt = (event: WebhookEvent, appId: string | null): boolean =>
  event.kind === 'delivery' ||
  event.kind === 'read' ||
  (event.kind === 'echo' && event.appId !== null && event.appId === appId)

const toNewEvent = (item: Item, appId: string | null): InboxEvent => {
  const { value, text } = written(item.content)
  const event = readItem({ ...item, content: value }, text)
  return {
    key: event.key,
    kind: event.kind,
    pageId: event.pageId,
    psid: event.psid,
    timestampMs: event.timestampMs,
    opensWindow: opensWindow(event),
    ...(isReceipt(event, appId) && { isReceipt: true }),
    content: event,
    // Concatenated by hand, so that the content is serialised only once.
    body: `{"pageId":${JSON.stringify(item.pageId)},"timeMs":${item.timeMs},"standby":${item.standby},"change":${item.change},"content":${text}}`,
  }
}
