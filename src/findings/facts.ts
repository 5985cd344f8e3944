import { WEBHOOK_FIELDS } from '../channel/messenger.ts'

/** The fields the app is subscribed to on a Page, as Facebook last listed them; null if it is not subscribed. */
export interface ToldFields {
  checkedMs: number
  fields: readonly string[] | null
}

/** The app-level subscription, without which no webhook comes. */
export type AppWebhookState =
  | { is: 'set'; url: string | null; isActive: boolean; missing: readonly string[] }
  | { is: 'absent' }
  | { is: 'unknown'; why: string }

/** `checkedMs` is null when the subscription is only known from the time the token was saved. */
export type Subscription =
  | { is: 'subscribed'; checkedMs: number | null }
  | { is: 'partly'; checkedMs: number | null; missing: readonly string[] }
  | { is: 'none'; checkedMs: number }
  | { is: 'unknown' }

/** The Page's subscription: as Facebook last listed it, else as it was when the token was saved. */
export const subscriptionFrom = (seen: ToldFields | null, saved: readonly string[] | null): Subscription => {
  const checkedMs = seen?.checkedMs ?? null
  if (seen?.fields === null) return { is: 'none', checkedMs: seen.checkedMs }
  const fields = seen?.fields ?? saved
  if (fields === null) return { is: 'unknown' }
  const missing = WEBHOOK_FIELDS.filter((field) => !fields.includes(field))
  return missing.length === 0 ? { is: 'subscribed', checkedMs } : { is: 'partly', checkedMs, missing }
}
