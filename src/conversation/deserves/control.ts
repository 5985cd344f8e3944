import { PAGE_INBOX_APP_IDS } from '../../channel/messenger.ts'
import type { JsonObject } from '../../base/json.ts'
import type { EventOf, WebhookEvent } from '../../webhook/events.ts'
import { onlyInboxWordsMs } from '../handover-state.ts'
import { heardMs } from './lately.ts'

/** Who has the conversation after an event. */
export type Control =
  /** Our app, or no app in particular: the bot may speak. */
  | 'ours'
  /** A person, or another app. */
  | 'person'
  /** The people in the Page inbox ask for it. */
  | 'wanted_by_inbox'
  /** No person: the Page sent an automatic message (instant reply, greeting, away message). */
  | 'automatic'

/** Facts about an echo beyond its own fields. */
export interface EchoFacts {
  /** Whether our store knows the echo, by its mid or its metadata. */
  isOurs: boolean
  /** Whether the Page has said the same to many visitors. */
  isSaidToMany: boolean
}

/** No person reads, thinks and types in so short a time. */
const AUTOMATIC_MS = 3000

/**
 * Who has the conversation after an event; null where the event says nothing about it.
 *
 * - A person who writes takes the conversation, from the Page inbox or with another app (I). An echo without app id is a person's unless
 *   the bot itself, or Facebook, has sent it.
 * - Automatic messages of the Page come as echoes of the inbox app and are no person (M, fbsamples/original-coast-clothing#87). They
 *   follow the visitor's words at once, or are the same for many visitors.
 * - "Pass" without a new owner leaves the conversation to the default app (I).
 */
export const controlOf = (
  event: WebhookEvent,
  state: JsonObject | null,
  appId: string,
  facts: EchoFacts,
): Control | null => {
  switch (event.kind) {
    case 'echo':
      return controlByEcho(event, state, appId, facts)
    case 'pass_thread_control':
    case 'take_thread_control':
      if (event.newOwnerAppId === appId) return 'ours'
      if (event.newOwnerAppId !== null) return 'person'
      return event.kind === 'pass_thread_control' ? 'ours' : null
    case 'request_thread_control':
      return !event.standby && isInbox(event.requestedOwnerAppId) ? 'wanted_by_inbox' : null
    default:
      return null
  }
}

/** Whether an event of the visitor shows that the message which silenced the bot was automatic, because it came before the words it answered. */
export const unmasksAutomatic = (event: WebhookEvent, state: JsonObject | null): boolean => {
  const wordsMs = onlyInboxWordsMs(state)
  if (wordsMs === null || (event.kind !== 'message' && event.kind !== 'postback')) return false
  const afterMs = wordsMs - event.timestampMs
  return afterMs > 0 && afterMs <= AUTOMATIC_MS
}

/** Whether an echo comes from the Page inbox. */
export const isFromInbox = (event: WebhookEvent): boolean => event.kind === 'echo' && isInbox(event.appId)

const controlByEcho = (
  echo: EventOf<'echo'>,
  state: JsonObject | null,
  appId: string,
  { isOurs, isSaidToMany }: EchoFacts,
): Control | null => {
  if (isOurs || echo.appId === appId || isCardOfFacebook(echo)) return null
  if (isSaidToMany) return 'automatic'
  const wordsMs = heardMs(state)
  const afterMs = wordsMs === null ? Number.NaN : echo.timestampMs - wordsMs
  return isInbox(echo.appId) && afterMs >= 0 && afterMs <= AUTOMATIC_MS ? 'automatic' : 'person'
}

/**
 * Whether Facebook itself made the message: the card of a post under which a visitor pressed "Send message" (ker0x/messenger#69). An app
 * has an id, and a person writes no templates.
 */
const isCardOfFacebook = ({ appId, text, attachments }: EventOf<'echo'>): boolean =>
  appId === null &&
  text === null &&
  attachments.length > 0 &&
  attachments.every(({ type, payload }) => type === 'template' && payload === null)

const isInbox = (appId: string | null): boolean => PAGE_INBOX_APP_IDS.some((id) => id === appId)
