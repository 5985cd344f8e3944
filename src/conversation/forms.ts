import type { JsonObject } from '../base/json.ts'
import type { Carried } from './carried.ts'
import { readMemory, remember, type FormPlace } from './memory.ts'
import { judge } from './questions.ts'
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
  /** `back` is null where the visitor clearly wanted to end the form. */
  | { is: 'cancelled'; state: JsonObject | null; back: WayBack | null }
  /** The visitor wants another reply, the one to the words `said` where given; the form waits, unless that reply ends it. */
  | { is: 'aside'; place: AskPlace; state: JsonObject | null; said?: string }

/** The button back into a form that has ended. */
export interface WayBack {
  title: Localised<string>
  payload: string
}

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
export const stepOf = (
  questions: readonly Question[],
  { step, asked }: Pick<FormPlace, 'step' | 'asked'>,
): number =>
  asked === undefined || questions[step]?.remember === asked
    ? step
    : questions.findIndex(({ remember: name }) => name === asked)

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

/** The step after an answer to the question at this place. */
export const accept = (
  script: Script,
  { reply, step, question }: AskPlace,
  value: string,
  { state, nowMs }: { state: JsonObject | null; nowMs: number },
): FormStep => {
  const learned = learn(state, question.remember, value)
  const { given = [] } = readMemory(state).form ?? {}
  return goOn(script, { reply, from: step + 1, given }, learned, nowMs)
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

/** The state of a visitor who is asked this question now. */
export const askAt = (
  state: JsonObject | null,
  { reply, step, question }: AskPlace,
  nowMs: number,
  given: readonly string[],
): JsonObject | null =>
  remember(state, {
    form: { reply, step, asked: question.remember, askedMs: nowMs, ...(given.length > 0 && { given }) },
  })

/** The state of a visitor who is in no form any more. */
export const leaveForm = (state: JsonObject | null): JsonObject | null => remember(state, { form: null })

/** The state with this answer remembered. */
export const learn = (state: JsonObject | null, name: string, value: string): JsonObject | null =>
  remember(state, { remembered: { ...readMemory(state).remembered, [name]: value } })

/** Whether the present question has had so many other answers that its visitor is offered the way out. */
export const isStuck = (state: JsonObject | null): boolean => {
  const { tries = 0, asides = 0 } = readMemory(state).form ?? {}
  return tries + asides > 2
}

/** The state with one more turn that did not answer the present question: a try, or an aside to another reply. */
export const countMiss = (state: JsonObject | null, what: 'tries' | 'asides'): JsonObject | null => {
  const { form } = readMemory(state)
  return form === null ? state : remember(state, { form: { ...form, [what]: (form[what] ?? 0) + 1 } })
}
