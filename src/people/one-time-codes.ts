// Loaded only when a second factor is used.
const loadOtp = () => import('otpauth')

/** A new secret for an authenticator app, in base32, which people can type. */
export const newSecret = async (): Promise<string> => new (await loadOtp()).Secret({ size: 20 }).base32

/** The `otpauth:` address that an authenticator app reads from a QR code or a link. */
export const appAddress = async (secret: string, name: string): Promise<string> =>
  (await totpOf(secret, name)).toString()

/**
 * The period of a code; null for a wrong code. Clocks may differ by one period. The caller must remember the period, so that a
 * code is accepted only once.
 */
export const codePeriodOf = async (secret: string, code: string, nowMs: number): Promise<number | null> => {
  const totp = await totpOf(secret, '')
  const delta = totp.validate({ token: code.replaceAll(/\s/g, ''), timestamp: nowMs, window: 1 })
  return delta === null ? null : Math.floor(nowMs / PERIOD_MS) + delta
}

const PERIOD_S = 30
const PERIOD_MS = PERIOD_S * 1000

const totpOf = async (secret: string, label: string) => {
  const { Secret, TOTP } = await loadOtp()
  return new TOTP({
    issuer: 'Evergreen',
    label,
    secret: Secret.fromBase32(secret),
    period: PERIOD_S,
    digits: 6,
  })
}
