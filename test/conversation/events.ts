import type { JsonObject } from '../../src/base/json.ts'
import type { WebhookEvent } from '../../src/webhook/events.ts'
import { normalise } from '../helpers/normalise.ts'

export const PAGE = '100000000000001'
export const PSID = '7000000000000001'
export const APP_ID = '600000000000001'

/** An event as it comes out of a callback with this item in `messaging` (or in `standby`). */
export const event = (item: JsonObject, list: 'messaging' | 'standby' = 'messaging'): WebhookEvent => {
  const parties = { sender: { id: PSID }, recipient: { id: PAGE }, timestamp: 1_790_000_000_000 }
  const [read] = normalise([{ id: PAGE, time: 1_790_000_000_500, [list]: [{ ...parties, ...item }] }], 0)
  if (read === undefined) throw new Error('the item is no event')
  return read
}

export const said = (text: string): WebhookEvent => event({ message: { mid: 'm_1', text } })
export const tapped = (payload: string, text = 'Title'): WebhookEvent =>
  event({ message: { mid: 'm_1', text, quick_reply: { payload } } })
export const postback = (payload: string): WebhookEvent =>
  event({ postback: { mid: 'm_1', title: 'Title', payload } })
