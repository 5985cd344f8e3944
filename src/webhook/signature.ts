import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'

/** Whether `header`, the value of `X-Hub-Signature-256`, proves that Facebook sent exactly these bytes. */
export type SignatureCheck = (body: Buffer, header: string | string[] | undefined) => boolean

/**
 * Checks callbacks against the app secret, in constant time.
 *
 * @see reference E2: the raw bytes are signed, so nothing may be parsed or decoded before this
 */
export const createSignatureCheck = (appSecret: string): SignatureCheck => {
  const key = createSecretKey(appSecret, 'utf8')
  return (body, header) => {
    if (typeof header !== 'string' || !SHAPE.test(header)) return false
    const expected = createHmac('sha256', key).update(body).digest()
    return timingSafeEqual(Buffer.from(header.slice(PREFIX.length), 'hex'), expected)
  }
}

const PREFIX = 'sha256='
// Gives the decoded signature the length that timingSafeEqual demands.
const SHAPE = /^sha256=[0-9a-f]{64}$/i
