import { isJsonObject, type Json } from '../base/json.ts'
import type { MediaType, SendMessage } from '../messages.ts'
import type { UploadCall } from './graph.ts'
import type { Call } from './transport.ts'

/** Attachment ids expire after 90 days (docs/messenger-platform.md#f6). */
export const ATTACHMENT_LIFE_MS = 90 * 24 * 3_600_000

/** The name of the upload in errors and metrics, by which callers recognise an error of media. */
export const UPLOAD_EDGE = 'message_attachments'

/** Facebook takes up to 75 s to fetch a video (docs/messenger-platform.md#f6); uploading a large file takes about as long. */
export const FETCH_TIMEOUT_MS = 90_000

/** Whether Facebook fetches something from an address before it answers a send of this message. */
export const isFetched = ({
  attachment,
  quick_replies: choices = [],
}: Pick<SendMessage, 'attachment' | 'quick_replies'>): boolean => {
  if (choices.some((choice) => choice.image_url !== undefined)) return true
  if (attachment === undefined) return false
  const { elements } = attachment.payload
  return hasMedia(attachment.payload) || (Array.isArray(elements) && elements.some(hasMedia))
}

const hasMedia = (of: Json): boolean =>
  isJsonObject(of) && (typeof of['image_url'] === 'string' || typeof of['url'] === 'string')

/** The upload call: JSON if Facebook fetches the file from an address, a multipart form if the call carries the bytes. */
export const uploadOf = async (
  type: MediaType,
  from: UploadCall['from'],
): Promise<Pick<Call, 'edge' | 'body' | 'contentType' | 'timeoutMs'>> => {
  const call = { edge: UPLOAD_EDGE, timeoutMs: FETCH_TIMEOUT_MS }
  if ('url' in from) return { ...call, body: JSON.stringify({ message: messageOf(type, { url: from.url }) }) }
  const form = new FormData()
  form.set('message', JSON.stringify(messageOf(type, {})))
  form.set(
    'filedata',
    new Blob([from.bytes as Uint8Array<ArrayBuffer>], { type: from.contentType }),
    from.name,
  )
  // `body` takes bytes, and `Response` encodes a form to bytes.
  const encoded = new Response(form)
  return { ...call, contentType: encoded.headers.get('content-type') ?? '', body: await encoded.bytes() }
}

const messageOf = (type: MediaType, from: { url?: string }) => ({
  attachment: { type, payload: { ...from, is_reusable: true } },
})
