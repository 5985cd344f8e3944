import { isJsonObject, type Json, type JsonObject } from '../base/json.ts'

/** The value of a field that may be absent. */
export type FieldValue = Json | undefined

/** The object, or an empty one. */
export const objectOf = (field: FieldValue): JsonObject => (isJsonObject(field) ? field : NOTHING)

/** The list; a lone value counts as a list of one, an absent one as none. */
export const listOf = (field: FieldValue): Json[] =>
  Array.isArray(field) ? field : field === undefined || field === null ? [] : [field]

export const textOf = (field: FieldValue): string | null =>
  typeof field === 'string' ? field : typeof field === 'number' ? String(field) : null

/**
 * An id from a string or a number (docs/messenger-platform.md#e4); null for an empty one. Null also for a text that a database
 * refuses (control characters, half a surrogate pair, more than 500 characters), because the store would refuse the whole
 * callback with it.
 */
export const idOf = (field: FieldValue): string | null => {
  const id = textOf(field)
  return id && id.length <= LONGEST_ID && id.isWellFormed() && !CONTROL.test(id) ? id : null
}

/** As {@link idOf}; `0` stands for no app. */
export const appIdOf = (field: FieldValue): string | null => {
  const id = idOf(field)
  return id === '0' ? null : id
}

export const countOf = (field: FieldValue): number | null => {
  const number = typeof field === 'string' && field !== '' ? Number(field) : field
  return typeof number === 'number' && Number.isFinite(number) ? number : null
}

/**
 * A moment in ms since the epoch, from seconds, milliseconds, microseconds or nanoseconds, number or string
 * (docs/messenger-platform.md#e4). Each unit is told by its size.
 */
export const millisOf = (field: FieldValue): number | null => {
  const number = countOf(field)
  if (number === null || number <= 0 || number >= LAST_NS) return null
  if (number < FIRST_MS) return Math.trunc(number * 1000)
  return Math.trunc(number < FIRST_US ? number : number / (number < FIRST_NS ? 1e3 : 1e6))
}

/**
 * The value with its JSON text. A value that is nested too deep for `JSON.stringify` is cut off at 100 levels, so that the rest
 * can be read.
 */
export const written = (value: Json): { value: Json; text: string } => {
  try {
    return { value, text: JSON.stringify(value) }
  } catch {
    const cut = cutOff(value, DEEPEST)
    return { value: cut, text: JSON.stringify(cut) }
  }
}

const cutOff = (value: Json, levels: number): Json => {
  if (typeof value !== 'object' || value === null) return value
  if (levels === 0) return null
  if (Array.isArray(value)) return value.map((item) => cutOff(item, levels - 1))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cutOff(item, levels - 1)]))
}

const NOTHING: JsonObject = Object.freeze({})
// Message ids have some 200 characters; an index entry of PostgreSQL takes at most 2,700 bytes.
const LONGEST_ID = 500
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/
// Facebook nests some ten levels.
const DEEPEST = 100
// As milliseconds, 1e11 lies in 1973; as seconds, in the year 5138. The further limits follow in the same way.
const FIRST_MS = 1e11
const FIRST_US = 1e14
const FIRST_NS = 1e17
const LAST_NS = 1e20
