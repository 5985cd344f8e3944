import type { JsonObject } from '../json.ts'
import type { QuickReply, Reply, SendMessage } from '../messages.ts'
import { LIMITS } from './script/limits.ts'
import { fillTemplate, variablesIn, type Template } from './script/template.ts'
import type { Answer, Button, Card, SayItem, Script } from './script/types.ts'

/** What a variable stands for; an empty text where it is not known this time. */
export type ValueOf = (variable: string) => string

/** Reads like someone typing, and no visitor waits longer than this for a whole answer. */
const TYPING = { perCharacterMs: 15, leastMs: 300, mostMs: 900, wholeAnswerMs: 1200 } as const

/** The variables an answer mentions. */
export const variablesOf = (answer: Answer): Set<string> =>
  new Set(answer.say.flatMap((item) => templatesIn(item).flatMap(variablesIn)))

/** An answer as messages in wire shape (reference F1, F5, F7), in the order of the script. */
export const render = (script: Script, answer: Answer, valueOf: ValueOf): Reply[] => {
  const messages = answer.say.map((item) => renderItem(item, valueOf))
  const last = messages.at(-1)
  const quickReplies = answer.choices.flatMap((name) => quickReply(script, name))
  if (last !== undefined && quickReplies.length > 0) last.quick_replies = quickReplies
  return script.typing ? withTyping(messages) : messages.map((message) => ({ message }))
}

const renderItem = (item: SayItem, valueOf: ValueOf): SendMessage => {
  switch (item.kind) {
    case 'text':
      return { text: filled(item.text, LIMITS.text, valueOf) }
    case 'media':
      return { attachment: { type: item.type, payload: { url: address(item.url, valueOf) } } }
    case 'buttons':
      return template({
        template_type: 'button',
        text: filled(item.text, LIMITS.buttonText, valueOf),
        buttons: item.buttons.map((button) => renderButton(button, valueOf)),
      })
    case 'cards':
      return template({
        template_type: 'generic',
        elements: item.cards.map((card) => renderCard(card, valueOf)),
      })
    case 'template':
      return template(item.payload)
  }
}

const template = (payload: JsonObject): SendMessage => ({ attachment: { type: 'template', payload } })

const renderCard = ({ title, subtitle, image, buttons }: Card, valueOf: ValueOf): JsonObject => ({
  title: filled(title, LIMITS.cardTitle, valueOf),
  ...(subtitle !== null && { subtitle: filled(subtitle, LIMITS.cardSubtitle, valueOf) }),
  ...(image !== null && { image_url: address(image, valueOf) }),
  ...(buttons.length > 0 && { buttons: buttons.map((button) => renderButton(button, valueOf)) }),
})

const renderButton = (button: Button, valueOf: ValueOf): JsonObject =>
  'reply' in button
    ? { type: 'postback', title: button.title, payload: button.reply }
    : { type: 'web_url', title: button.title, url: address(button.url, valueOf) }

const quickReply = (script: Script, name: string): QuickReply[] => {
  const title = script.replies.get(name)?.title ?? null
  return title === null ? [] : [{ content_type: 'text', title, payload: name }]
}

/** A text with its variables filled in, cut to what Facebook takes: only values can make it too long. */
const filled = (text: Template, limit: number, valueOf: ValueOf): string => {
  const whole = fillTemplate(text, valueOf)
  // A text of nothing but an unknown variable would be refused by Facebook.
  if (whole.trim() === '') return '…'
  return whole.length <= limit ? whole : `${whole.slice(0, limit - 1).toWellFormed()}…`
}

const address = (url: Template, valueOf: ValueOf): string =>
  fillTemplate(url, (variable) => encodeURIComponent(valueOf(variable).toWellFormed()))

const withTyping = (messages: readonly SendMessage[]): Reply[] => {
  const pauses = messages.map((message, index) => (index === 0 ? 0 : pauseBefore(message)))
  const whole = pauses.reduce((sum, pause) => sum + pause, 0)
  const pace = Math.min(1, TYPING.wholeAnswerMs / Math.max(1, whole))
  return messages.map((message, index) => {
    const typingMs = Math.floor((pauses[index] ?? 0) * pace)
    return typingMs > 0 ? { message, typingMs } : { message }
  })
}

const pauseBefore = ({ text }: SendMessage): number =>
  Math.min(TYPING.mostMs, Math.max(TYPING.leastMs, (text?.length ?? 0) * TYPING.perCharacterMs))

const templatesIn = (item: SayItem): Template[] => {
  switch (item.kind) {
    case 'text':
      return [item.text]
    case 'media':
      return [item.url]
    case 'buttons':
      return [item.text, ...item.buttons.flatMap(urlOf)]
    case 'cards':
      return item.cards.flatMap(({ title, subtitle, image, buttons }) => [
        title,
        subtitle ?? [],
        image ?? [],
        ...buttons.flatMap(urlOf),
      ])
    case 'template':
      return []
  }
}

const urlOf = (button: Button): Template[] => ('url' in button ? [button.url] : [])
