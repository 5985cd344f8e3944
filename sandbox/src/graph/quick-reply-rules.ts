import type { ChatMessage } from '../api.ts'
import { badParameter, missingParameter, notOneOf, tooLong } from './failure.ts'
import { asText } from './params.ts'
import { SEND } from './shapes.ts'
import { listAt, optionalUrl, readObject } from './value-rules.ts'

/** E-mail address and phone number in the recipient's profile. */
export interface Offers {
  email: string | null
  phone: string | null
}

const MOST = 13
const LONGEST_TITLE = 20
const LONGEST_PAYLOAD = 1000
const AT = 'message[quick_replies]'
const CHARACTERS = new Intl.Segmenter()

/** docs/messenger-platform.md#f5. */
export const readQuickReplies = (value: unknown, offers: Offers): ChatMessage['quickReplies'] =>
  value === undefined
    ? []
    : listAt(value, AT, { most: MOST }).flatMap(([reply, name]) => readQuickReply(reply, name, offers))

const readQuickReply = (value: unknown, name: string, offers: Offers): ChatMessage['quickReplies'] => {
  const reply = readObject(value, name, SEND.quickReply)
  const type = reply['content_type']
  if (type === undefined) throw missingParameter(`${name}[content_type]`)
  if (type === 'user_phone_number') return fromProfile(offers.phone)
  if (type === 'user_email') return fromProfile(offers.email)
  if (type !== 'text') throw notOneOf(`${name}[content_type]`, ['text', 'user_phone_number', 'user_email'])
  optionalUrl(reply, 'image_url', name)
  const imageUrl = asText(reply['image_url'])
  const [title, payload] = [asText(reply['title']), asText(reply['payload'])]
  if (title === '' && imageUrl === '') {
    throw badParameter('Title is required for this quick reply content type', 2018098)
  }
  if (payload === '' && imageUrl === '') {
    throw badParameter('Payload is required for this quick reply content type', 2018099)
  }
  if (payload.length > LONGEST_PAYLOAD) throw tooLong(`${name}[payload]`, LONGEST_PAYLOAD)
  // A longer title is cut, not refused.
  const shown = [...CHARACTERS.segment(title)]
    .slice(0, LONGEST_TITLE)
    .map(({ segment }) => segment)
    .join('')
  return [{ title: shown, payload, ...(imageUrl !== '' && { imageUrl }) }]
}

/** The value is both title and payload; without a value the quick reply is not shown. */
const fromProfile = (value: string | null): ChatMessage['quickReplies'] =>
  value === null ? [] : [{ title: value, payload: value }]
