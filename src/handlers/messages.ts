import { isJsonObject, type JsonObject } from '../json.ts'
import type { QuickReply, SendMessage } from '../messages.ts'
import { LIMITS } from '../conversation/script/limits.ts'

/**
 * Builders for every kind of message (reference F1, F5, F7). Counts stand in the types where types can count; lengths are
 * checked when a message is built, so that a mistake shows where it was made and not when Facebook refuses it.
 */

export type Button =
  | { type: 'postback'; title: string; payload: string }
  | { type: 'web_url'; title: string; url: string; webview_height_ratio?: 'compact' | 'tall' | 'full' }
  | { type: 'phone_number'; title: string; payload: string }

export type Buttons = readonly [Button, Button?, Button?]

export interface Card {
  title: string
  subtitle?: string
  imageUrl?: string
  /** Opened by a tap on the card itself. */
  url?: string
  buttons?: Buttons
}

/** A text, with what can be tapped under it. */
export const text = (said: string, quickReplies: readonly QuickReply[] = []): SendMessage =>
  withQuickReplies({ text: within('a text', said, LIMITS.text) }, quickReplies)

/** The same message with quick replies under it; they go when the next message comes. */
export const withQuickReplies = (message: SendMessage, quickReplies: readonly QuickReply[]): SendMessage => {
  if (quickReplies.length === 0) return message
  count('quick replies', quickReplies.length, LIMITS.quickReplies)
  return { ...message, quick_replies: [...quickReplies] }
}

export const quickReply = (title: string, payload: string, imageUrl?: string): QuickReply => ({
  content_type: 'text',
  title: within('the title of a quick reply', title, LIMITS.buttonTitle),
  payload: within('a payload', payload, LIMITS.payload),
  ...(imageUrl !== undefined && { image_url: imageUrl }),
})

/** Offers the phone number that Facebook knows of the visitor. */
export const phoneQuickReply: QuickReply = { content_type: 'user_phone_number' }
/** Offers the e-mail address that Facebook knows of the visitor. */
export const emailQuickReply: QuickReply = { content_type: 'user_email' }

export const image = (url: string): SendMessage => media('image', url)
export const audio = (url: string): SendMessage => media('audio', url)
export const video = (url: string): SendMessage => media('video', url)
export const file = (url: string): SendMessage => media('file', url)

/** Media that were uploaded before; the id is good for 90 days and for one Page. */
export const uploaded = (type: 'image' | 'audio' | 'video' | 'file', attachmentId: string): SendMessage => ({
  attachment: { type, payload: { attachment_id: attachmentId } },
})

export const postbackButton = (title: string, payload: string): Button => ({
  type: 'postback',
  title: within('the title of a button', title, LIMITS.buttonTitle),
  payload: within('a payload', payload, LIMITS.payload),
})

export const urlButton = (title: string, url: string, height?: 'compact' | 'tall' | 'full'): Button => ({
  type: 'web_url',
  title: within('the title of a button', title, LIMITS.buttonTitle),
  url: webAddress(url),
  ...(height !== undefined && { webview_height_ratio: height }),
})

/** @param phone - like `+15551234567` */
export const callButton = (title: string, phone: string): Button => {
  if (!/^\+\d{5,15}$/.test(phone)) throw new RangeError('a phone number begins with + and has digits only')
  return {
    type: 'phone_number',
    title: within('the title of a button', title, LIMITS.buttonTitle),
    payload: phone,
  }
}

export const buttons = (said: string, choices: Buttons): SendMessage =>
  template({
    template_type: 'button',
    text: within('a text above buttons', said, LIMITS.buttonText),
    buttons: listOf(choices),
  })

/** Side by side, at most ten. */
export const cards = (all: readonly Card[]): SendMessage => {
  count('cards', all.length, LIMITS.cards, 1)
  return template({ template_type: 'generic', elements: all.map(cardOf) })
}

/** Any template the Send API knows: receipt, coupon, media and so on. Facebook checks it when it is sent. */
export const template = (payload: JsonObject): SendMessage => ({ attachment: { type: 'template', payload } })

/** @throws TypeError or RangeError saying what is wrong with what should be a message */
export const checkMessage = (message: unknown): SendMessage => {
  const shown = (JSON.stringify(message) ?? String(message)).slice(0, 80)
  if (!isJsonObject(message)) throw new TypeError(`${shown} is no message`)
  const { text: said, attachment, quick_replies: quickReplies, ...strange } = message
  const [key] = Object.keys(strange)
  if (key !== undefined) throw new TypeError(`a message has no ${JSON.stringify(key)}`)
  if ((said === undefined) === (attachment === undefined)) {
    throw new TypeError(`a message has either a text or an attachment: ${shown}`)
  }
  if (said !== undefined) {
    if (typeof said !== 'string') throw new TypeError(`a text is a string, not ${shown}`)
    within('a text', said, LIMITS.text)
  }
  if (attachment !== undefined && !(isJsonObject(attachment) && isJsonObject(attachment['payload']))) {
    throw new TypeError(`an attachment has a type and a payload: ${shown}`)
  }
  if (quickReplies !== undefined) {
    if (!Array.isArray(quickReplies)) throw new TypeError('quick_replies is a list')
    count('quick replies', quickReplies.length, LIMITS.quickReplies)
  }
  return message as unknown as SendMessage
}

const media = (type: string, url: string): SendMessage => ({
  attachment: { type, payload: { url: webAddress(url) } },
})

const cardOf = ({ title, subtitle, imageUrl, url, buttons: choices }: Card): JsonObject => {
  if (subtitle === undefined && imageUrl === undefined && url === undefined && choices === undefined) {
    throw new RangeError('a card needs something besides its title')
  }
  return {
    title: within('the title of a card', title, LIMITS.cardTitle),
    ...(subtitle !== undefined && {
      subtitle: within('the subtitle of a card', subtitle, LIMITS.cardSubtitle),
    }),
    ...(imageUrl !== undefined && { image_url: webAddress(imageUrl) }),
    ...(url !== undefined && { default_action: { type: 'web_url', url: webAddress(url) } }),
    ...(choices !== undefined && { buttons: listOf(choices) }),
  }
}

const listOf = (choices: Buttons): JsonObject[] => {
  const given = choices.filter((one) => one !== undefined)
  count('buttons', given.length, LIMITS.buttons, 1)
  return given.map((one) => ({ ...one }))
}

const within = (what: string, value: string, limit: number): string => {
  if (typeof value !== 'string' || value.trim() === '') throw new RangeError(`${what} is not empty`)
  if (value.length > limit) {
    throw new RangeError(`${what} has at most ${limit} characters, this one has ${value.length}`)
  }
  return value.toWellFormed()
}

const count = (what: string, number: number, most: number, least = 0): void => {
  if (number < least || number > most)
    throw new RangeError(`${number} ${what}; there are ${least} to ${most}`)
}

const webAddress = (url: string): string => {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    throw new RangeError('an address begins with https:// or http://')
  }
  return url
}
