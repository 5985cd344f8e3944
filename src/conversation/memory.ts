import { isJsonObject, type Json, type JsonObject } from '../base/json.ts'

/**
 * The script's memory of a conversation, beside silence and the state of code handlers. Earlier versions of the program or the script may
 * have written it, so each part is checked.
 */
export interface Memory {
  /** Answers to questions, by the names the script gave them. */
  remembered: Readonly<Record<string, string>>
  form: FormPlace | null
  /** How often each group of alternatives has been said. */
  turns: Readonly<Record<string, number>>
  visit: Visit | null
}

/** Where a visitor is in a form. */
export interface FormPlace {
  /** The reply that asks. */
  reply: string
  step: number
  /** The name of the question, which finds it in a changed script; absent in memory of earlier versions. */
  asked?: string
  askedMs: number
  /** How often in a row the answer was not understood. */
  tries?: number
  /** How often an answer was taken for a wish for another reply because it is similar to a phrase. */
  asides?: number
  /** Whether the visitor has refused to answer the question. */
  refused?: boolean
  /** Names whose answers a button has brought along: they are not asked for. */
  given?: readonly string[]
}

export interface Visit {
  count: number
  lastMs: number
}

/** A visit ends this long after the last message. The time is stored again only when it is older than the grain. */
const VISIT_ENDS_MS = 24 * 3_600_000
const VISIT_GRAIN_MS = 10 * 60_000

export const readMemory = (state: JsonObject | null): Memory => ({
  remembered: textsOf(state?.['remembered']),
  form: formOf(state?.['form']),
  turns: numbersOf(state?.['turns']),
  visit: visitOf(state?.['visit']),
})

/** The state with parts of the memory changed; null when no memory is left. */
export const remember = (state: JsonObject | null, changes: Partial<Memory>): JsonObject | null => {
  const next: Record<string, unknown> = { ...state, ...changes }
  for (const [key, value] of Object.entries(next)) {
    if (value === null || (isJsonObject(value) && Object.keys(value).length === 0)) delete next[key]
  }
  return Object.keys(next).length === 0 ? null : (next as JsonObject)
}

/** The state with this visit counted. */
export const countVisit = (state: JsonObject | null, nowMs: number): JsonObject | null => {
  const before = readMemory(state).visit
  if (before === null) return remember(state, { visit: { count: 1, lastMs: nowMs } })
  const passedMs = nowMs - before.lastMs
  if (passedMs < VISIT_GRAIN_MS) return state
  const count = passedMs > VISIT_ENDS_MS ? before.count + 1 : before.count
  return remember(state, { visit: { count, lastMs: nowMs } })
}

const NOTHING: Readonly<Record<string, never>> = Object.freeze({})

const textsOf = (value: Json | undefined): Readonly<Record<string, string>> =>
  isJsonObject(value)
    ? Object.fromEntries(
        Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
      )
    : NOTHING

const numbersOf = (value: Json | undefined): Readonly<Record<string, number>> =>
  isJsonObject(value)
    ? Object.fromEntries(
        Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
      )
    : NOTHING

const formOf = (value: Json | undefined): FormPlace | null => {
  if (!isJsonObject(value)) return null
  const { reply, step, asked, askedMs, tries, asides, refused, given } = value
  if (typeof reply !== 'string' || typeof step !== 'number' || typeof askedMs !== 'number') return null
  const names = Array.isArray(given) ? given.filter((name) => typeof name === 'string') : []
  return {
    reply,
    step,
    ...(typeof asked === 'string' && { asked }),
    askedMs,
    ...(typeof tries === 'number' && { tries }),
    ...(typeof asides === 'number' && { asides }),
    ...(refused === true && { refused }),
    ...(names.length > 0 && { given: names }),
  }
}

const visitOf = (value: Json | undefined): Visit | null => {
  if (!isJsonObject(value)) return null
  const { count, lastMs } = value
  return typeof count === 'number' && typeof lastMs === 'number' ? { count, lastMs } : null
}
