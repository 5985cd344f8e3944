import type { ChatMessage } from '../api.ts'
import { badParameter, missingParameter, notOneOf, tooLong } from './failure.ts'
import { isObject, type Params } from './params.ts'
import { checkTemplate } from './template-rules.ts'

export interface CheckedMessage {
  shown: Pick<ChatMessage, 'text' | 'attachment' | 'quickReplies' | 'metadata'>
  reusable: boolean
  templateType: string | null
}

/** "Less than 2000": the stricter reading, in UTF-16 units, the strictest count. */
const LONGEST_TEXT = 1999
const LONGEST_METADATA = 999
const MOST_QUICK_REPLIES = 13
const MEDIA = ['image', 'audio', 'video', 'file']

/** Reads `message` as the Send API does (reference F1, F5, F6, F7), or refuses it with its code. */
export const checkMessage = (value: unknown): CheckedMessage => {
  if (!isObject(value)) throw badParameter('Param message must be an object', 2018032)
  const text = readText(value)
  const attachment = readAttachment(value)
  const metadata = readMetadata(value)
  const quickReplies = readQuickReplies(value)
  const sticker = value['sticker_id']
  if (sticker !== undefined) {
    if (text !== null || attachment) throw badParameter('A sticker stands alone in its message')
    const id = typeof sticker === 'number' ? String(sticker) : sticker
    if (typeof id !== 'string' || !/^\d{1,20}$/.test(id)) throw badParameter('Invalid sticker_id')
    const shown = { type: 'sticker', payload: { sticker_id: id } }
    return {
      shown: { text: null, attachment: shown, quickReplies, metadata },
      reusable: false,
      templateType: null,
    }
  }
  if (text !== null && attachment) throw badParameter('Message cannot hold both text and attachment')
  if (text === null && !attachment) {
    throw badParameter('Message cannot be empty, must provide valid attachment or text', 2018034)
  }
  return {
    shown: { text, attachment, quickReplies, metadata },
    reusable: attachment?.payload['is_reusable'] === true || attachment?.payload['is_reusable'] === 'true',
    templateType: attachment?.type === 'template' ? String(attachment.payload['template_type']) : null,
  }
}

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

const readAttachment = (message: Params): ChatMessage['attachment'] => {
  const attachment = message['attachment']
  if (attachment === undefined || attachment === null) return null
  if (!isObject(attachment)) throw badParameter('Param message[attachment] must be an object')
  const { type, payload } = attachment
  if (typeof type !== 'string' || ![...MEDIA, 'template'].includes(type)) {
    throw notOneOf('message[attachment][type]', [...MEDIA, 'template'])
  }
  if (!isObject(payload)) throw missingParameter('message[attachment][payload]')
  if (type === 'template') {
    checkTemplate(payload)
    return { type, payload }
  }
  const { url, attachment_id: attachmentId } = payload
  if (attachmentId !== undefined) throw badParameter('Invalid attachment id', 2018074)
  if (typeof url !== 'string') throw missingParameter('message[attachment][payload][url]')
  const protocol = URL.parse(url)?.protocol
  if (protocol !== 'https:' && protocol !== 'http:') {
    throw badParameter('Failed to fetch the file from the url', 2018008)
  }
  return { type, payload }
}

const readQuickReplies = (message: Params): ChatMessage['quickReplies'] => {
  const replies = message['quick_replies']
  if (replies === undefined || replies === null) return []
  if (!Array.isArray(replies)) throw badParameter('Param message[quick_replies] must be an array.')
  if (replies.length > MOST_QUICK_REPLIES) {
    throw badParameter('Param message[quick_replies] has too many elements.')
  }
  return replies.flatMap((reply: unknown, index) => readQuickReply(reply, `message[quick_replies][${index}]`))
}

const readQuickReply = (reply: unknown, name: string): ChatMessage['quickReplies'] => {
  if (!isObject(reply)) throw badParameter(`Param ${name} must be an object`)
  const { content_type: contentType, title, payload, image_url: imageUrl } = reply
  // Visitors here have neither telephone number nor address in their profile, so these are not shown.
  if (contentType === 'user_phone_number' || contentType === 'user_email') return []
  if (contentType !== 'text') {
    throw notOneOf(`${name}[content_type]`, ['text', 'user_phone_number', 'user_email'])
  }
  const hasImage = typeof imageUrl === 'string' && imageUrl !== ''
  const shownTitle = typeof title === 'string' ? title : ''
  if (shownTitle === '' && !hasImage) throw missingParameter(`${name}[title]`)
  if (shownTitle.length > 20) throw tooLong(`${name}[title]`, 20)
  const value = typeof payload === 'string' || typeof payload === 'number' ? String(payload) : ''
  if (value === '' && !hasImage) throw missingParameter(`${name}[payload]`)
  if (value.length > 1000) throw tooLong(`${name}[payload]`, 1000)
  return [{ title: shownTitle, payload: value, ...(hasImage && { imageUrl }) }]
}
