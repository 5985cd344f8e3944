import type { WebhookEvent } from '../../src/webhook/events.ts'
import { itemsOf, readItem } from '../../src/webhook/normalise.ts'
import type { FieldValue } from '../../src/webhook/read.ts'

/** Every event of a callback's `entry`, in its order. */
export const normalise = (entries: FieldValue, receivedMs: number): WebhookEvent[] =>
  itemsOf(entries, receivedMs).map((item) => readItem(item))
