import { createHash } from 'node:crypto'
import { createBoundedMap } from '../base/bounded-map.ts'
import type { Clock } from '../base/clock.ts'
import { BotError } from '../base/errors.ts'
import type { SignedRequest } from './signed-request.ts'

/** Tells new signed requests from repeats: a signature proves who made a request, but not when it was sent. */
export interface FreshRequests {
  /**
   * Whether the request comes for the first time.
   *
   * @throws BotError `BOT_SIGNATURE_INVALID` when Facebook made it more than an hour ago
   */
  isNew: (request: Pick<SignedRequest, 'issuedAtMs' | 'payload'>) => boolean
}

/** An hour, because clocks may differ by minutes and Facebook may repeat a request later. */
const FRESH_MS = 60 * 60_000
const MOST = 10_000

export const createFreshRequests = ({ clock }: { clock: Pick<Clock, 'now'> }): FreshRequests => {
  const seen = createBoundedMap<string, true>(MOST)
  return {
    isNew: ({ issuedAtMs, payload }) => {
      // Facebook always sends `issued_at`. A request without it is only compared with earlier ones.
      if (issuedAtMs !== null && clock.now() - issuedAtMs > FRESH_MS) {
        throw new BotError('BOT_SIGNATURE_INVALID', 'The signed_request is too old.')
      }
      const key = createHash('sha256').update(payload).digest('base64url')
      if (seen.has(key)) return false
      seen.set(key, true)
      return true
    },
  }
}
