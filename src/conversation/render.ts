import type { JsonObject } from '../base/json.ts'
import type { QuickReply, Reply, SendMessage } from '../messages.ts'
import {
  buttonsPayload,
  cardsPayload,
  couponPayload,
  mediaPayload,
  rawPayload,
  receiptPayload,
  templatesInButtons,
  templatesInCards,
  templatesInCoupon,
  templatesInRaw,
  templatesInReceipt,
} from './payloads.ts'
import { everything, type PlainItem } from './resolve.ts'
import { LIMITS } from '../channel/messenger.ts'
import { LONGEST_TEXT, MOST_MESSAGES, OWN_PAYLOAD } from '../script/limits.ts'
import { allOf, pick } from '../script/localised.ts'
import { isWeb } from '../script/media.ts'
import { hasVariables, variablesIn, type Template } from '../script/template.ts'
import type { Answer, SayItem, Script } from '../script/types.ts'
import { splitText } from './split.ts'
import { address, NOTHING_TO_SAY, say, type Voice } from './voice.ts'

/** As long as a person would type; `wholeAnswerMs` is the most for all messages of an answer together. */
const TYPING = { perCharacterMs: 15, leastMs: 300, mostMs: 900, wholeAnswerMs: 1200 } as const

/** The variables in all texts that an answer may say. */
export const variablesOf = (script: Script, answer: Answer): Set<string> =>
  new Set(everything(script, answer).flatMap((item) => templatesIn(item).flatMap(variablesIn)))

/** Messages in wire shape (docs/messenger-platform.md#f1, #f5, #f7), in order; quick replies belong to the last one. */
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
    for (const reply of renderItem(voice, item)) {
      replies.push(pauseMs > 0 ? { ...reply, typingMs: pauseMs } : reply)
      pauseMs = 0
    }
  }
  const kept = replies.slice(0, MOST_MESSAGES)
  const last = kept.at(-1)
  if (last !== undefined && quickReplies.length > 0) last.message.quick_replies = [...quickReplies]
  return voice.script.typing ? withTyping(kept) : kept
}

/** Choices as quick replies; where there are too many, a page of them from `from` on, with a button to the next page. */
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

/** A page of a long list from `from` on, with a last entry that leads to the next page. */
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

const renderItem = (
  voice: Voice,
  item: Exclude<PlainItem, { kind: 'pause' }>,
): Pick<Reply, 'message' | 'media'>[] => {
  switch (item.kind) {
    case 'text': {
      const text = say(voice, item.text)
      const pieces = splitText(text, LIMITS.text, Math.ceil(LONGEST_TEXT / LIMITS.text))
      // Facebook would refuse the empty text that remains of an unknown variable alone.
      return (pieces.length === 0 ? [NOTHING_TO_SAY] : pieces).map((piece) => ({ message: { text: piece } }))
    }
    case 'media':
      return [renderMedia(voice, item)]
    case 'buttons':
      return [template(buttonsPayload(voice, item.text, item.buttons))]
    case 'cards':
      return [template(cardsPayload(voice, item.cards))]
    case 'receipt':
      return [template(receiptPayload(voice, item.receipt))]
    case 'coupon':
      return [template(couponPayload(voice, item.coupon))]
    case 'template':
      return [template(rawPayload(voice, item.payload))]
  }
}

const template = (payload: JsonObject): Pick<Reply, 'message'> => ({
  message: { attachment: { type: 'template', payload } },
})

/** Media that stay the same are uploaded once. An address of Facebook's own, or one that differs between visitors, is not uploaded. */
const renderMedia = (
  voice: Voice,
  { type, from, buttons, fresh }: Extract<PlainItem, { kind: 'media' }>,
): Pick<Reply, 'message' | 'media'> => {
  const chosen = pick(from, voice.language, voice.script.language)
  const place = address(voice, chosen)
  const source = isWeb(chosen) ? { url: place } : { file: place }
  if (buttons.length > 0) {
    const isFacebooks = OF_FACEBOOK.test(place)
    const message = template(mediaPayload(voice, { type, url: isFacebooks ? place : null, buttons }))
    return isFacebooks ? message : { ...message, media: { type, from: source } }
  }
  const message = { attachment: { type, payload: 'url' in source ? source : {} } }
  return fresh || hasVariables(chosen) ? { message } : { message, media: { type, from: source } }
}

const OF_FACEBOOK = /^https:\/\/(?:[\w-]+\.)*facebook\.com\//

/** Adds pauses between messages where the script has none. */
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
      return [...allOf(item.from), ...templatesInButtons(item.buttons)]
    case 'buttons':
      return [...allOf(item.text), ...templatesInButtons(item.buttons)]
    case 'cards':
      return templatesInCards(item.cards)
    case 'receipt':
      return templatesInReceipt(item.receipt)
    case 'coupon':
      return templatesInCoupon(item.coupon)
    case 'template':
      return templatesInRaw(item.payload)
    default:
      return []
  }
}
