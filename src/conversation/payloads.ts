import { payloadOf } from './carried.ts'
import { isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import { LIMITS } from '../channel/messenger.ts'
import { allOf, pick, type Localised } from '../script/localised.ts'
import { fillTemplate, readTemplate, type Template } from '../script/template.ts'
import type { Button, Card, Coupon, Receipt, ReceiptLine } from '../script/types.ts'
import { address, cut, NOTHING_TO_SAY, say, type Voice } from './voice.ts'

/** Builds the payloads of templates for one visitor (docs/messenger-platform.md#f7), and names the texts in each that hold variables. */

export const buttonsPayload = (
  voice: Voice,
  text: Localised<Template>,
  buttons: readonly Button[],
): JsonObject => ({
  template_type: 'button',
  text: cut(voice, text, LIMITS.buttonText),
  buttons: buttons.map((button) => renderButton(voice, button)),
})

export const cardsPayload = (voice: Voice, cards: readonly Card[]): JsonObject => ({
  template_type: 'generic',
  elements: cards.map((card) => renderCard(voice, card)),
})

/** @param url - one of Facebook's own; null where the id of an upload replaces it */
export const mediaPayload = (
  voice: Voice,
  media: { type: string; url: string | null; buttons: readonly Button[] },
): JsonObject => ({
  template_type: 'media',
  elements: [
    {
      media_type: media.type,
      ...(media.url !== null && { url: media.url }),
      buttons: media.buttons.map((button) => renderButton(voice, button)),
    },
  ],
})

export const receiptPayload = (voice: Voice, receipt: Receipt): JsonObject => {
  const { address: to, subtotal, shipping, tax, total, discounts, merchant, date } = receipt
  const line = (text: Localised<Template>): string => cut(voice, text, LIMITS.receiptText)
  const amount = (text: Template): number => amountOf(voice, text)
  const boughtMs = date === null ? Number.NaN : Date.parse(say(voice, date))
  return {
    template_type: 'receipt',
    recipient_name: line(receipt.name),
    order_number: line(receipt.number),
    currency: receipt.currency,
    payment_method: line(receipt.payment),
    ...(receipt.url !== null && { order_url: address(voice, receipt.url) }),
    ...(merchant !== null && { merchant_name: line(merchant) }),
    ...(Number.isFinite(boughtMs) && { timestamp: String(Math.floor(boughtMs / 1000)) }),
    ...(to !== null && {
      address: {
        street_1: line(to.street),
        ...(to.street_2 !== null && { street_2: line(to.street_2) }),
        city: line(to.city),
        postal_code: line(to.postal_code),
        state: line(to.state),
        country: line(to.country),
      },
    }),
    ...(receipt.items !== null && {
      elements: receipt.items.map((one) => renderLine(voice, one, receipt.currency)),
    }),
    ...(discounts !== null && {
      adjustments: discounts.map((one) => ({ name: line(one.name), amount: amount(one.amount) })),
    }),
    summary: {
      ...(subtotal !== null && { subtotal: amount(subtotal) }),
      ...(shipping !== null && { shipping_cost: amount(shipping) }),
      ...(tax !== null && { total_tax: amount(tax) }),
      total_cost: amount(total),
    },
  }
}

export const couponPayload = (voice: Voice, coupon: Coupon): JsonObject => {
  const { subtitle, code, url, button, before, image } = coupon
  return {
    template_type: 'coupon',
    title: cut(voice, coupon.title, LIMITS.cardTitle),
    ...(subtitle !== null && { subtitle: cut(voice, subtitle, LIMITS.cardSubtitle) }),
    ...(code !== null && {
      coupon_code: cut(voice, code, LIMITS.couponCode).replaceAll(/\s/g, '') || NOTHING_TO_SAY,
    }),
    ...(url !== null && { coupon_url: address(voice, url) }),
    ...(button !== null && {
      coupon_url_button_title: pick(button, voice.language, voice.script.language),
    }),
    ...(before !== null && { coupon_pre_message: cut(voice, before, LIMITS.buttonText) }),
    ...(image !== null && { image_url: address(voice, image) }),
  }
}

/** The script's payload with the variables in its texts filled in; keys stay unchanged. */
export const rawPayload = (voice: Voice, payload: JsonObject): JsonObject =>
  mapTexts(payload, (text) => {
    if (!text.includes('{{')) return text
    const { template } = readTemplate(text)
    if (WEB.test(text)) return address(voice, template)
    return say(voice, template).toWellFormed() || NOTHING_TO_SAY
  }) as JsonObject

const WEB = /^https?:/i

export const templatesInReceipt = (receipt: Receipt): Template[] => {
  const { number, name, payment, total, items, discounts, address: to } = receipt
  const optional = [
    receipt.subtotal,
    receipt.shipping,
    receipt.tax,
    receipt.merchant,
    receipt.url,
    receipt.date,
  ]
  return [
    number,
    name,
    ...allOf(payment),
    total,
    ...given(optional),
    ...(items ?? []).flatMap(({ title, subtitle, quantity, price, image }) => [
      ...allOf(title),
      ...(subtitle === null ? [] : allOf(subtitle)),
      price,
      ...given([quantity, image]),
    ]),
    ...(discounts ?? []).flatMap((one) => [...allOf(one.name), one.amount]),
    ...given(to === null ? [] : Object.values(to)),
  ]
}

export const templatesInCoupon = ({ title, subtitle, code, url, before, image }: Coupon): Template[] => [
  ...allOf(title),
  ...(subtitle === null ? [] : allOf(subtitle)),
  ...(before === null ? [] : allOf(before)),
  ...given([code, url, image]),
]

export const templatesInRaw = (payload: JsonObject): Template[] => {
  const found: Template[] = []
  mapTexts(payload, (text) => {
    found.push(readTemplate(text).template)
    return text
  })
  return found
}

export const templatesInCards = (cards: readonly Card[]): Template[] =>
  cards.flatMap(({ title, subtitle, image, buttons }) => [
    ...allOf(title),
    ...(subtitle === null ? [] : allOf(subtitle)),
    ...given([image]),
    ...templatesInButtons(buttons),
  ])

export const templatesInButtons = (buttons: readonly Button[]): Template[] =>
  buttons.flatMap((button) => ('url' in button ? [button.url] : []))

const renderCard = (voice: Voice, { title, subtitle, image, buttons }: Card): JsonObject => ({
  title: cut(voice, title, LIMITS.cardTitle),
  ...(subtitle !== null && { subtitle: cut(voice, subtitle, LIMITS.cardSubtitle) }),
  ...(image !== null && { image_url: address(voice, image) }),
  ...(buttons.length > 0 && { buttons: buttons.map((button) => renderButton(voice, button)) }),
})

const renderButton = (voice: Voice, button: Button): JsonObject => {
  const title = pick(button.title, voice.language, voice.script.language)
  if ('reply' in button)
    return { type: 'postback', title, payload: payloadOf(button.reply, button.with ?? null) }
  if ('call' in button) return { type: 'phone_number', title, payload: button.call }
  return { type: 'web_url', title, url: address(voice, button.url) }
}

const renderLine = (
  voice: Voice,
  { title, subtitle, quantity, price, image }: ReceiptLine,
  currency: string,
): JsonObject => ({
  title: cut(voice, title, LIMITS.receiptText),
  ...(subtitle !== null && { subtitle: cut(voice, subtitle, LIMITS.receiptText) }),
  ...(quantity !== null && { quantity: amountOf(voice, quantity) }),
  price: amountOf(voice, price),
  currency,
  ...(image !== null && { image_url: address(voice, image) }),
})

/** A value that is no number counts as 0, because a receipt with a gap is better than none. */
const amountOf = ({ valueOf }: Voice, text: Template): number => {
  const value = Number(fillTemplate(text, valueOf).trim() || 'none')
  return Number.isFinite(value) && value >= 0 ? value : 0
}

const mapTexts = (value: Json, change: (text: string) => string): Json => {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapTexts(one, change)]))
}

const given = (templates: readonly (Template | null)[]): Template[] =>
  templates.flatMap((one) => (one === null ? [] : [one]))
