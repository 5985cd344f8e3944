import type { QuickReply } from '../messages.ts'
import { latinDigits } from '../base/digits.ts'
import { editDistance } from '../base/edit-distance.ts'
import { matchKey } from '../script/match-key.ts'
import { countIn } from './date-doubts.ts'
import { dateIn, readDate, withoutTimes, type DatePlace } from './dates.ts'
import { isAroundAnswer, isSaidOtherwise, numberWordsIn } from './number-words.ts'
import { paged } from './render.ts'
import { LIMITS } from '../channel/messenger.ts'
import { OWN_PAYLOAD } from '../script/limits.ts'
import { allOf, pick } from '../script/localised.ts'
import type { Option, Question, Script } from '../script/types.ts'
import type { Voice } from './voice.ts'
import { clip } from '../base/clip.ts'

/** What a visitor gave as an answer. */
export interface Given {
  text: string | null
  /** Payload of the quick reply that was tapped. */
  payload: string | null
  atMs: number
}

const LONGEST_ANSWER = 500

/** Payload of the button that ends a form. */
const CANCEL = `${OWN_PAYLOAD}cancel`

/** The answer as it is remembered; null where it does not fit the question. */
export const judge = (script: Script, question: Question, given: Given): string | null => {
  const text = clean(given.text ?? '')
  const place: DatePlace = {
    nowMs: given.atMs,
    timeZone: script.hours?.timeZone ?? 'UTC',
    languages: script.languages,
  }
  switch (question.kind) {
    case 'text':
      return text === '' ? null : text
    case 'number':
      return numberIn(latinDigits(text), question, place)
    case 'email':
      return emailIn(clean(given.payload ?? '')) ?? emailIn(text)
    case 'phone':
      return phoneIn(clean(given.payload ?? '')) ?? phoneIn(latinDigits(text))
    case 'date':
      return dateIn(text, place)
    case 'choice':
      return choiceIn(question, given, text)
  }
}

/** What is offered under a question: its choices, or what Facebook knows of the visitor, and the way out. */
export const offersOf = (script: Script, language: string, question: Question, from = 0): QuickReply[] => {
  const say = (title: Question['options'][number]['title']): string => pick(title, language, script.language)
  const cancel: QuickReply = { content_type: 'text', title: say(script.words.cancel), payload: CANCEL }
  const options = question.options.map(({ title }, index): QuickReply => ({
    content_type: 'text',
    title: say(title),
    payload: `${OWN_PAYLOAD}answer:${question.remember}:${index}`,
  }))
  const shown = paged<QuickReply>(options, from, LIMITS.quickReplies - 1, (next) => ({
    content_type: 'text',
    title: say(script.words.more),
    payload: `${OWN_PAYLOAD}options:${next}`,
  }))
  if (question.kind === 'phone') return [{ content_type: 'user_phone_number' }, cancel]
  if (question.kind === 'email') return [{ content_type: 'user_email' }, cancel]
  return [...shown, cancel]
}

/** Under a question that was not understood again and again: a person, where the script has one, and the way out. */
export const rescueOf = (script: Script, language: string, question: Question): QuickReply[] => {
  const person = [...script.replies.values()].find(({ handover, title }) => handover && title !== null)
  const offers = offersOf(script, language, question).slice(0, LIMITS.quickReplies - 1)
  if (person === undefined || person.title === null) return offers
  const title = pick(person.title, language, script.language)
  return [{ content_type: 'text', title, payload: person.name }, ...offers]
}

/** The way back into a form that a word has ended; nothing without a payload. */
export const undoOf = (
  { script, language }: Pick<Voice, 'script' | 'language'>,
  payload: string | null,
): QuickReply[] =>
  payload === null
    ? []
    : [{ content_type: 'text', title: pick(script.words.meant, language, script.language), payload }]

/** Whether a visitor wants out of the form. */
export const isCancel = (script: Script, { text, payload }: Given): boolean => {
  if (payload !== null) return payload === CANCEL
  const key = matchKey(text ?? '')
  const plain = matchKey((text ?? '').replace(NO, '')).replace(POLITE, '')
  const { cancel, cancelWords } = script.words
  return [...allOf(cancel), ...cancelWords].map(matchKey).some((word) => word === key || word === plain)
}

/** "Stop please", "bitte abbrechen" */
const POLITE =
  /^(?:ok |please |bitte |por favor |per favore )+|(?: please| thanks| thank you| bitte| danke| por favor| gracias| per favore| grazie| merci| obrigad[oa]| alstublieft| prosze)+$/g

/** "No, stop". Without the sign it may deny the word, or be "in the": "no fim". */
const NO = /^\s*no\s*[,.;:!]+/i

const clean = (text: string): string =>
  clip(text, LONGEST_ANSWER)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()

const numberIn = (written: string, { least, most }: Question, place: DatePlace): string | null => {
  // The marks of Arabic.
  const text = written.replaceAll('٫', '.').replaceAll('٬', ',').replace(TIME_OF_DAY, ' ')
  const numbers = text.match(NUMBER) ?? []
  // Which one is meant, or their sum ("2 adults and 2 children"), the visitor knows.
  const found = numbers.length < 2 ? numbers[0] : oneOf(text, place)
  if (found === undefined && numbers.length > 0) return null
  if (found !== undefined && isSaidOtherwise(text, found)) return null
  const value = found === undefined ? numberWordsIn(text) : Number(plainNumber(found.replace('−', '-')))
  if (value === null) return null
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) return null
  if ((least !== null && value < least) || (most !== null && value > most)) return null
  return String(value)
}

/** The number that stands beside a time or a date: "4 at 7 pm", "24.12., 4 people"; undefined where it may be another. */
const oneOf = (text: string, place: DatePlace): string | undefined => {
  const [found, another] = withoutTimes(text).match(NUMBER) ?? []
  return another === undefined ? found : countIn(readDate(text, place)?.rest ?? '')
}

/** "4 people at 19:30" */
const TIME_OF_DAY = /\d{1,2}:[0-5]\d/g

/**
 * Blanks are part of it only between groups of three digits, and before zeros that no other number begins with: `4711 0815`.
 * The sign in "A-4711" is a hyphen.
 */
const NUMBER =
  /\d{2,}(?:(?:\s|\s?[-–/]\s?)0\d{2,})+(?!\d)(?![.,]\d)|(?:(?<![\p{L}\d])[-−])?(?:\d{1,3}(?:[\s'’]\d{3})+(?!\d)(?:[.,]\d+)?|\d[\d.,]*)/gu

/** `1.234,5`, `1,234.5`, `1 234` and `2,5` as JavaScript writes them. */
const plainNumber = (written: string): string => {
  const digits = written.replace(/(?<=\d)[-–]|[\s'’/]/g, '').replace(/[.,]+$/, '')
  const last = Math.max(digits.lastIndexOf('.'), digits.lastIndexOf(','))
  if (last === -1) return digits
  const separator = digits[last] ?? ''
  const repeated = digits.indexOf(separator) !== last
  const both = digits.includes('.') && digits.includes(',')
  // "1.234" may be either; groups of three digits after a short beginning are thousands.
  const thousands = repeated || (!both && /^-?\d{1,3}[.,]\d{3}$/.test(digits))
  if (thousands) return digits.replace(/[.,]/g, '')
  return `${digits.slice(0, last).replace(/[.,]/g, '')}.${digits.slice(last + 1)}`
}

/** Null for two addresses, too: which one is meant, the visitor knows. */
const emailIn = (text: string): string | null => {
  const [found, ...others] = new Set(text.normalize('NFKC').slice(0, 320).match(EMAIL))
  return found === undefined || others.length > 0 || /^\.|\.@|\.\./.test(found) ? null : found
}

const EMAIL =
  /[^\s@<>()[\],;:"]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}/gu

/** Null for two numbers, too, and for a part of one. */
const phoneIn = (written: string): string | null => {
  const text = written
    .replace(/\p{Pd}/gu, '-')
    .replace(TIME_OF_DAY, ' ')
    .replace(DATE, ' ')
  const [digits, ...others] = new Set([...text.matchAll(PHONE)].flatMap(([found]) => dialledIn(found) ?? []))
  return digits === undefined || others.length > 0 ? null : digits
}

const PHONE = /(?<!\d[,;]?)\+?[\d(][\d\s().\-/]{4,30}\d/g
/** `2026-12-24`, `24.12.2026`, `24.12.` */
const DATE =
  /(?<!\d)(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2\d{4})(?!\d)|(?<![\d.])\d{1,2}\.\d{1,2}\.(?!\d)/g

const dialledIn = (found: string): string | null => {
  // The zero in "+49 (0)30" is dialled only where there is no code of a country before it.
  const dialled = /^(?:\+|00)/.test(found) ? found.replace('(0)', '') : found
  const digits = dialled.replace(/\D/g, '')
  if (digits.length < 6 || digits.length > 15) return null
  return found.startsWith('+') ? `+${digits}` : digits
}

const choiceIn = ({ options, remember }: Question, { payload }: Given, text: string): string | null => {
  const [, name, index] = /^evergreen:answer:(.+):(\d+)$/.exec(payload ?? '') ?? []
  const tapped = name === remember ? options[Number(index)] : undefined
  // The title that was tapped goes before its place in the list, which may have changed since; the place decides between equals.
  const candidates = tapped === undefined ? options : [tapped, ...options]
  const key = matchKey(text)
  // As it stands first: to the key, titles such as A+ and A- are equal.
  const chosen =
    key === ''
      ? undefined
      : (candidates.find((option) => namesOf(option).some((one) => clean(one) === text)) ??
        candidates.find((option) => namesOf(option).some((one) => matchKey(one) === key)))
  return (chosen ?? tapped ?? spokenOf(options, key))?.value ?? null
}

/** The one choice that is said with small words around it ("the small one, please"), or with a wrong letter; undefined where none or two are. */
const spokenOf = (options: readonly Option[], key: string): Option | undefined => {
  const names = new Set(options.flatMap(namesOf).map(matchKey))
  const meant = options.filter((option) =>
    namesOf(option)
      .map(matchKey)
      .some((name) => name !== '' && (isSaid(name, key, names) || isMistyped(name, key))),
  )
  return meant.length === 1 ? meant[0] : undefined
}

/** @param names - of all choices: "a" is a small word, but not beside the choices A and B */
const isSaid = (name: string, key: string, names: ReadonlySet<string>): boolean => {
  const [before, after, ...more] = ` ${key} `.split(` ${name} `)
  if (before === undefined || after === undefined || more.length > 0) return false
  return `${before} ${after}`
    .split(' ')
    .every((word) => word === '' || ((word === 'one' || isAroundAnswer(word)) && !names.has(word)))
}

const isMistyped = (name: string, key: string): boolean =>
  name.length >= SHORTEST_MISTYPED &&
  Math.abs(name.length - key.length) <= 1 &&
  !/\d/.test(name) &&
  editDistance(name, key) <= 1

/** Shorter ones are a letter away from other words. */
const SHORTEST_MISTYPED = 5

const namesOf = ({ title, value }: Option): string[] => [...allOf(title), value]
