import { createHmac, timingSafeEqual } from 'node:crypto'
import { BotError } from '../base/errors.ts'
import { isJsonObject, parseJson, type Json } from '../base/json.ts'
import { idOf } from './read.ts'

/** The user or Page of a deauthorize or data deletion callback. */
export interface SignedRequest {
  /** App-scoped id of a person who logged in, such as the operator; never a PSID (docs/messenger-platform.md#k11). */
  userId: string | null
  /** The Page, when a Page removed the app. */
  profileId: string | null
  /** The time at which Facebook made the request; null if it does not tell. */
  issuedAtMs: number | null
  /** The signed text. Two requests with the same payload are one request, even if their signatures are encoded differently. */
  payload: string
}

/**
 * Verifies and reads the form field `signed_request`.
 *
 * @throws BotError `BOT_SIGNATURE_INVALID` when it is missing, malformed or signed with another secret; `BOT_BODY_INVALID` when
 *   the signed payload cannot be read
 * @see docs/messenger-platform.md#e9
 */
export const readSignedRequest = (text: unknown, appSecret: string): SignedRequest => {
  const [, signature = '', payload = ''] = (typeof text === 'string' && SHAPE.exec(text)) || []
  // The signature is over the encoded payload, not over the JSON inside it.
  const expected = createHmac('sha256', appSecret).update(payload).digest()
  const given = Buffer.from(signature, 'base64url')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new BotError('BOT_SIGNATURE_INVALID', 'The signed_request is missing or not signed by this app.')
  }
  const claims = decode(payload)
  if (!isJsonObject(claims) || claims['algorithm'] !== 'HMAC-SHA256') {
    throw new BotError('BOT_BODY_INVALID', 'The signed_request holds no JSON object signed with HMAC-SHA256.')
  }
  const userId = idOf(claims['user_id'])
  // `user_id` is 0 when a Page removed the app.
  const issuedAt = claims['issued_at']
  return {
    userId: userId === '0' ? null : userId,
    profileId: idOf(claims['profile_id']),
    issuedAtMs: issuedAt === undefined ? null : Number(issuedAt) * 1000 || 0,
    payload,
  }
}

const SHAPE = /^([\w-]+)=*\.([\w-]+=*)$/

const decode = (payload: string): Json => {
  try {
    return parseJson(Buffer.from(payload, 'base64url').toString())
  } catch {
    return null
  }
}
