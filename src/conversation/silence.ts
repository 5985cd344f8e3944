import type { JsonObject } from '../json.ts'
import type { WebhookEvent } from '../webhook/events.ts'

/** Where a conversation's state says that a person has taken over. */
const KEY = 'handover'

/** Whether the bot left this conversation to a person. */
export const isSilent = (state: JsonObject | null): boolean => state?.[KEY] !== undefined

export const silence = (state: JsonObject | null, sinceMs: number): JsonObject => ({
  ...state,
  [KEY]: { sinceMs },
})

export const endSilence = (state: JsonObject | null): JsonObject | null => {
  if (state === null) return null
  const { [KEY]: _ended, ...rest } = state
  return Object.keys(rest).length === 0 ? null : rest
}

/** Whether an event gives the conversation to our app (reference I). */
export const handsBack = (event: WebhookEvent, appId: string): boolean =>
  (event.kind === 'pass_thread_control' || event.kind === 'take_thread_control') &&
  event.newOwnerAppId !== null &&
  // A number in some bodies, a text in others.
  String(event.newOwnerAppId) === appId
