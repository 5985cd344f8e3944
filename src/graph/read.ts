import { isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import { GraphError, type Verdict } from './error.ts'
import { oneLine } from './redact.ts'

/**
 * An id as a string, from a string or a number; null for none. Some types of tokens have the user id `"0"`, which stands for
 * none.
 */
export const readId = (value: Json | undefined): string | null => {
  const id = typeof value === 'number' ? String(value) : value
  return typeof id === 'string' && id !== '' && id !== '0' ? id : null
}

/** A whole number, from a number or its digits; null for anything else. */
export const readWhole = (value: Json | undefined): number | null => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : null
}

/** A name as one line of at most 200 characters, so that a Page's name cannot break a terminal or a log; null for none. */
export const readName = (name: Json | undefined): string | null =>
  typeof name === 'string' && name.trim() !== '' ? oneLine(name, 200) : null

/** The strings of a list; empty for anything else. */
export const strings = (value: Json | undefined): string[] =>
  readList(value).filter((item) => typeof item === 'string')

/** The items of a list; empty for anything else. */
export const readList = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : [])

/**
 * The body of a list. Graph sends an empty list where there are no entries, so an object without a list comes from a proxy.
 *
 * @throws GraphError `transient`
 */
export const listed = (edge: string, body: JsonObject): JsonObject => {
  if (!Array.isArray(body['data'])) throw unexpected(edge, 'sent no list', 'transient')
  return body
}

/** Names of webhook fields. Newer versions of Graph send `{name, version}`, the reference shows strings. */
export const fieldNames = (fields: Json | undefined): string[] =>
  readList(fields).flatMap((field) => {
    const name = isJsonObject(field) ? field['name'] : field
    return typeof name === 'string' ? [name] : []
  })

/** The error for an answer that the bot cannot use, although it has HTTP 200 and no error envelope. */
export const unexpected = (edge: string, what: string, verdict: Verdict): GraphError =>
  new GraphError(`Facebook ${what} on "${edge}"`, { verdict, edge, httpStatus: 200 })
