import type { ChatMessage } from '../api.ts'
import type { Attachment } from '../world.ts'
import { checkMedia, MEDIA } from './attachment-rules.ts'
import type { SentFile } from './body.ts'
import { badParameter, missingParameter, notOneOf, tooLong } from './failure.ts'
import { asText, isObject, type Params } from './params.ts'
import { checkTemplate } from './template-rules.ts'
import { isTrue } from './value-rules.ts'

export interface CheckedMessage {
  shown: Pick<ChatMessage, 'text' | 'attachment' | 'quickReplies' | 'metadata'>
  /** What came along to be the attachment's content. */
  upload: SentFile | null
  /** The Page wants an attachment id for it. */
  reusable: boolean
  templateType: string | null
}

/** What a message may be about beyond itself. */
export interface MessageSurroundings {
  upload: SentFile | undefined
  stickerUrl: (id: string) => string
  attachment: (id: string) => Attachment | undefined
  /** What the profile of the person addressed has to offer. */
  email: string | null
  phone: string | null
}

/** "Less than 2000": the stricter reading, in UTF-16 units, the strictest count. */
const LONGEST_TEXT = 1999
const LONGEST_METADATA = 999
const MOST_QUICK_REPLIES = 13

/** Reads `message` as the Send API does (reference F1, F5, F6, F7), or refuses it with its code. */
export const checkMessage = (value: unknown, around: MessageSurroundings): CheckedMessage => {
  if (!isObject(value)) throw badParameter('Param message must be an object', 2018032)
  const text = readText(value)
  const content = readAttachment(value, around)
  const metadata = readMetadata(value)
  const quickReplies = readQuickReplies(value, around)
  const { attachment } = content
  if (value['sticker_id'] !== undefined) {
    if (text !== null || attachment) throw badParameter('A sticker stands alone in its message')
    return {
      ...NOTHING,
      shown: { text: null, attachment: readSticker(value, around), quickReplies, metadata },
    }
  }
  if (text !== null && attachment) throw badParameter('Message cannot hold both text and attachment')
  if (text === null && !attachment) {
    throw badParameter('Message cannot be empty, must provide valid attachment or text', 2018034)
  }
  return { ...content, shown: { text, attachment, quickReplies, metadata } }
}

const NOTHING = { upload: null, reusable: false, templateType: null }

const readText = (message: Params): string | null => {
  const text = message['text']
  if (text === undefined || text === null || text === '') return null
  if (typeof text !== 'string') throw badParameter('Param message[text] must be a string')
  if (text.length > LONGEST_TEXT) throw tooLong('message[text]', LONGEST_TEXT)
  return text
}

const readMetadata = (message: Params): string | null => {
  const metadata = message['metadata']
  if (metadata === undefined || metadata === null) return null
  if (typeof metadata !== 'string') throw badParameter('Param message[metadata] must be a string')
  if (metadata.length > LONGEST_METADATA) throw tooLong('message[metadata]', LONGEST_METADATA)
  return metadata
}

/** Digits beyond what a JSON number holds come as text; on the wire it is a number again. */
const readSticker = (message: Params, { stickerUrl }: MessageSurroundings): ChatMessage['attachment'] => {
  const given = message['sticker_id']
  const id = typeof given === 'number' ? String(given) : given
  if (typeof id !== 'string' || !/^\d{1,20}$/.test(id)) throw badParameter('Invalid sticker_id')
  return { type: 'sticker', payload: { url: stickerUrl(id), sticker_id: Number(id) } }
}

const readAttachment = (
  message: Params,
  around: MessageSurroundings,
): Omit<CheckedMessage, 'shown'> & { attachment: ChatMessage['attachment'] } => {
  const attachment = message['attachment']
  if (attachment === undefined || attachment === null) return { ...NOTHING, attachment: null }
  if (!isObject(attachment)) throw badParameter('Param message[attachment] must be an object')
  const { type, payload } = attachment
  if (typeof type !== 'string' || ![...MEDIA, 'template'].includes(type)) {
    throw notOneOf('message[attachment][type]', [...MEDIA, 'template'])
  }
  if (type === 'template') {
    if (!isObject(payload)) throw missingParameter('message[attachment][payload]')
    checkTemplate(payload, { hasAttachment: (id) => around.attachment(id) !== undefined })
    return { ...NOTHING, templateType: asText(payload['template_type']), attachment: { type, payload } }
  }
  const media = checkMedia(type, payload, around)
  return {
    upload: media.upload,
    reusable: isObject(payload) && isTrue(payload['is_reusable']),
    templateType: null,
    attachment: { type, payload: media.url === null ? {} : { url: media.url } },
  }
}

const readQuickReplies = (message: Params, around: MessageSurroundings): ChatMessage['quickReplies'] => {
  const replies = message['quick_replies']
  if (replies === undefined || replies === null) return []
  if (!Array.isArray(replies)) throw badParameter('Param message[quick_replies] must be an array.')
  if (replies.length > MOST_QUICK_REPLIES) {
    throw badParameter('Param message[quick_replies] has too many elements.')
  }
  return replies.flatMap((reply: unknown, index) =>
    readQuickReply(reply, `message[quick_replies][${index}]`, around),
  )
}

const readQuickReply = (
  reply: unknown,
  name: string,
  { email, phone }: MessageSurroundings,
): ChatMessage['quickReplies'] => {
  if (!isObject(reply)) throw badParameter(`Param ${name} must be an object`)
  const { content_type: contentType, title, payload, image_url: imageUrl } = reply
  if (contentType === 'user_phone_number') return fromProfile(phone)
  if (contentType === 'user_email') return fromProfile(email)
  if (contentType !== 'text') {
    throw notOneOf(`${name}[content_type]`, ['text', 'user_phone_number', 'user_email'])
  }
  const hasImage = typeof imageUrl === 'string' && imageUrl !== ''
  const shownTitle = typeof title === 'string' ? title : ''
  if (shownTitle === '' && !hasImage) throw missingParameter(`${name}[title]`)
  if (shownTitle.length > 20) throw tooLong(`${name}[title]`, 20)
  const value = asText(payload)
  if (value === '' && !hasImage) throw missingParameter(`${name}[payload]`)
  if (value.length > 1000) throw tooLong(`${name}[payload]`, 1000)
  return [{ title: shownTitle, payload: value, ...(hasImage && { imageUrl }) }]
}

/** Not shown to those whose profile lacks it; the value is title and payload in one. */
const fromProfile = (value: string | null): ChatMessage['quickReplies'] =>
  value === null ? [] : [{ title: value, payload: value }]
