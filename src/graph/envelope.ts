import { isJsonObject, parseJson, type Json, type JsonObject } from '../base/json.ts'
import { oneLine } from './redact.ts'
import { readWhole } from './read.ts'

/** The object under `error` in an answer of Graph. */
export interface Envelope {
  code: number | null
  subcode: number | null
  /** Graph's own words. */
  message: string
  /** The texts of `error_user_title`, `error_user_msg` and `error_data`, in the language of the person who made the token. */
  detail: string
  isTransient: boolean
  fbtraceId: string | null
}

/**
 * Reads an error as Graph sends it. Graph sends some numbers and flags as strings.
 *
 * @see docs/messenger-platform.md#c1
 */
export const readEnvelope = (error: JsonObject): Envelope => ({
  code: codeOf(error),
  // Subcode 0 stands for none.
  subcode: readWhole(error['error_subcode'] ?? error['subcode']) || null,
  message: wordsOf(error['message']),
  detail: detailOf(error),
  isTransient: YES.has(error['is_transient']),
  fbtraceId: typeof error['fbtrace_id'] === 'string' ? oneLine(error['fbtrace_id'], 64) : null,
})

/**
 * Whether Graph itself wrote the error: gateways put an object under `error`, too, but without a code together with `type` or
 * `fbtrace_id`.
 */
export const isEnvelope = (error: JsonObject): boolean =>
  readWhole(error['code']) !== null && (isText(error['type']) || isText(error['fbtrace_id']))

/** Old errors, and programs that pass on Graph's, have the code in the text alone: "(#200) Permissions error". */
const codeOf = ({ code, message }: JsonObject): number | null =>
  readWhole(code) ?? readWhole(/^\(#(-?\d{1,9})\)/.exec(wordsOf(message))?.[1])

/**
 * Whether another program wrote the error. Such a program may give its HTTP status as the code, and a status such as 413 has another meaning among
 * Graph's codes.
 */
export const isOfAnother = (error: JsonObject, httpStatus: number): boolean => {
  const code = codeOf(error)
  const hasMark = ['type', 'fbtrace_id', 'error_subcode', 'is_transient'].some((name) => name in error)
  return !hasMark && (code === null || code === httpStatus)
}

const YES: ReadonlySet<Json | undefined> = new Set([true, 'true', 1, '1'])

/** The further texts of an error, without those that `message` contains. */
const detailOf = (error: JsonObject): string => {
  const message = wordsOf(error['message'])
  const said = [error['error_user_title'], error['error_user_msg'], ...dataOf(error['error_data'])]
    .map(wordsOf)
    .filter((words) => words !== '' && !message.includes(words))
  return [...new Set(said)].join('. ')
}

/**
 * Texts of `error_data`: a text in old errors; in others an object that names a parameter or holds `details`. It may be the JSON
 * of these as text, once or twice, also of null.
 */
const dataOf = (data: Json | undefined): (Json | undefined)[] => {
  const read = typeof data === 'string' ? parsed(data) : data
  if (!isJsonObject(read)) return [read]
  const blamed = [read['blame_field'], read['blame_field_specs']].flat(3).filter(isText)
  return [read['details'], ...(blamed.length > 0 ? [`parameter ${blamed.join(', ')}`] : [])]
}

const parsed = (text: string): Json => {
  try {
    const value = parseJson(text)
    return typeof value === 'string' ? parsed(value) : value
  } catch {
    return text
  }
}

const wordsOf = (value: Json | undefined): string => (isText(value) ? value.trim() : '')

const isText = (value: unknown): value is string => typeof value === 'string'
