import type { QuickReply } from '../messages.ts'
import { matchKey } from '../script/match-key.ts'
import type { DatePlace } from './dates.ts'
import { otherSpellings } from './match/other-spellings.ts'
import { clean, type Given } from './questions/given.ts'
import { KINDS } from './questions/kinds.ts'
import { paged } from './render.ts'
import { LIMITS } from '../channel/messenger.ts'
import { OWN_PAYLOAD } from '../script/limits.ts'
import { allOf, pick, type Localised } from '../script/localised.ts'
import type { Question, Script } from '../script/types.ts'
import type { Voice } from './voice.ts'

/** Payload of the button that ends a form. */
const CANCEL = `${OWN_PAYLOAD}cancel`

/** The answer as it is remembered; null where it does not fit the question. */
export const judge = (script: Script, question: Question, given: Given): string | null => {
  const text = clean(given.text ?? '')
  return KINDS[question.kind].answerIn(text, question, given, placeOf(script, given))
}

/** The days that an answer may be, where it may be more than one: `5/3`. */
export const daysOf = (script: Script, question: Question, given: Given): readonly string[] => {
  const text = clean(given.text ?? '')
  return KINDS[question.kind].daysIn?.(text, question, given, placeOf(script, given)) ?? []
}

const placeOf = ({ hours, languages }: Script, { atMs }: Given): DatePlace => ({
  nowMs: atMs,
  timeZone: hours?.timeZone ?? 'UTC',
  languages,
})

/** Days as buttons. */
export const daysToPick = (
  language: string,
  { remember }: Question,
  days: readonly string[],
): QuickReply[] => {
  if (days.length === 0) return []
  const titleOf = dayTitles(language)
  return days.map((day) => ({
    content_type: 'text',
    title: titleOf(day),
    payload: `${OWN_PAYLOAD}answer:${remember}:${day}`,
  }))
}

const dayTitles = (language: string): ((day: string) => string) => {
  const format = new Intl.DateTimeFormat(`${language.replace('_', '-')}-u-ca-gregory`, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  })
  return (day) => format.format(new Date(day))
}

/** A remembered answer as its visitor reads it: the title of a choice, a day with the name of its month. */
export const shownAs = (
  { script, language }: Pick<Voice, 'script' | 'language'>,
  { kind, options }: Question,
  value: string,
): string => {
  const option = options.find((one) => one.value === value)
  if (option !== undefined) return pick(option.title, language, script.language)
  return kind === 'date' ? dayTitles(language)(value) : value
}

/** The quick replies under a question: its choices or the visitor's own data at Facebook, and the way out. */
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
  const { button } = KINDS[question.kind]
  return button === undefined ? [...shown, cancel] : [button, cancel]
}

/** The quick replies under a question that was not understood repeatedly: a person, where the script has one, and the way out. */
export const rescueOf = (script: Script, language: string, question: Question): QuickReply[] => {
  const person = [...script.replies.values()].find(({ handover, title }) => handover && title !== null)
  const offers = offersOf(script, language, question).slice(0, LIMITS.quickReplies - 1)
  if (person === undefined || person.title === null) return offers
  const title = pick(person.title, language, script.language)
  return [{ content_type: 'text', title, payload: person.name }, ...offers]
}

/** The button back into a form that has ended; none without a way back. */
export const undoOf = (
  { script, language }: Pick<Voice, 'script' | 'language'>,
  back: { title: Localised<string>; payload: string } | null,
): QuickReply[] =>
  back === null
    ? []
    : [{ content_type: 'text', title: pick(back.title, language, script.language), payload: back.payload }]

/** Whether the visitor ends the form. */
export const isCancel = (script: Script, { text, payload }: Given): boolean => {
  if (payload !== null) return payload === CANCEL
  const key = matchKey(text ?? '')
  const plain = withoutPoliteness((text ?? '').replace(NO, ''))
  const said = [key, plain, ...otherSpellings(key)]
  const { cancel, cancelWords } = script.words
  return [...allOf(cancel), ...cancelWords].map(matchKey).some((word) => said.includes(word))
}

/** The key of a text without words of politeness and of a wish around it. */
export const withoutPoliteness = (text: string): string =>
  matchKey(text).replace(POLITE, '').replace(POLITE_UNSPACED, '').replace(WISH, '')

/** "Stop please", "bitte abbrechen" */
const POLITE =
  /^(?:ok |please |pls |plz |bitte |por favor |per favore )+|(?: please| pls| plz| thanks| thx| thank you| bitte| danke| por favor| gracias| per favore| grazie| merci| obrigad[oa]| alstublieft| prosze| tack| lutfen| tafadhali| пожалуиста| من فضلك| لو سمحت)+$/g

/** The same in writing without spaces, or with a particle: "スタッフをお願いします" */
const POLITE_UNSPACED =
  /^(?:请|麻烦)+|[をに]?(?:お願いします|おねがいします|お願い|ください|下さい)$| ?(?:谢谢|부탁(?:해요|드려요|드립니다))$|(?:ค่ะ|คะ|ครับ)$/g

/** "I want to cancel", "ich möchte abbrechen" */
const WISH =
  /^(?:(?:i (?:want|need|would like|d like)|id like|can i) to |i wanna |can i |ich (?:will|mochte) |quiero |quisiera |je (?:veux|voudrais) |vorrei |voglio |quero |ik wil |chce |хочу )/

/** "No, stop". Without the sign, "no" may deny the word, or mean "in the": "no fim". */
const NO = /^\s*no\s*[,.;:!]+/i
