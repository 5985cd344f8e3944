import { createHash, timingSafeEqual } from 'node:crypto'
import { BotError } from '../base/errors.ts'

/** The query of a verification GET; each parameter may be absent or repeated. */
export type VerificationQuery = Record<string, string | string[] | undefined>

/**
 * Answers the request by which Facebook verifies the callback address.
 *
 * @returns the challenge, to be echoed untouched and as plain text
 * @throws BotError `BOT_VERIFICATION_FAILED`
 * @see docs/messenger-platform.md#e1
 */
export const readChallenge = (query: VerificationQuery, verifyToken: string): string => {
  const challenge = query['hub.challenge']
  if (
    query['hub.mode'] !== 'subscribe' ||
    !isSame(query['hub.verify_token'], verifyToken) ||
    typeof challenge !== 'string'
  ) {
    throw new BotError(
      'BOT_VERIFICATION_FAILED',
      'This is not a verification by Facebook, or its verify token is another than FB_VERIFY_TOKEN.',
    )
  }
  return challenge
}

// Digests have equal lengths, so the time of the comparison does not depend on the token.
const isSame = (given: string | string[] | undefined, wanted: string): boolean =>
  typeof given === 'string' && timingSafeEqual(digest(given), digest(wanted))

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
