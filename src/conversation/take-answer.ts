import { latinDigits } from '../base/digits.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { WebhookEvent } from '../webhook/events.ts'
import { listIn, readCarried } from './carried.ts'
import { bareCorrectionIn, correctionIn } from './correction.ts'
import {
  accept,
  askAt,
  countMiss,
  isStuck,
  learn,
  leaveForm,
  stepOf,
  type AskPlace,
  type FormStep,
  type WayBack,
} from './forms.ts'
import type { Matcher } from './match/matcher.ts'
import { readMemory, remember } from './memory.ts'
import { noNameIn } from './name-questions.ts'
import { daysOf, isCancel, judge } from './questions.ts'
import type { Given } from './questions/given.ts'
import { KINDS } from './questions/kinds.ts'
import { isRefusal } from './refusals.ts'
import { beginsLikeQuestion, isQuestion, somethingElse } from './something-else.ts'
import { asksAboutPerson, wishForPersonIn } from './wish-for-person.ts'
import { LIMITS } from '../channel/messenger.ts'
import { OWN_PAYLOAD } from '../script/limits.ts'
import { allOf } from '../script/localised.ts'
import type { Option, Question, Script } from '../script/types.ts'

const MEANT = `${OWN_PAYLOAD}meant:`
/** A sign, because a reply without a title has no words for it in the visitor's language. */
const GO_ON = '↩'
const STAR = /^\s*\*|\*\s*$/
const OPTIONS = new RegExp(`^${OWN_PAYLOAD}options:(\\d{1,4})$`)

/** Takes the visitor's event as an answer. Null for an event that cannot be one: a reaction, a receipt. */
export const takeAnswer = (
  script: Script,
  place: AskPlace,
  event: WebhookEvent,
  { state, matcher }: { state: JsonObject | null; matcher: () => Matcher },
): FormStep | null => {
  if (event.kind === 'postback') return { is: 'aside', place, state }
  if (event.kind !== 'message') return null
  const given: Given = { text: event.text, payload: event.quickReply, atMs: event.timestampMs }
  const { question } = place
  const [, from] = OPTIONS.exec(given.payload ?? '') ?? []
  if (from !== undefined) return { is: 'more', place, from: Number(from) }
  // A button of an earlier message, or the button for more choices.
  if (given.payload !== null && isOtherButton(script, given.payload)) return { is: 'aside', place, state }

  const fitting = judge(script, question, given) ?? choiceBesideSorry(script, question, given)
  const noName =
    fitting === null || given.text === null || given.payload !== null
      ? null
      : noNameIn(question, given.text, matcher)
  const value = noName === null ? fitting : null
  // A choice may have the same name as the word that ends a form; then the word is the choice.
  if (
    isCancel(script, given) &&
    (value === null || !KINDS[question.kind].namesAnswers || given.payload !== null)
  )
    return { is: 'cancelled', state: leaveForm(state), back: meantAs(script, place, given, value) }
  const said =
    correctionIn(given.text ?? '') ?? (value === null ? bareCorrection(script, question, given, state) : null)
  const corrected =
    said !== null && (value === null || KINDS[question.kind].takesAnyText)
      ? correct(script, place, { given, said }, state)
      : null
  if (corrected !== null) return corrected
  const wish =
    given.text === null || !KINDS[question.kind].takesAnyText
      ? null
      : wishForPersonIn(script, given.text, matcher())
  if (wish !== null) return { is: 'aside', place, state, said: wish }
  if (value !== null && !asks(place, given, matcher))
    return accept(script, place, value, { state, nowMs: event.timestampMs })
  const days = daysOf(script, question, given)
  if (days.length > 1 && !asks(place, given, matcher)) return again(script, place, state, { days })
  if (given.text !== null && value !== null) return { is: 'aside', place, state }
  if (given.text !== null && isRefusal(given.text, script.languages)) return refuse(script, place, state)
  if (given.text !== null && noName === 'question')
    return askedBack(script, place, given.text, { state, matcher })
  const other = given.text === null ? null : somethingElse(script, question, given.text, matcher())
  if (other === null) return again(script, place, state)
  return { is: 'aside', place, state: other === 'certain' ? state : countMiss(state, 'asides') }
}

/** Goes on in a form that has ended: with the word that ended it as the answer, or at the refused question. Null for any other event. */
export const takeWayBack = (
  script: Script,
  event: WebhookEvent,
  state: JsonObject | null,
): FormStep | null => {
  if (event.kind !== 'message' || event.quickReply?.startsWith(MEANT) !== true) return null
  // Buttons of earlier versions do not name the question.
  const [reply, at, value, name, ...given] = listIn(event.quickReply.slice(MEANT.length))
  if (typeof reply !== 'string' || typeof at !== 'number') return null
  const questions = script.replies.get(reply)?.form?.questions ?? []
  const step = stepOf(questions, { step: at, ...(typeof name === 'string' && { asked: name }) })
  const question = questions[step]
  if (question === undefined) return null
  const place = { reply, step, question }
  if (value === null) {
    const known = given.filter((one) => typeof one === 'string')
    return { is: 'next', place, state: askAt(state, place, event.timestampMs, known) }
  }
  if (typeof value !== 'string' || !KINDS[question.kind].takesAnyText) return null
  return accept(script, place, value, { state, nowMs: event.timestampMs })
}

/**
 * A visitor's question where a name was asked for gets its reply, or the fallback. A reply that would end this
 * form is none: another form by words that are only similar, or a person for whom the visitor did not wish.
 */
const askedBack = (
  script: Script,
  place: AskPlace,
  text: string,
  { state, matcher }: { state: JsonObject | null; matcher: () => Matcher },
): FormStep => {
  const match = matcher().match(text)
  const reply = script.replies.get(match?.reply ?? '') ?? script.fallback
  const beginsForm = reply.form !== null && match?.confidence !== 1
  const handsOver = reply.handover && (match === null || asksAboutPerson(text))
  if (beginsForm || handsOver) return again(script, place, state, { asksBack: true })
  return { is: 'aside', place, state: match === null ? countMiss(state, 'asides') : state }
}

/**
 * The way out is offered to a visitor who does not want to answer. A visitor who refuses that, too, wants no more of the form, or refuses
 * only the way out, so a button goes on at this question with the answers that are known. Its title is the reply's, in the owner's words.
 */
const refuse = (script: Script, place: AskPlace, state: JsonObject | null): FormStep => {
  const { form } = readMemory(state)
  if (form === null || form.refused === true) {
    const { reply, step, question } = place
    const payload = backPayload([reply, step, null, question.remember, ...(form?.given ?? [])])
    const title = script.replies.get(reply)?.title ?? GO_ON
    return { is: 'cancelled', state: leaveForm(state), back: payload === null ? null : { title, payload } }
  }
  return again(script, place, remember(state, { form: { ...form, refused: true } }), { isRefused: true })
}

/** "Medium, sorry" answers the question that was asked. Answers of other kinds are read with any words around them. */
const choiceBesideSorry = (script: Script, question: Question, given: Given): string | null => {
  const said = KINDS[question.kind].namesAnswers ? bareCorrectionIn(given.text ?? '') : null
  return said === null ? null : judge(script, question, { ...given, text: said })
}

/**
 * Null where it may also be an answer to the question that was asked: digits, or what fits it. A star says that the answer before was
 * wrong, so digits with one correct it: "*4" at a question for a day. Under "3 stars, 4 stars", "4*" is no correction.
 */
const bareCorrection = (
  script: Script,
  question: Question,
  given: Given,
  state: JsonObject | null,
): string | null => {
  const said = bareCorrectionIn(given.text ?? '')
  if (said === null || judge(script, question, { ...given, text: said }) !== null) return null
  const isInDigits = KINDS[question.kind].isInDigits || question.options.some(({ value }) => /\d/.test(value))
  const isOfBefore =
    STAR.test(given.text ?? '') &&
    (readMemory(state).form?.tries ?? 0) === 0 &&
    !question.options.some((option) => hasNumberOf(option, said))
  return isInDigits && !isOfBefore && /\d/.test(latinDigits(said)) ? null : said
}

const hasNumberOf = ({ title, value }: Option, said: string): boolean => {
  const numbers: readonly string[] = latinDigits(said).match(/\d+/g) ?? []
  const named = latinDigits([...allOf(title), value].join(' ')).match(/\d+/g) ?? []
  return named.some((number) => numbers.includes(number))
}

/**
 * Takes another answer to the question before this one: "No, I mean Thursday". That question comes again where the answer may be two days.
 * Null where what is said is no answer to it.
 */
const correct = (
  script: Script,
  place: AskPlace,
  { given, said }: { given: Given; said: string },
  state: JsonObject | null,
): FormStep | null => {
  const { reply } = place
  const step = place.step - 1
  const questions = script.replies.get(reply)?.form?.questions ?? []
  const before = questions[step]
  if (before === undefined || KINDS[before.kind].takesAnyText) return null
  // Only a few known words may be around a choice, but any words around a number or an address.
  const valueFor = (question: Question): string | null =>
    judge(script, question, given) ?? judge(script, question, { ...given, text: said })
  // "Sorry, 24.12." is a day rather than a number, where both were asked for.
  const isForOther = questions
    .slice(0, step)
    .some((one) => one.kind !== before.kind && !KINDS[one.kind].takesAnyText && valueFor(one) !== null)
  if (isForOther) return null
  const value = valueFor(before)
  if (value !== null)
    return { is: 'corrected', place, state: learn(state, before.remember, value), before, value }
  const days = daysOf(script, before, given)
  const back = { reply, step, question: before }
  if (days.length < 2) return null
  const { given: known = [] } = readMemory(state).form ?? {}
  return again(script, back, askAt(state, back, given.atMs, known), { days })
}

/**
 * Repeats the question in other words the second time; from the third time on, offers the way out.
 *
 * @param more.isRefused - the visitor does not want to answer, so the way out is offered at once
 * @param more.asksBack - the visitor asked back, so the question itself comes again at once
 */
const again = (
  script: Script,
  place: AskPlace,
  state: JsonObject | null,
  more: { days?: readonly string[]; isRefused?: boolean; asksBack?: boolean } = {},
): FormStep => {
  const { days = [], isRefused = false, asksBack = false } = more
  const { words } = script
  const { question } = place
  const counted = countMiss(state, 'tries')
  const { tries = 1 } = readMemory(counted).form ?? {}
  const stuck = isRefused || isStuck(counted)
  const usual = asksBack ? question.text : words[KINDS[question.kind].retry]
  const first = days.length > 0 ? words.notChoice : (question.retry ?? usual)
  const other = question.retry === null && days.length === 0 ? question.text : usual
  return {
    is: 'again',
    place,
    texts: stuck ? [words.stuck] : tries === 1 ? [first] : [words.again, other],
    isStuck: stuck,
    days,
    state: counted,
  }
}

/**
 * The button that undoes the end of a form. A visitor who wrote "stop" where any text is an answer may have meant it as the answer. Most
 * did not, so the form ends at once, and the button carries the data to go on.
 */
const meantAs = (
  script: Script,
  { reply, step, question }: AskPlace,
  { payload }: Given,
  value: string | null,
): WayBack | null => {
  if (!KINDS[question.kind].takesAnyText || payload !== null || value === null) return null
  const back = backPayload([reply, step, value, question.remember])
  return back === null ? null : { title: script.words.meant, payload: back }
}

/** Null where it would be too long for Facebook. */
const backPayload = (parts: readonly Json[]): string | null => {
  const payload = `${MEANT}${JSON.stringify(parts)}`
  return payload.length <= LIMITS.payload ? payload : null
}

const isOtherButton = (script: Script, payload: string): boolean =>
  script.replies.has(payload) || payload.startsWith(`${OWN_PAYLOAD}more:`) || readCarried(payload) !== null

/**
 * "Are you open on Friday?" names a day, but asks for another reply instead of answering a question for a day. "Can I book a table for
 * Friday?" asks for the form that is on, and answers it.
 */
const asks = ({ reply, question }: AskPlace, { text }: Given, matcher: () => Matcher): boolean => {
  if (!KINDS[question.kind].standsInQuestions || text === null) return false
  if (!isQuestion(text) && !beginsLikeQuestion(text)) return false
  const match = matcher().match(text)
  return match !== null && match.how !== 'pattern' && match.reply !== reply
}
