import { isJsonObject, type JsonObject } from '../json.ts'
import type { Referral } from './events.ts'
import { idOf, textOf, type Field } from './read.ts'

/** How the visitor came here: an m.me link, an ad, a code. */
export const readReferral = (referral: JsonObject): Referral => ({
  ref: textOf(referral['ref']),
  source: textOf(referral['source']),
  type: textOf(referral['type']),
  adId: idOf(referral['ad_id']),
})

/** The referral that a message or postback may carry. */
export const readOptionalReferral = (field: Field): Referral | null =>
  isJsonObject(field) ? readReferral(field) : null
