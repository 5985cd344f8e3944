import { createHmac } from 'node:crypto'

/**
 * JSON as Facebook writes it: everything outside ASCII as `\uXXXX` in lower case, every `/` as `\/`
 * (docs/messenger-platform.md#e2). So a receiver that serialises the parsed body again gets another signature, as with Facebook.
 */
export const facebookJson = (value: unknown): string =>
  JSON.stringify(value)
    .replaceAll('/', '\\/')
    .replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** The signature headers over the bytes as they are sent. */
export const signatures = (secret: string, bytes: Buffer): Record<string, string> => ({
  'x-hub-signature': `sha1=${createHmac('sha1', secret).update(bytes).digest('hex')}`,
  'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(bytes).digest('hex')}`,
})

/** The `signed_request` of the deauthorize callback (docs/messenger-platform.md#e9). */
export const signedRequest = (secret: string, payload: Record<string, unknown>): string => {
  const encoded = Buffer.from(JSON.stringify(payload)).toString('base64url')
  const signature = createHmac('sha256', secret).update(encoded).digest('base64url')
  return `${signature}.${encoded}`
}
