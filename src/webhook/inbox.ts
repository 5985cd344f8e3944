import { BotError } from '../base/errors.ts'
import type { NewEvent, StoredEvent } from '../store/store.ts'
import type { EventKind, EventOf, WebhookEvent } from './events.ts'
import { itemsOf, readItem, type Item } from './normalise.ts'
import { written, type FieldValue } from './read.ts'

/** An event as the store accepts it; `content` is the {@link WebhookEvent}. */
export type InboxEvent = NewEvent & { kind: EventKind }

/**
 * Turns a callback's `entry` into what the store keeps, in the order in which it happened: after failures Facebook keeps no
 * order (docs/messenger-platform.md#e3). Takes any JSON value and never throws.
 *
 * @param receivedMs - stands in where Facebook gives no time, ms since the epoch
 * @param appId - of this app, whose echoes are receipts; null where they are not told apart
 */
export const toNewEvents = (
  entries: FieldValue,
  receivedMs: number,
  appId: string | null = null,
): InboxEvent[] =>
  itemsOf(entries, receivedMs)
    .map((item) => toNewEvent(item, appId))
    // Stable: what happened at the same time stays in the order in which it came.
    .sort((one, other) => one.timestampMs - other.timestampMs)

/**
 * The event that {@link toNewEvents} or {@link ./operator-event.ts operatorEvent} made a body of.
 *
 * @throws BotError `BOT_STORE_DAMAGED` when it never did
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

/** The event that {@link toNewEvents} made, read anew only where the store had to fetch it. @throws as {@link readStoredEvent} */
export const eventOf = ({ body, content }: Pick<StoredEvent, 'body' | 'content'>): WebhookEvent =>
  (content as WebhookEvent | undefined) ?? readStoredEvent(body)

/**
 * Whether the event opens the standard messaging window.
 *
 * @see docs/messenger-platform.md#j: an ad alone does not, the message after it does
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
      // Without a type it is the start of a plugin; with one, consent to marketing messages, which have their own rules.
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
    // Put together by hand, so that the content is made into text only once.
    body: `{"pageId":${JSON.stringify(item.pageId)},"timeMs":${item.timeMs},"standby":${item.standby},"change":${item.change},"content":${text}}`,
  }
}
