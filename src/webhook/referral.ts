import { isJsonObject, type JsonObject } from '../base/json.ts'
import type { AdShown, Referral } from './events.ts'
import { idOf, objectOf, textOf, type FieldValue } from './read.ts'

/** The visitor's way to the conversation: an m.me link, an ad, a code. */
export const readReferral = (referral: JsonObject): Referral => ({
  ref: textOf(referral['ref']),
  source: textOf(referral['source']),
  type: textOf(referral['type']),
  adId: idOf(referral['ad_id']),
  refererUri: textOf(referral['referer_uri']),
  productId: idOf(objectOf(referral['product'])['id']),
  ad: isJsonObject(referral['ads_context_data']) ? readAd(referral['ads_context_data']) : null,
})

/** The referral that a message or postback may carry. */
export const readOptionalReferral = (field: FieldValue): Referral | null =>
  isJsonObject(field) ? readReferral(field) : null

const readAd = (ad: JsonObject): AdShown => ({
  title: textOf(ad['ad_title']),
  photoUrl: textOf(ad['photo_url']),
  videoUrl: textOf(ad['video_url']),
  postId: idOf(ad['post_id']),
  productId: idOf(ad['product_id']),
  flowId: idOf(ad['flow_id']),
})
