import type { SandboxParts } from '../../parts.ts'
import type { Attachment, Page } from '../../world.ts'
import { checkMedia, MEDIA, uploadsOf } from '../attachment-rules.ts'
import type { SentFile } from '../multipart.ts'
import { demand } from '../identify.ts'
import { missingParameter, notOneOf } from '../failure.ts'
import { asText, isEmpty, unpack } from '../params.ts'
import { SEND } from '../shapes.ts'
import { objectIn, readObject } from '../value-rules.ts'
import { asPage, type Edge, type EdgeContext } from './edge.ts'

/** Attachment ids expire after 90 days. */
export const ATTACHMENT_LIFE_MS = 90 * 24 * 3600_000

/** `POST /{page-id}/message_attachments`: kept without being sent (docs/messenger-platform.md#f6). */
export const uploadAttachment: Edge = (context) => {
  const { parts, call } = context
  const { page, ...caller } = asPage(context)
  demand(parts, { page, ...caller }, 'pages_messaging', 'MESSAGING')
  if (isEmpty(call.params['message'])) throw missingParameter('message')
  const message = readObject(call.params['message'], 'message', SEND.message)
  const attachment = objectIn(message, 'attachment', 'message', SEND.attachment)
  if (attachment['type'] === undefined) throw missingParameter('message[attachment][type]')
  const type = asText(attachment['type'])
  if (!MEDIA.includes(type)) throw notOneOf('message[attachment][type]', MEDIA)
  const given = { type, payload: unpack(attachment['payload']), name: 'message[attachment][payload]' }
  const media = checkMedia(given, {
    uploads: uploadsOf(call.files),
    // An upload cannot name an existing attachment.
    attachment: () => undefined,
  })
  const url = media.upload ? keepUpload(context, media.upload) : media.url
  return { attachment_id: keepAttachment(context, page, type, url) }
}

/** Stores an uploaded file. @returns its address */
export const keepUpload = ({ parts }: EdgeContext, { name, type, bytes }: SentFile): string =>
  parts.files.urlOf(parts.files.keep({ name, type, bytes }))

export const keepAttachment = ({ parts }: EdgeContext, page: Page, type: string, url: string): string => {
  const id = `1${parts.rng.digits(15)}`
  parts.world.attachments.set(id, { id, pageId: page.id, type, url, createdAtMs: parts.clock.nowMs() })
  return id
}

/** The Page's attachment of this id, unless it has expired. */
export const findAttachment = (
  { world, clock }: SandboxParts,
  page: Page,
  id: string,
): Attachment | undefined => {
  const found = world.attachments.get(id)
  if (!found || found.pageId !== page.id) return undefined
  return clock.nowMs() - found.createdAtMs < ATTACHMENT_LIFE_MS ? found : undefined
}
