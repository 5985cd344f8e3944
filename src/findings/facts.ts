import { WEBHOOK_FIELDS } from '../channel/messenger.ts'

/** The fields the app is subscribed to at a Page, as Facebook last told; null where it is not subscribed at all. */
export interface ToldFields {
  checkedMs: number
  fields: readonly string[] | null
}

/** The app-level subscription, without which no webhook comes at all. */
export type AppWebhookState =
  | { is: 'set'; url: string | null; isActive: boolean; missing: readonly string[] }
  | { is: 'absent' }
  | { is: 'unknown'; why: string }

/** `checkedMs` is null when it is only known from when the token was saved. */
export type Subscription =
  | { is: 'subscribed'; checkedMs: number | null }
  | { is: 'partly'; checkedMs: number | null; missing: readonly string[] }
  | { is: 'none'; checkedMs: number }
  | { is: 'unknown' }

/** What the bot hears of a Page: as Facebook last told, else as it was when the token was saved. */
export const subscriptionFrom = (seen: ToldFields | null, saved: readonly string[] | null): Subscription => {
  const checkedMs = seen?.checkedMs ?? null
  if (seen?.fields === null) return { is: 'none', checkedMs: seen.checkedMs }
  const fields = seen?.fields ?? saved
  if (fields === null) return { is: 'unknown' }
  const missing = WEBHOOK_FIELDS.filter((field) => !fields.includes(field))
  return missing.length === 0 ? { is: 'subscribed', checkedMs } : { is: 'partly', checkedMs, missing }
}
