import { isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import type { QuickReply, SendMessage } from '../messages.ts'
import { LIMITS } from '../channel/messenger.ts'
import { clip } from '../base/clip.ts'

/**
 * Builders for every kind of message (docs/messenger-platform.md#f1, #f5, #f7). Types limit the number of buttons; lengths are
 * checked when a message is built, so that an error names the line of the mistake and does not come only when Facebook refuses
 * the message.
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
  /** The address that a tap on the card opens. */
  url?: string
  buttons?: Buttons
}

/** A text with quick replies under it. */
export const text = (said: string, quickReplies: readonly QuickReply[] = []): SendMessage =>
  withQuickReplies({ text: within('a text', said, LIMITS.text) }, quickReplies)

/** The message with quick replies under it; Messenger hides them when the next message comes. */
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

export const image = (url: string): SendMessage => linked('image', url)
export const audio = (url: string): SendMessage => linked('audio', url)
export const video = (url: string): SendMessage => linked('video', url)
export const file = (url: string): SendMessage => linked('file', url)

/** Media that were uploaded before; the id is valid for 90 days and for one Page. */
export const uploaded = (type: 'image' | 'audio' | 'video' | 'file', attachmentId: string): SendMessage => ({
  attachment: { type, payload: { attachment_id: attachmentId } },
})

/** An image or video with buttons below. It must be an uploaded one or have an address of Facebook's; others are refused. */
export const media = (
  type: 'image' | 'video',
  from: { attachmentId: string } | { url: string },
  choices?: Buttons,
): SendMessage => {
  if ('url' in from && !/^https:\/\/([\w-]+\.)*facebook\.com\//.test(from.url)) {
    throw new RangeError('a media template takes an address on facebook.com, or the id of an upload')
  }
  return template({
    template_type: 'media',
    elements: [
      {
        media_type: type,
        ...('url' in from ? { url: from.url } : { attachment_id: from.attachmentId }),
        ...(choices !== undefined && { buttons: listOf(choices) }),
      },
    ],
  })
}

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

/** A carousel of at most ten cards. */
export const cards = (all: readonly Card[]): SendMessage => {
  count('cards', all.length, LIMITS.cards, 1)
  return template({ template_type: 'generic', elements: all.map(cardOf) })
}

export interface Receipt {
  /** Different for each order. */
  orderNumber: string
  recipientName: string
  /** Three capital letters. */
  currency: string
  paymentMethod: string
  summary: { totalCost: number; subtotal?: number; shippingCost?: number; totalTax?: number }
  items?: readonly { title: string; price: number; subtitle?: string; quantity?: number; imageUrl?: string }[]
  adjustments?: readonly { name: string; amount: number }[]
  address?: {
    street: string
    street2?: string
    city: string
    postalCode: string
    state: string
    country: string
  }
  merchantName?: string
  orderUrl?: string
  /** Ms since the epoch. */
  boughtMs?: number
}

/** A receipt with at most 100 items. */
export const receipt = (given: Receipt): SendMessage => {
  const { currency, summary, items = [], adjustments, address, merchantName, orderUrl, boughtMs } = given
  if (!/^[A-Z]{3}$/.test(currency)) throw new RangeError('a currency has three capital letters')
  count('lines of a receipt', items.length, LIMITS.receiptItems)
  const line = (what: string, text: string): string => within(what, text, LIMITS.receiptText)
  return template({
    template_type: 'receipt',
    recipient_name: line('the name on a receipt', given.recipientName),
    order_number: line('the number of an order', given.orderNumber),
    currency,
    payment_method: line('a way to pay', given.paymentMethod),
    ...(merchantName !== undefined && { merchant_name: line('the name of a merchant', merchantName) }),
    ...(orderUrl !== undefined && { order_url: webAddress(orderUrl) }),
    ...(boughtMs !== undefined && { timestamp: String(Math.floor(amount(boughtMs) / 1000)) }),
    ...(address !== undefined && {
      address: {
        street_1: line('a street', address.street),
        ...(address.street2 !== undefined && { street_2: address.street2 }),
        city: line('a city', address.city),
        postal_code: line('a postal code', address.postalCode),
        state: line('a state', address.state),
        country: line('a country', address.country),
      },
    }),
    ...(items.length > 0 && {
      elements: items.map(({ title, price, subtitle, quantity, imageUrl }) => ({
        title: line('the title of a line', title),
        ...(subtitle !== undefined && { subtitle: line('the subtitle of a line', subtitle) }),
        ...(quantity !== undefined && { quantity: amount(quantity) }),
        price: amount(price),
        currency,
        ...(imageUrl !== undefined && { image_url: webAddress(imageUrl) }),
      })),
    }),
    ...(adjustments !== undefined && {
      adjustments: adjustments.map((one) => ({
        name: line('the name of a discount', one.name),
        amount: amount(one.amount),
      })),
    }),
    summary: {
      ...(summary.subtotal !== undefined && { subtotal: amount(summary.subtotal) }),
      ...(summary.shippingCost !== undefined && { shipping_cost: amount(summary.shippingCost) }),
      ...(summary.totalTax !== undefined && { total_tax: amount(summary.totalTax) }),
      total_cost: amount(summary.totalCost),
    },
  })
}

export interface Coupon {
  title: string
  subtitle?: string
  imageUrl?: string
  /** The text above the coupon. */
  before?: string
  /** Without spaces; this or `url` is needed. */
  code?: string
  url?: string
  urlTitle?: string
}

/** A code or an address that gives a discount. */
export const coupon = ({ title, subtitle, imageUrl, before, code, url, urlTitle }: Coupon): SendMessage => {
  if (code === undefined && url === undefined) throw new RangeError('a coupon has a code or an address')
  if (code !== undefined && /\s/.test(code)) throw new RangeError('the code of a coupon has no spaces')
  return template({
    template_type: 'coupon',
    title: within('the title of a coupon', title, LIMITS.cardTitle),
    ...(subtitle !== undefined && {
      subtitle: within('the subtitle of a coupon', subtitle, LIMITS.cardSubtitle),
    }),
    ...(code !== undefined && { coupon_code: within('the code of a coupon', code, LIMITS.couponCode) }),
    ...(url !== undefined && { coupon_url: webAddress(url) }),
    ...(urlTitle !== undefined && {
      coupon_url_button_title: within('the title of a button', urlTitle, LIMITS.buttonTitle),
    }),
    ...(before !== undefined && { coupon_pre_message: within('a text', before, LIMITS.buttonText) }),
    ...(imageUrl !== undefined && { image_url: webAddress(imageUrl) }),
  })
}

/** Any other template of the Send API. Only Facebook checks it, when it is sent. */
export const template = (payload: JsonObject): SendMessage => ({ attachment: { type: 'template', payload } })

/**
 * Checks a message that a handler wrote by hand as the builders check theirs; Facebook checks the contents of templates.
 *
 * @returns the message without half characters, which `slice` may leave and for which Facebook refuses the message
 * @throws TypeError or RangeError that says what is wrong with the message
 */
export const checkMessage = (message: unknown): SendMessage => {
  const shown = clip(JSON.stringify(message) ?? String(message), 80)
  if (!isJsonObject(message)) throw new TypeError(`${shown} is no message`)
  const { text: said, attachment, quick_replies: quickReplies, ...strange } = message
  const [key] = Object.keys(strange)
  if (key !== undefined) throw new TypeError(`a message has no ${JSON.stringify(key)}`)
  if ((said === undefined) === (attachment === undefined)) {
    throw new TypeError(`a message has either a text or an attachment: ${shown}`)
  }
  if (said !== undefined && typeof said !== 'string') throw new TypeError(`a text is a string, not ${shown}`)
  return {
    ...(said !== undefined && { text: within('a text', said, LIMITS.text) }),
    ...(attachment !== undefined && { attachment: checkAttachment(attachment, shown) }),
    ...(quickReplies !== undefined && { quick_replies: checkQuickReplies(quickReplies) }),
  }
}

const ATTACHMENTS: readonly unknown[] = ['image', 'audio', 'video', 'file', 'template']

const checkAttachment = (attachment: Json, shown: string): NonNullable<SendMessage['attachment']> => {
  if (!(isJsonObject(attachment) && isJsonObject(attachment['payload']))) {
    throw new TypeError(`an attachment has a type and a payload: ${shown}`)
  }
  if (!ATTACHMENTS.includes(attachment['type'])) {
    throw new TypeError(`the type of an attachment is ${ATTACHMENTS.join(', ')}: ${shown}`)
  }
  return attachment as unknown as NonNullable<SendMessage['attachment']>
}

const checkQuickReplies = (given: Json): QuickReply[] => {
  if (!Array.isArray(given)) throw new TypeError('quick_replies is a list')
  count('quick replies', given.length, LIMITS.quickReplies)
  return given.map((one) => {
    const { content_type: kind, title, payload, ...rest } = isJsonObject(one) ? one : {}
    if (kind === 'user_phone_number' || kind === 'user_email') return one as unknown as QuickReply
    if (kind !== 'text') throw new TypeError(`${clip(JSON.stringify(one), 80)} is no quick reply`)
    return { ...rest, ...quickReply(title as string, payload as string) }
  })
}

const linked = (type: string, url: string): SendMessage => ({
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

const amount = (value: number): number => {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    throw new RangeError('an amount is a number that is not negative')
  }
  return value
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
