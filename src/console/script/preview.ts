import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Reply, SendMessage } from '../../messages.ts'
import { html, type Html, type HtmlValue } from '../../web/html.ts'

/** Shows replies roughly as a visitor sees them; Messenger's own rendering differs. */
export const preview = (replies: readonly Reply[], asked: string | null = null): Html =>
  replies.length === 0
    ? html`<p class="empty">The bot says nothing to this.</p>`
    : html`<ul class="transcript preview">
        ${asked !== null && html`<li class="visitor"><p class="text" dir="auto">${asked}</p></li>`}
        ${replies.map((reply) => bubble(reply))}
      </ul>`

const bubble = ({ message, media }: Reply): Html => {
  const { quick_replies: chips = [] } = message
  const from = media === undefined ? null : 'url' in media.from ? media.from.url : media.from.file
  return html`<li class="bot">${contentOf(message, media?.type ?? null, from)}</li>
    ${
      chips.length > 0 &&
      html`<li class="chips">
        ${chips.map(({ title, content_type: type }) => html`<span class="chip" dir="auto">${title ?? ASKS[type] ?? type}</span>`)}
      </li>`
    }`
}

const ASKS: Readonly<Record<string, string>> = {
  user_phone_number: 'their phone number',
  user_email: 'their e-mail address',
}

const contentOf = (
  { text, attachment }: SendMessage,
  type: string | null,
  from: string | null,
): HtmlValue => {
  if (text !== undefined) return html`<p class="text" dir="auto">${text}</p>`
  if (attachment === undefined) return null
  const { payload } = attachment
  if (attachment.type !== 'template') return file(type ?? attachment.type, from ?? textIn(payload, 'url'))
  switch (payload['template_type']) {
    case 'button':
      return html`<p class="text" dir="auto">${textIn(payload, 'text')}</p>
        ${buttons(payload)}`
    case 'generic':
      return objectsIn(payload, 'elements').map(card)
    case 'media': {
      const [element = {}] = objectsIn(payload, 'elements')
      return html`${file(type ?? textIn(element, 'media_type') ?? 'file', from ?? textIn(element, 'url'))}
      ${buttons(element)}`
    }
    default:
      return html`<p>${TEMPLATES[textIn(payload, 'template_type') ?? ''] ?? 'A message of another kind'}</p>
        <p class="text" dir="auto">${textIn(payload, 'title')}</p>`
  }
}

const TEMPLATES: Readonly<Record<string, string>> = { receipt: 'A receipt', coupon: 'A coupon' }

const card = (element: JsonObject): Html =>
  html`<div class="product">
    ${textIn(element, 'image_url') !== null && file('image', textIn(element, 'image_url'))}
    <p><b dir="auto">${textIn(element, 'title')}</b></p>
    <p dir="auto">${textIn(element, 'subtitle')}</p>
    ${buttons(element)}
  </div>`

const file = (type: string, from: string | null): Html =>
  html`<p class="file">${type === 'image' ? 'Picture' : type} <code>${from}</code></p>`

const buttons = (holder: JsonObject): HtmlValue =>
  objectsIn(holder, 'buttons').map(
    (button) => html`<span class="chip wide" dir="auto">${textIn(button, 'title')}</span>`,
  )

const textIn = (object: JsonObject, key: string): string | null => {
  const value = object[key]
  return typeof value === 'string' ? value : null
}

const objectsIn = (object: JsonObject, key: string): JsonObject[] => {
  const value: Json | undefined = object[key]
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}
