/** Any value JSON can express. */
export type Json = string | number | boolean | null | Json[] | JsonObject
export interface JsonObject {
  [key: string]: Json
}

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

// Facebook sends some ids as bare numbers above 2^53 (docs/messenger-platform.md#e4); plain JSON.parse would round them.
const LONG_NUMBER = /[\s:[,]-?\d{16}/

/**
 * Parses JSON, keeping integers beyond 2^53 as strings of their digits.
 *
 * @throws SyntaxError as `JSON.parse` does
 */
export const parseJson = (text: string): Json =>
  LONG_NUMBER.test(text) ? (JSON.parse(text, keepDigits) as Json) : (JSON.parse(text) as Json)

const keepDigits = (_key: string, value: unknown, context?: { source?: string }): unknown =>
  typeof value === 'number' &&
  Number.isInteger(value) &&
  !Number.isSafeInteger(value) &&
  context?.source !== undefined &&
  /^-?\d+$/.test(context.source)
    ? context.source
    : value
