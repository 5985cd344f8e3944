import type { JsonObject } from '../json.ts'
import type { QuickReply, Reply, SendMessage } from '../messages.ts'
import { everything, type PlainItem } from './resolve.ts'
import { LIMITS, LONGEST_TEXT, MOST_MESSAGES, OWN_PAYLOAD } from './script/limits.ts'
import { allOf, pick, type Localised } from './script/localised.ts'
import { fillTemplate, fillText, variablesIn, type Template } from './script/template.ts'
import type { Answer, Button, Card, SayItem, Script } from './script/types.ts'
import { splitText } from './split.ts'

/** What a variable stands for; an empty text where it is not known this time. */
export type ValueOf = (variable: string) => string

/** How something is said to one visitor. */
export interface Voice {
  script: Script
  language: string
  valueOf: ValueOf
}

/** Reads like someone typing, and no visitor waits longer than this for a whole answer. */
const TYPING = { perCharacterMs: 15, leastMs: 300, mostMs: 900, wholeAnswerMs: 1200 } as const

/** The variables an answer may mention, whatever its conditions say. */
export const variablesOf = (script: Script, answer: Answer): Set<string> =>
  new Set(everything(script, answer).flatMap((item) => templatesIn(item).flatMap(variablesIn)))

/** Messages in wire shape (reference F1, F5, F7), in order; quick replies hang on the last one. */
export const render = (
  voice: Voice,
  items: readonly PlainItem[],
  quickReplies: readonly QuickReply[] = [],
): Reply[] => {
  const replies: Reply[] = []
  let pauseMs = 0
  for (const item of items) {
    if (item.kind === 'pause') {
      pauseMs += item.ms
      continue
    }
    for (const message of renderItem(voice, item)) {
      replies.push(pauseMs > 0 ? { message, typingMs: pauseMs } : { message })
      pauseMs = 0
    }
  }
  const kept = replies.slice(0, MOST_MESSAGES)
  const last = kept.at(-1)
  if (last !== undefined && quickReplies.length > 0) last.message.quick_replies = [...quickReplies]
  return voice.script.typing ? withTyping(kept) : kept
}

/** Choices as quick replies; where there are too many, a page of them from `from` on, and a way to the next one. */
export const choicesOf = (
  { script, language }: Pick<Voice, 'script' | 'language'>,
  names: readonly string[],
  page: { from: number; name: string },
): QuickReply[] => {
  const own = script.language
  const all = names.flatMap((name): QuickReply[] => {
    const title = script.replies.get(name)?.title ?? null
    return title === null ? [] : [{ content_type: 'text', title: pick(title, language, own), payload: name }]
  })
  return paged(all, page.from, LIMITS.quickReplies, (next) => ({
    content_type: 'text',
    title: pick(script.words.more, language, own),
    payload: `${OWN_PAYLOAD}more:${next}:${page.name}`,
  }))
}

/** What of a long list is shown from `from` on, with a last one that leads further. */
export const paged = <T>(
  all: readonly T[],
  from: number,
  room: number,
  further: (next: number) => T,
): T[] => {
  const rest = all.slice(from)
  if (rest.length <= room && from === 0) return rest
  // The last page leads back to the first.
  const shown = rest.slice(0, room - 1)
  return [...shown, further(from + shown.length >= all.length ? 0 : from + shown.length)]
}

/** A text of the script for this visitor. */
export const say = ({ script, language, valueOf }: Voice, text: Localised<Template>): string =>
  fillText(pick(text, language, script.language), valueOf)

const renderItem = (voice: Voice, item: Exclude<PlainItem, { kind: 'pause' }>): SendMessage[] => {
  switch (item.kind) {
    case 'text': {
      const text = say(voice, item.text)
      // A text of nothing but an unknown variable would be refused by Facebook.
      const pieces = splitText(text, LIMITS.text, Math.ceil(LONGEST_TEXT / LIMITS.text))
      return pieces.length === 0 ? [{ text: '…' }] : pieces.map((piece) => ({ text: piece }))
    }
    case 'media':
      return [{ attachment: { type: item.type, payload: { url: address(voice, item.url) } } }]
    case 'buttons':
      return [
        template({
          template_type: 'button',
          text: cut(voice, item.text, LIMITS.buttonText),
          buttons: item.buttons.map((button) => renderButton(voice, button)),
        }),
      ]
    case 'cards':
      return [
        template({
          template_type: 'generic',
          elements: item.cards.map((card) => renderCard(voice, card)),
        }),
      ]
    case 'template':
      return [template(item.payload)]
  }
}

const template = (payload: JsonObject): SendMessage => ({ attachment: { type: 'template', payload } })

const renderCard = (voice: Voice, { title, subtitle, image, buttons }: Card): JsonObject => ({
  title: cut(voice, title, LIMITS.cardTitle),
  ...(subtitle !== null && { subtitle: cut(voice, subtitle, LIMITS.cardSubtitle) }),
  ...(image !== null && { image_url: address(voice, image) }),
  ...(buttons.length > 0 && { buttons: buttons.map((button) => renderButton(voice, button)) }),
})

const renderButton = (voice: Voice, button: Button): JsonObject => {
  const title = pick(button.title, voice.language, voice.script.language)
  return 'reply' in button
    ? { type: 'postback', title, payload: button.reply }
    : { type: 'web_url', title, url: address(voice, button.url) }
}

/** A text with its variables filled in, cut to what Facebook takes: only values can make it too long. */
const cut = (voice: Voice, text: Localised<Template>, limit: number): string =>
  splitText(say(voice, text), limit, 1)[0] ?? '…'

const address = ({ script, language, valueOf }: Voice, url: Localised<Template>): string =>
  fillTemplate(pick(url, language, script.language), (variable) =>
    encodeURIComponent(valueOf(variable).toWellFormed()),
  )

/** Pauses between messages where the script asks for none itself. */
const withTyping = (replies: readonly Reply[]): Reply[] => {
  const pauses = replies.map((reply, index) =>
    index === 0 || reply.typingMs !== undefined ? 0 : pauseBefore(reply.message),
  )
  const whole = pauses.reduce((sum, pause) => sum + pause, 0)
  const pace = Math.min(1, TYPING.wholeAnswerMs / Math.max(1, whole))
  return replies.map((reply, index) => {
    const typingMs = Math.floor((pauses[index] ?? 0) * pace)
    return typingMs > 0 ? { ...reply, typingMs } : reply
  })
}

const pauseBefore = ({ text }: SendMessage): number =>
  Math.min(TYPING.mostMs, Math.max(TYPING.leastMs, (text?.length ?? 0) * TYPING.perCharacterMs))

const templatesIn = (item: SayItem): Template[] => {
  switch (item.kind) {
    case 'text':
      return allOf(item.text)
    case 'media':
      return allOf(item.url)
    case 'buttons':
      return [...allOf(item.text), ...item.buttons.flatMap(urlOf)]
    case 'cards':
      return item.cards.flatMap(({ title, subtitle, image, buttons }) => [
        ...allOf(title),
        ...(subtitle === null ? [] : allOf(subtitle)),
        image ?? [],
        ...buttons.flatMap(urlOf),
      ])
    default:
      return []
  }
}

const urlOf = (button: Button): Template[] => ('url' in button ? [button.url] : [])
