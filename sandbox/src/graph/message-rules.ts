import type { ChatMessage } from '../api.ts'
import { severalImages } from '../several-images.ts'
import { checkMedia, MEDIA, type MediaSources } from './attachment-rules.ts'
import type { SentFile } from './multipart.ts'
import { badParameter, missingParameter, notOneOf, tooLong } from './failure.ts'
import { asText, isObject, isTrue, unpack, withoutEmptyInside, type Params } from './params.ts'
import { readQuickReplies, type Offers } from './quick-reply-rules.ts'
import { SEND } from './shapes.ts'
import { checkTemplate } from './template-rules.ts'
import { listAt, readObject } from './value-rules.ts'
import type { IsWhitelisted } from './webview-rules.ts'

export interface CheckedMessage {
  shown: Pick<ChatMessage, 'text' | 'attachment' | 'quickReplies' | 'metadata'>
  /** The file in the call that becomes the attachment. */
  upload: SentFile | null
  /** The Page wants an attachment id for it. */
  reusable: boolean
  templateType: string | null
}

/** Data outside the message on which its rules depend. */
export interface MessageSurroundings extends MediaSources, Offers {
  stickerUrl: (id: string) => string
  isWhitelisted: IsWhitelisted
}

/** Facebook's limit is 2000; counted here in UTF-16 units, the strictest way. */
const LONGEST_TEXT = 2000
const LONGEST_METADATA = 999
/** Meta names no limit for Messenger; this is the one of Instagram. */
const MOST_IMAGES = 10
const AT = 'message'

/** Reads `message` as the Send API does (docs/messenger-platform.md#f1, #f5, #f6, #f7), or refuses it with its code. */
export const checkMessage = (value: unknown, around: MessageSurroundings): CheckedMessage => {
  if (!isObject(value)) throw badParameter(`Param ${AT} must be an object`, 2018032)
  const message = readObject(value, AT, SEND.message)
  const text = readText(message, 'text', LONGEST_TEXT)
  const images = readImages(message['attachments'], around)
  if (images && message['attachment'] !== undefined) {
    throw badParameter('Message cannot hold both attachment and attachments')
  }
  const content = images ?? readAttachment(message['attachment'], around)
  const metadata = readText(message, 'metadata', LONGEST_METADATA)
  const { attachment } = content
  if (message['sticker_id'] !== undefined) {
    if (text !== null || attachment) throw badParameter('A sticker stands alone in its message')
    const quickReplies = readQuickReplies(message['quick_replies'], around)
    return {
      ...NOTHING,
      shown: { text: null, attachment: readSticker(message, around), quickReplies, metadata },
    }
  }
  if (text !== null && attachment) throw badParameter('Message cannot hold both text and attachment')
  if (text === null && !attachment) {
    throw badParameter('Message cannot be empty, must provide valid attachment or text', 2018034)
  }
  const quickReplies = readQuickReplies(message['quick_replies'], around)
  return { ...content, shown: { text, attachment, quickReplies, metadata } }
}

const NOTHING = { upload: null, reusable: false, templateType: null }

const readText = (message: Params, key: string, most: number): string | null => {
  const value = message[key]
  if (value === undefined) return null
  if (typeof value !== 'string') throw badParameter(`Param ${AT}[${key}] must be a string`)
  if (value.length > most) throw tooLong(`${AT}[${key}]`, most)
  return value
}

/** An id with more digits than a JSON number holds comes as text; the webhook has a number again. */
const readSticker = (message: Params, { stickerUrl }: MessageSurroundings): ChatMessage['attachment'] => {
  const id = asText(message['sticker_id'])
  if (!/^\d{1,20}$/.test(id)) throw badParameter('Invalid sticker_id')
  return { type: 'sticker', payload: { url: stickerUrl(id), sticker_id: Number(id) } }
}

type Content = Omit<CheckedMessage, 'shown'> & { attachment: ChatMessage['attachment'] }

/** Several images in one message (docs/messenger-platform.md#f6), each by address or id. */
const readImages = (value: unknown, around: MessageSurroundings): Content | null => {
  if (value === undefined) return null
  const urls = listAt(value, `${AT}[attachments]`, { most: MOST_IMAGES }).map(([element, name]) => {
    const { type, payload } = readObject(element, name, SEND.attachment)
    if (type === undefined) throw missingParameter(`${name}[type]`)
    if (type !== 'image') throw notOneOf(`${name}[type]`, ['image'])
    const given = { type, payload: unpack(payload), name: `${name}[payload]` }
    return asText(checkMedia(given, { ...around, uploads: [] }).url)
  })
  return { ...NOTHING, attachment: severalImages(urls) }
}

const readAttachment = (value: unknown, around: MessageSurroundings): Content => {
  if (value === undefined) return { ...NOTHING, attachment: null }
  const attachment = readObject(value, `${AT}[attachment]`, SEND.attachment)
  const { type } = attachment
  const payload = unpack(attachment['payload'])
  if (type === undefined) throw missingParameter(`${AT}[attachment][type]`)
  if (typeof type !== 'string' || ![...MEDIA, 'template'].includes(type)) {
    throw notOneOf(`${AT}[attachment][type]`, [...MEDIA, 'template'])
  }
  if (type === 'template') {
    if (payload === undefined) throw missingParameter(`${AT}[attachment][payload]`)
    if (!isObject(payload)) throw badParameter(`Param ${AT}[attachment][payload] must be an object`)
    const hasAttachment = (id: string) => around.attachment(id) !== undefined
    checkTemplate(payload, { hasAttachment, isWhitelisted: around.isWhitelisted })
    const kept = withoutEmptyInside(payload) as Params
    return { ...NOTHING, templateType: asText(payload['template_type']), attachment: { type, payload: kept } }
  }
  const media = checkMedia({ type, payload, name: `${AT}[attachment][payload]` }, around)
  return {
    upload: media.upload,
    reusable: isObject(payload) && isTrue(payload['is_reusable']),
    templateType: null,
    attachment: { type, payload: media.url === null ? {} : { url: media.url } },
  }
}
