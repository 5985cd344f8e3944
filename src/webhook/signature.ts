import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'

/** Whether `header`, the value of `X-Hub-Signature-256`, proves that Facebook sent exactly these bytes. */
export type SignatureCheck = (body: Buffer, header: string | string[] | undefined) => boolean

/**
 * Checks callbacks against the app secret, in constant time.
 *
 * @see docs/messenger-platform.md#e2: the raw bytes are signed, so nothing may be parsed or decoded before this
 */
export const createSignatureCheck = (appSecret: string): SignatureCheck => {
  const key = createSecretKey(appSecret, 'utf8')
  return (body, header) => {
    // `timingSafeEqual` needs equal lengths. Texts are compared, because decoding hex would cost time on every callback.
    if (typeof header !== 'string' || header.length !== LENGTH) return false
    const expected = `${PREFIX}${createHmac('sha256', key).update(body).digest('hex')}`
    return timingSafeEqual(Buffer.from(header, 'latin1'), Buffer.from(expected, 'latin1'))
  }
}

/** Whether a value of `X-Hub-Signature-256` has the form of one. */
export const couldBeSignature = (header: string | string[] | undefined): boolean =>
  typeof header === 'string' && /^sha256=[0-9a-f]{64}$/.test(header)

const PREFIX = 'sha256='
const LENGTH = PREFIX.length + 64
