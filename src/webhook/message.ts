import { isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import type { Attachment, EventDetail } from './events.ts'
import { appIdOf, idOf, listOf, objectOf, textOf, type FieldValue } from './read.ts'
import { readOptionalReferral } from './referral.ts'

/** The `message` of a visitor. */
export const readVisitorMessage = (message: JsonObject): Extract<EventDetail, { kind: 'message' }> => {
  const attachments = listOf(message['attachments']).map(readAttachment)
  return {
    kind: 'message',
    mid: idOf(message['mid']),
    text: wordsOf(message['text']),
    quickReply: wordsOf(objectOf(message['quick_reply'])['payload']),
    attachments,
    stickerId: idOf(message['sticker_id']) ?? stickerIn(attachments),
    replyToMid: idOf(objectOf(message['reply_to'])['mid']),
    referral: readOptionalReferral(message['referral']),
    commands: listOf(message['commands']).flatMap((command) => textOf(objectOf(command)['name']) ?? []),
  }
}

/** A blank text, as beside a picture or in a quick reply, counts as absent. */
const wordsOf = (field: FieldValue): string | null => {
  const text = textOf(field)
  return text === null || text.trim() === '' ? null : text
}

/** The `message` of the Page itself. */
export const readEcho = (message: JsonObject): Extract<EventDetail, { kind: 'echo' }> => ({
  kind: 'echo',
  mid: idOf(message['mid']),
  text: textOf(message['text']),
  appId: appIdOf(message['app_id']),
  metadata: textOf(message['metadata']),
  attachments: listOf(message['attachments']).map(readAttachment),
})

const readAttachment = (field: Json): Attachment => {
  const attachment = objectOf(field)
  const payload = isJsonObject(attachment['payload']) ? attachment['payload'] : null
  return {
    type: textOf(attachment['type']) ?? 'unknown',
    // An attachment of type `fallback` may have link and title outside the payload, and the link may be under `URL`.
    url: wordsOf(payload?.['url']) ?? wordsOf(attachment['url']) ?? wordsOf(attachment['URL']),
    title: wordsOf(payload?.['title']) ?? wordsOf(attachment['title']),
    payload,
  }
}

// Stickers came as images with a sticker_id, then twice, and since 2026-08-30 only as stickers (docs/messenger-platform.md#e5).
const stickerIn = (attachments: readonly Attachment[]): string | null => {
  for (const { payload } of attachments) {
    const stickerId = idOf(payload?.['sticker_id'])
    if (stickerId !== null) return stickerId
  }
  return null
}
