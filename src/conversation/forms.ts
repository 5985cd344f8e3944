import { latinDigits } from '../base/digits.ts'
import type { JsonObject } from '../base/json.ts'
import type { WebhookEvent } from '../webhook/events.ts'
import { listIn, readCarried, type Carried } from './carried.ts'
import { bareCorrectionIn, correctionIn } from './correction.ts'
import type { Matcher } from './match/matcher.ts'
import { readMemory, remember, type FormPlace } from './memory.ts'
import { daysOf, isCancel, judge } from './questions.ts'
import type { Given } from './questions/given.ts'
import { KINDS } from './questions/kinds.ts'
import { isRefusal } from './refusals.ts'
import { isQuestion, somethingElse } from './something-else.ts'
import { LIMITS } from '../channel/messenger.ts'
import { OWN_PAYLOAD } from '../script/limits.ts'
import type { Localised } from '../script/localised.ts'
import type { Template } from '../script/template.ts'
import type { Form, NamedAnswer, Question, Script } from '../script/types.ts'

/** The result of a visitor's turn in a form. */
export type FormStep =
  /** Shows another page of the question's choices. */
  | { is: 'more'; place: AskPlace; from: number }
  /** Repeats the question with these words; `isStuck` offers the way out. */
  | {
      is: 'again'
      place: AskPlace
      texts: readonly Localised<Template>[]
      isStuck: boolean
      /** The days that the answer may be; none or several. */
      days: readonly string[]
      state: JsonObject | null
    }
  | { is: 'next'; place: AskPlace; state: JsonObject | null }
  /** The answer to the question before this one has changed; this one comes again. */
  | { is: 'corrected'; place: AskPlace; state: JsonObject | null; before: Question; value: string }
  | { is: 'done'; form: string; next: string; state: JsonObject | null; answers: FormAnswers | null }
  /** `meant` is the payload of the button that takes the word as the answer; null where the word could not be one. */
  | { is: 'cancelled'; state: JsonObject | null; meant: string | null }
  /** The visitor wants another reply; the form waits, unless that reply ends it. */
  | { is: 'aside'; place: AskPlace; state: JsonObject | null }

/** The answers of a finished form, to be stored. */
export interface FormAnswers {
  /** The reply with the questions. */
  form: string
  url: string | null
  values: Record<string, string>
}

/** A question, and its place in the form. */
export interface AskPlace {
  reply: string
  step: number
  question: Question
}

/** A form without an answer for this long is dropped, because the visitor no longer expects its question. */
const PATIENCE_MS = 24 * 3_600_000

/** The question that a visitor is at; null for none, also where the script has changed. */
export const questionAt = (script: Script, state: JsonObject | null, nowMs: number): AskPlace | null => {
  const { form: place } = readMemory(state)
  if (place === null || nowMs - place.askedMs > PATIENCE_MS) return null
  const questions = script.replies.get(place.reply)?.form?.questions ?? []
  const step = stepOf(questions, place)
  const question = questions[step]
  return question === undefined ? null : { reply: place.reply, step, question }
}

/** The present index of the question that was asked: the answer belongs to it, even if the script has more or fewer questions before it. */
const stepOf = (
  questions: readonly Question[],
  { step, asked }: Pick<FormPlace, 'step' | 'asked'>,
): number =>
  asked === undefined || questions[step]?.remember === asked
    ? step
    : questions.findIndex(({ remember: name }) => name === asked)

/** The state of a visitor who is asked this question now. */
const askAt = (
  state: JsonObject | null,
  { reply, step, question }: AskPlace,
  nowMs: number,
  given: readonly string[],
): JsonObject | null =>
  remember(state, {
    form: { reply, step, asked: question.remember, askedMs: nowMs, ...(given.length > 0 && { given }) },
  })

export const leaveForm = (state: JsonObject | null): JsonObject | null => remember(state, { form: null })

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

  const value = judge(script, question, given) ?? choiceBesideSorry(script, question, given)
  // A choice may have the same name as the word that ends a form; then the word is the choice.
  if (
    isCancel(script, given) &&
    (value === null || !KINDS[question.kind].namesAnswers || given.payload !== null)
  )
    return { is: 'cancelled', state: leaveForm(state), meant: meantPayload(place, given, value) }
  const said =
    correctionIn(given.text ?? '') ?? (value === null ? bareCorrection(script, question, given, state) : null)
  const corrected =
    said !== null && (value === null || KINDS[question.kind].takesAnyText)
      ? correct(script, place, { given, said }, state)
      : null
  if (corrected !== null) return corrected
  if (value !== null && !asksForPerson(script, question, given, matcher) && !asks(question, given, matcher))
    return accept(script, place, value, { state, nowMs: event.timestampMs })
  const days = daysOf(script, question, given)
  if (days.length > 1) return again(script, place, state, { days })
  if (given.text !== null && value !== null) return { is: 'aside', place, state }
  if (given.text !== null && isRefusal(given.text)) return refuse(script, place, state)
  const other = given.text === null ? null : somethingElse(script, question, given.text, matcher())
  if (other === null) return again(script, place, state)
  return { is: 'aside', place, state: other === 'certain' ? state : count(state, 'asides') }
}

/** The way out is offered to a visitor who does not want to answer. A visitor who refuses that, too, wants no more of the form. */
const refuse = (script: Script, place: AskPlace, state: JsonObject | null): FormStep => {
  const { form } = readMemory(state)
  if (form === null || form.refused === true) return { is: 'cancelled', state: leaveForm(state), meant: null }
  return again(script, place, remember(state, { form: { ...form, refused: true } }), { isRefused: true })
}

/** "Medium, sorry" answers the question that was asked. Answers of other kinds are read with any words around them. */
const choiceBesideSorry = (script: Script, question: Question, given: Given): string | null => {
  const said = KINDS[question.kind].namesAnswers ? bareCorrectionIn(given.text ?? '') : null
  return said === null ? null : judge(script, question, { ...given, text: said })
}

/**
 * Null where it may also be an answer to the question that was asked: digits, or what fits it. A star says that the answer before was
 * wrong, so digits with one correct it: "*4" at a question for a day.
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
  const isOfBefore = STAR.test(given.text ?? '') && (readMemory(state).form?.tries ?? 0) === 0
  return isInDigits && !isOfBefore && /\d/.test(latinDigits(said)) ? null : said
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

const learn = (state: JsonObject | null, name: string, value: string): JsonObject | null =>
  remember(state, { remembered: { ...readMemory(state).remembered, [name]: value } })

/**
 * Repeats the question in other words the second time; from the third time on, offers the way out.
 *
 * @param more.isRefused - the visitor does not want to answer, so the way out is offered at once
 */
const again = (
  script: Script,
  place: AskPlace,
  state: JsonObject | null,
  { days = [], isRefused = false }: { days?: readonly string[]; isRefused?: boolean } = {},
): FormStep => {
  const { words } = script
  const { question } = place
  const counted = count(state, 'tries')
  const { tries = 1 } = readMemory(counted).form ?? {}
  const stuck = isRefused || isStuck(counted)
  const usual = words[KINDS[question.kind].retry]
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

/** Whether the present question has had so many other answers that its visitor is offered the way out. */
export const isStuck = (state: JsonObject | null): boolean => {
  const { tries = 0, asides = 0 } = readMemory(state).form ?? {}
  return tries + asides > 2
}

const count = (state: JsonObject | null, what: 'tries' | 'asides'): JsonObject | null => {
  const { form } = readMemory(state)
  return form === null ? state : remember(state, { form: { ...form, [what]: (form[what] ?? 0) + 1 } })
}

/**
 * Payload of the button that undoes the end of a form. A visitor who wrote "stop" where any text is an answer may have meant it as the
 * answer. Most did not, so the form ends at once, and the button carries the data to go on.
 */
const meantPayload = (
  { reply, step, question }: AskPlace,
  { payload }: Given,
  value: string | null,
): string | null => {
  if (!KINDS[question.kind].takesAnyText || payload !== null || value === null) return null
  const back = `${MEANT}${JSON.stringify([reply, step, value, question.remember])}`
  return back.length <= LIMITS.payload ? back : null
}

/** Takes the word that ended a form as the answer; null for any other event. */
export const takeMeant = (script: Script, event: WebhookEvent, state: JsonObject | null): FormStep | null => {
  if (event.kind !== 'message' || event.quickReply?.startsWith(MEANT) !== true) return null
  // Buttons of earlier versions do not name the question.
  const [reply, at, value, name] = listIn(event.quickReply.slice(MEANT.length))
  if (typeof reply !== 'string' || typeof at !== 'number' || typeof value !== 'string') return null
  const questions = script.replies.get(reply)?.form?.questions ?? []
  const step = stepOf(questions, { step: at, ...(typeof name === 'string' && { asked: name }) })
  const question = questions[step]
  if (question === undefined || !KINDS[question.kind].takesAnyText) return null
  return accept(script, { reply, step, question }, value, { state, nowMs: event.timestampMs })
}

const MEANT = `${OWN_PAYLOAD}meant:`

const STAR = /^\s*\*|\*\s*$/

const OPTIONS = new RegExp(`^${OWN_PAYLOAD}options:(\\d{1,4})$`)

const accept = (
  script: Script,
  { reply, step, question }: AskPlace,
  value: string,
  { state, nowMs }: { state: JsonObject | null; nowMs: number },
): FormStep => {
  const learned = learn(state, question.remember, value)
  const { given = [] } = readMemory(state).form ?? {}
  return goOn(script, { reply, from: step + 1, given }, learned, nowMs)
}

/** Begins a form with answers that a button has brought along; null for a reply without a form. */
export const beginForm = (
  script: Script,
  { reply, carried }: { reply: string; carried: Carried },
  state: JsonObject | null,
  nowMs: number,
): Extract<FormStep, { is: 'next' | 'done' }> | null => {
  const form = script.replies.get(reply)?.form ?? null
  if (form === null) return null
  const fitting = form.questions.flatMap((question): [string, string][] => {
    const text = carried[question.remember]
    const value = text === undefined ? null : judge(script, question, { text, payload: null, atMs: nowMs })
    return value === null ? [] : [[question.remember, value]]
  })
  const given = fitting.map(([name]) => name)
  const known = { ...readMemory(state).remembered, ...Object.fromEntries(fitting) }
  return goOn(script, { reply, from: 0, given }, remember(state, { remembered: known }), nowMs)
}

/** Asks the next question without an answer, or ends the form. */
const goOn = (
  script: Script,
  { reply, from, given }: { reply: string; from: number; given: readonly string[] },
  learned: JsonObject | null,
  nowMs: number,
): Extract<FormStep, { is: 'next' | 'done' }> => {
  const asker = script.replies.get(reply) as NamedAnswer & { form: Form }
  const step = asker.form.questions.findIndex((one, index) => index >= from && !given.includes(one.remember))
  const following = asker.form.questions[step]
  if (following !== undefined) {
    const place = { reply, step, question: following }
    return { is: 'next', place, state: askAt(learned, place, nowMs, given) }
  }
  const { remembered: known } = readMemory(learned)
  const { questions, answers, next } = asker.form
  const values = Object.fromEntries(questions.map((one) => [one.remember, known[one.remember] ?? '']))
  return {
    is: 'done',
    form: reply,
    next,
    state: leaveForm(learned),
    answers: answers.kept ? { form: reply, url: answers.url, values } : null,
  }
}

const isOtherButton = (script: Script, payload: string): boolean =>
  script.replies.has(payload) || payload.startsWith(`${OWN_PAYLOAD}more:`) || readCarried(payload) !== null

/** A text that equals a phrase of the reply that hands over to a person is no answer to "What is your name?". */
const asksForPerson = (
  script: Script,
  question: Question,
  { text }: Given,
  matcher: () => Matcher,
): boolean => {
  if (!KINDS[question.kind].takesAnyText || text === null) return false
  const match = matcher().match(text)
  if (match === null || (match.how !== 'phrase' && match.how !== 'title')) return false
  return script.replies.get(match.reply)?.handover === true
}

/** "Are you open on Friday?" names a day, but asks for another reply instead of answering a question for a day. */
const asks = ({ kind }: Question, { text }: Given, matcher: () => Matcher): boolean => {
  if (!KINDS[kind].standsInQuestions || text === null || !isQuestion(text)) return false
  const match = matcher().match(text)
  return match !== null && match.how !== 'pattern'
}
