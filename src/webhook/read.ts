import { isJsonObject, type Json, type JsonObject } from '../base/json.ts'

/** What a field may hold once its presence is not taken for granted. */
export type Field = Json | undefined

/** The object, or an empty one. */
export const objectOf = (field: Field): JsonObject => (isJsonObject(field) ? field : NOTHING)

/** The list; a lone value counts as a list of one, an absent one as none. */
export const listOf = (field: Field): Json[] =>
  Array.isArray(field) ? field : field === undefined || field === null ? [] : [field]

export const textOf = (field: Field): string | null =>
  typeof field === 'string' ? field : typeof field === 'number' ? String(field) : null

/** Ids come as strings and as numbers (docs/messenger-platform.md#e4); an empty one is none. */
export const idOf = (field: Field): string | null => textOf(field) || null

/** As {@link idOf}; `0` stands for no app. */
export const appIdOf = (field: Field): string | null => {
  const id = idOf(field)
  return id === '0' ? null : id
}

export const countOf = (field: Field): number | null => {
  const number = typeof field === 'string' && field !== '' ? Number(field) : field
  return typeof number === 'number' && Number.isFinite(number) ? number : null
}

/** A moment in ms since the epoch, from milliseconds or seconds, number or string (docs/messenger-platform.md#e4). */
export const millisOf = (field: Field): number | null => {
  const number = countOf(field)
  if (number === null || number <= 0 || number > LAST_MS) return null
  return Math.trunc(number < FIRST_MS ? number * 1000 : number)
}

/** The value as JSON text, or null when it is nested too deep to be written. */
export const jsonOf = (value: Json): string | null => {
  try {
    return JSON.stringify(value)
  } catch {
    return null
  }
}

const NOTHING: JsonObject = Object.freeze({})
// Below this, a number of milliseconds would lie in 1973, and as seconds it reaches the year 5138.
const FIRST_MS = 1e11
// The last moment a Date can hold.
const LAST_MS = 8.64e15
