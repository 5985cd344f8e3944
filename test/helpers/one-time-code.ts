import { Secret, TOTP } from 'otpauth'
import type { Clock } from '../../src/base/clock.ts'

/** What an authenticator app shows for the secret. */
export const oneTimeCode = (secret: string, clock: Pick<Clock, 'now'>): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock.now() })
