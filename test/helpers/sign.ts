import { createHmac } from 'node:crypto'

export const APP_SECRET = 'app-secret-1'

/** The value of `X-Hub-Signature-256`, made as Facebook makes it. */
export const sign = (body: string | Buffer, secret = APP_SECRET): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

/** A callback ready for `app.inject`. A string or Buffer goes as it stands, anything else as JSON. */
export const signed = (body: unknown, secret = APP_SECRET) => {
  const payload = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
  return {
    method: 'POST' as const,
    url: '/webhook',
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': sign(payload, secret) },
    payload,
  }
}

/** A `signed_request` as the deauthorize callback carries it. */
export const signedRequest = (claims: unknown, secret = APP_SECRET): string => {
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64url')
  return `${createHmac('sha256', secret).update(payload).digest('base64url')}.${payload}`
}

/** The smallest callback: one message of one visitor. */
export const textCallback = (
  text: string,
  mid = 'm_1',
  { pageId = '100', psid = '700', atMs = 1_767_225_600_123 } = {},
) => ({
  object: 'page',
  entry: [
    {
      id: pageId,
      time: 1_767_225_600_500,
      messaging: [
        {
          sender: { id: psid },
          recipient: { id: pageId },
          timestamp: atMs,
          message: { mid, text },
        },
      ],
    },
  ],
})
