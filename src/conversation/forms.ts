import type { JsonObject } from '../base/json.ts'
import type { WebhookEvent } from '../webhook/events.ts'
import { readCarried, type Carried } from './carried.ts'
import { isCorrection } from './correction.ts'
import type { Matcher } from './match/matcher.ts'
import { readMemory, remember, type FormPlace } from './memory.ts'
import { daysOf, isCancel, judge } from './questions.ts'
import type { Given } from './questions/given.ts'
import { KINDS } from './questions/kinds.ts'
import { LIMITS } from '../channel/messenger.ts'
import { OWN_PAYLOAD } from '../script/limits.ts'
import type { Localised } from '../script/localised.ts'
import type { Template } from '../script/template.ts'
import type { Form, NamedAnswer, Question, Script } from '../script/types.ts'

/** What a visitor's turn in a form comes to. */
export type FormStep =
  /** Another page of the question's choices is shown. */
  | { is: 'more'; place: AskPlace; from: number }
  /** The answer may be either of these days. */
  | { is: 'either'; place: AskPlace; days: readonly string[] }
  /** The question stays, said again in these words; `isStuck` when the visitor may want out. */
  | {
      is: 'again'
      place: AskPlace
      texts: readonly Localised<Template>[]
      isStuck: boolean
      state: JsonObject | null
    }
  | { is: 'next'; place: AskPlace; state: JsonObject | null }
  | { is: 'done'; form: string; next: string; state: JsonObject | null; answers: FormAnswers | null }
  /** `meant` is the payload of the button that says the word was the answer; null where it could not be one. */
  | { is: 'cancelled'; state: JsonObject | null; meant: string | null }
  /** The visitor wants something else; the form waits, unless that reply ends it. */
  | { is: 'aside'; place: AskPlace }

/** Answers of a whole form, to be kept. */
export interface FormAnswers {
  /** The reply that asked. */
  form: string
  url: string | null
  values: Record<string, string>
}

/** A question, and where it stands. */
export interface AskPlace {
  reply: string
  step: number
  question: Question
}

/** A form without an answer for so long is dropped: the visitor no longer expects its question. */
const PATIENCE_MS = 24 * 3_600_000

/** The question a visitor is at; null when at none, also where the script has changed meanwhile. */
export const questionAt = (script: Script, state: JsonObject | null, nowMs: number): AskPlace | null => {
  const { form: place } = readMemory(state)
  if (place === null || nowMs - place.askedMs > PATIENCE_MS) return null
  const questions = script.replies.get(place.reply)?.form?.questions ?? []
  const step = stepOf(questions, place)
  const question = questions[step]
  return question === undefined ? null : { reply: place.reply, step, question }
}

/** Where the question that was asked stands by now: an answer belongs to it, whatever was put in or taken out before it. */
const stepOf = (
  questions: readonly Question[],
  { step, asked }: Pick<FormPlace, 'step' | 'asked'>,
): number =>
  asked === undefined || questions[step]?.remember === asked
    ? step
    : questions.findIndex(({ remember: name }) => name === asked)

/** The state of a visitor who is asked a question now. */
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

/** Takes what a visitor did while at a question. Null for what is no answer of any kind: a reaction, a receipt. */
export const takeAnswer = (
  script: Script,
  place: AskPlace,
  event: WebhookEvent,
  state: JsonObject | null,
  matcher: () => Matcher,
): FormStep | null => {
  if (event.kind === 'postback') return { is: 'aside', place }
  if (event.kind !== 'message') return null
  const given: Given = { text: event.text, payload: event.quickReply, atMs: event.timestampMs }
  const { question } = place
  const [, from] = OPTIONS.exec(given.payload ?? '') ?? []
  if (from !== undefined) return { is: 'more', place, from: Number(from) }
  // A button of an earlier message, or "more" of its choices.
  if (given.payload !== null && isOtherButton(script, given.payload)) return { is: 'aside', place }

  const value = judge(script, question, given)
  // A choice of that name stands there as a button, too, and is what it says.
  if (
    isCancel(script, given) &&
    (value === null || !KINDS[question.kind].namesAnswers || given.payload !== null)
  )
    return { is: 'cancelled', state: leaveForm(state), meant: meantPayload(place, given, value) }
  const corrected =
    value === null || KINDS[question.kind].takesAnyText ? correct(script, place, given, state) : null
  if (corrected !== null) return { is: 'next', place, state: corrected }
  if (value !== null && !asksForPerson(script, question, given, matcher) && !asks(question, given, matcher))
    return accept(script, place, value, state, event.timestampMs)
  const days = daysOf(script, question, given)
  if (days.length > 1) return { is: 'either', place, days }
  if (given.text !== null && (value !== null || isSomethingElse(given.text, matcher())))
    return { is: 'aside', place }
  return again(script, place, state)
}

/** The state with another answer to the question before this one: "No, I mean Thursday"; null where the text says none. */
const correct = (
  script: Script,
  { reply, step }: AskPlace,
  given: Given,
  state: JsonObject | null,
): JsonObject | null => {
  const before = script.replies.get(reply)?.form?.questions[step - 1]
  if (before === undefined || KINDS[before.kind].takesAnyText || !isCorrection(given.text ?? '')) return null
  const value = judge(script, before, given)
  return value === null ? null : learn(state, before.remember, value)
}

const learn = (state: JsonObject | null, name: string, value: string): JsonObject | null =>
  remember(state, { remembered: { ...readMemory(state).remembered, [name]: value } })

/** In other words the second time; from the third on, the way out comes first. */
const again = (script: Script, place: AskPlace, state: JsonObject | null): FormStep => {
  const { words } = script
  const { question } = place
  const { form } = readMemory(state)
  const tries = (form?.tries ?? 0) + 1
  const usual = words[KINDS[question.kind].retry]
  const first = question.retry ?? usual
  const other = question.retry === null ? question.text : usual
  return {
    is: 'again',
    place,
    texts: tries === 1 ? [first] : tries === 2 ? [words.again, other] : [words.stuck],
    isStuck: tries > 2,
    state: form === null ? state : remember(state, { form: { ...form, tries } }),
  }
}

/**
 * A visitor who wrote "stop" where any text is an answer may have meant just that. Most did not, so the form is over at once;
 * the button carries what brings it back.
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

/** Takes the word that ended a form for the answer it was meant to be; null where the event does not say so. */
export const takeMeant = (script: Script, event: WebhookEvent, state: JsonObject | null): FormStep | null => {
  if (event.kind !== 'message' || event.quickReply?.startsWith(MEANT) !== true) return null
  // Buttons of earlier versions do not name the question.
  const [reply, at, value, name] = readMeant(event.quickReply.slice(MEANT.length))
  if (typeof reply !== 'string' || typeof at !== 'number' || typeof value !== 'string') return null
  const questions = script.replies.get(reply)?.form?.questions ?? []
  const step = stepOf(questions, { step: at, ...(typeof name === 'string' && { asked: name }) })
  const question = questions[step]
  if (question === undefined || !KINDS[question.kind].takesAnyText) return null
  return accept(script, { reply, step, question }, value, state, event.timestampMs)
}

const MEANT = `${OWN_PAYLOAD}meant:`

const readMeant = (text: string): readonly unknown[] => {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}

const OPTIONS = new RegExp(`^${OWN_PAYLOAD}options:(\\d{1,4})$`)

const accept = (
  script: Script,
  { reply, step, question }: AskPlace,
  value: string,
  state: JsonObject | null,
  nowMs: number,
): FormStep => {
  const learned = learn(state, question.remember, value)
  const { given = [] } = readMemory(state).form ?? {}
  return goOn(script, { reply, from: step + 1, given }, learned, nowMs)
}

/** A form that is begun with answers which a button has brought along; null where there is no form. */
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

/** The next question that nothing is known of, or the end of the form. */
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

/** A visitor who writes just what asks for a person does not answer "What is your name?". */
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

/** "Are you open on Friday?" names a day, and answers no question for one: it asks for another reply. */
const asks = ({ kind }: Question, { text }: Given, matcher: () => Matcher): boolean => {
  if (!KINDS[kind].standsInQuestions || text === null || !/[?？؟]\s*$/.test(text)) return false
  const match = matcher().match(text)
  return match !== null && match.how !== 'pattern'
}

/** Whether a text that does not fit the question is surely meant for another reply. */
const isSomethingElse = (text: string, matcher: Matcher): boolean => {
  const match = matcher.match(text)
  return match !== null && match.confidence === 1
}
