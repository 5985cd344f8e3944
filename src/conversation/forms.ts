import type { JsonObject } from '../base/json.ts'
import type { WebhookEvent } from '../webhook/events.ts'
import type { Matcher } from './match/matcher.ts'
import { readMemory, remember } from './memory.ts'
import { isCancel, judge, type Given } from './questions.ts'
import { LIMITS } from '../channel/messenger.ts'
import { OWN_PAYLOAD } from '../script/limits.ts'
import type { Localised } from '../script/localised.ts'
import type { Template } from '../script/template.ts'
import type { Form, NamedAnswer, Question, Script } from '../script/types.ts'

/** What a visitor's turn in a form comes to. */
export type FormStep =
  /** The question stays, said again in these words; or another page of its choices is shown. */
  | { is: 'again'; place: AskPlace; text: Localised<Template>; from: number }
  | { is: 'next'; place: AskPlace; state: JsonObject | null }
  | { is: 'done'; next: string; state: JsonObject | null; answers: FormAnswers | null }
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

/** A form nobody went on with for so long is forgotten: the visitor has forgotten it, too. */
const PATIENCE_MS = 24 * 3_600_000

/** The question a visitor is at; null when at none, also where the script has changed meanwhile. */
export const questionAt = (script: Script, state: JsonObject | null, nowMs: number): AskPlace | null => {
  const { form: place } = readMemory(state)
  if (place === null || nowMs - place.askedMs > PATIENCE_MS) return null
  const question = script.replies.get(place.reply)?.form?.questions[place.step]
  return question === undefined ? null : { reply: place.reply, step: place.step, question }
}

/** The state of a visitor who is asked the question at `step` now; the first one of the form for 0. */
export const askAt = (
  state: JsonObject | null,
  reply: string,
  step: number,
  nowMs: number,
): JsonObject | null => remember(state, { form: { reply, step, askedMs: nowMs } })

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
  if (from !== undefined) return { is: 'again', place, text: script.words.moreSay, from: Number(from) }
  // A button of an earlier message, or "more" of its choices.
  if (given.payload !== null && isOtherButton(script, given.payload)) return { is: 'aside', place }

  const value = judge(script, question, given)
  // A choice of that name stands there as a button, too, and is what it says.
  if (isCancel(script, given) && (value === null || question.kind !== 'choice' || given.payload !== null))
    return { is: 'cancelled', state: leaveForm(state), meant: meantPayload(place, given, value) }
  if (value !== null && !asksForPerson(script, question, given, matcher))
    return accept(script, place, value, state, event.timestampMs)
  if (given.text !== null && (value !== null || isSomethingElse(given.text, matcher())))
    return { is: 'aside', place }
  return { is: 'again', place, text: question.retry ?? usualRetry(script, question), from: 0 }
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
  if (question.kind !== 'text' || payload !== null || value === null) return null
  const back = `${MEANT}${JSON.stringify([reply, step, value])}`
  return back.length <= LIMITS.payload ? back : null
}

/** Takes the word that ended a form for the answer it was meant to be; null where the event does not say so. */
export const takeMeant = (script: Script, event: WebhookEvent, state: JsonObject | null): FormStep | null => {
  if (event.kind !== 'message' || event.quickReply?.startsWith(MEANT) !== true) return null
  const [reply, step, value] = readMeant(event.quickReply.slice(MEANT.length))
  if (typeof reply !== 'string' || typeof step !== 'number' || typeof value !== 'string') return null
  const question = script.replies.get(reply)?.form?.questions[step]
  if (question?.kind !== 'text') return null
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
  const { remembered } = readMemory(state)
  const known = { ...remembered, [question.remember]: value }
  const learned = remember(state, { remembered: known })
  const asker = script.replies.get(reply) as NamedAnswer & { form: Form }
  const following = asker.form.questions[step + 1]
  if (following !== undefined) {
    const place = { reply, step: step + 1, question: following }
    return { is: 'next', place, state: askAt(learned, reply, step + 1, nowMs) }
  }
  const { questions, answers, next } = asker.form
  const values = Object.fromEntries(questions.map((one) => [one.remember, known[one.remember] ?? '']))
  return {
    is: 'done',
    next,
    state: leaveForm(learned),
    answers: answers.kept ? { form: reply, url: answers.url, values } : null,
  }
}

const isOtherButton = (script: Script, payload: string): boolean =>
  script.replies.has(payload) || payload.startsWith(`${OWN_PAYLOAD}more:`)

/** Someone who writes just what asks for a person does not answer "What is your name?". */
const asksForPerson = (
  script: Script,
  question: Question,
  { text }: Given,
  matcher: () => Matcher,
): boolean => {
  if (question.kind !== 'text' || text === null) return false
  const match = matcher().match(text)
  if (match === null || (match.how !== 'phrase' && match.how !== 'title')) return false
  return script.replies.get(match.reply)?.handover === true
}

/** Whether a text that does not fit the question is surely meant for another reply. */
const isSomethingElse = (text: string, matcher: Matcher): boolean => {
  const match = matcher.match(text)
  return match !== null && match.confidence === 1
}

const usualRetry = ({ words }: Script, { kind }: Question): Localised<Template> =>
  ({
    text: words.notText,
    number: words.notNumber,
    email: words.notEmail,
    phone: words.notPhone,
    date: words.notDate,
    choice: words.notChoice,
  })[kind]
