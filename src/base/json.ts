/** Any value JSON can express. */
export type Json = string | number | boolean | null | Json[] | JsonObject
export interface JsonObject {
  [key: string]: Json
}

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

// Facebook sends some ids as bare numbers above 2^53 (docs/messenger-platform.md#e4); plain JSON.parse would round them.
const LONG_NUMBER = /[\s:[,]-?\d{16}/
// Texts (up to the end where one is not closed) and whole numbers of 16 digits or more.
const TEXTS_AND_LONG_NUMBERS =
  /"[^"\\]*(?:\\[^][^"\\]*)*(?:"|\\?$)|(?<![\w.+-])-?[1-9]\d{15,}(?=\s*(?:[,\]}]|$))/g

/**
 * Parses JSON, keeping integers beyond 2^53 as strings of their digits. They are put between quotation marks before the text is
 * parsed: a reviver of `JSON.parse` calls itself for each level and ends with a RangeError where valid JSON is nested deep.
 *
 * @throws SyntaxError as `JSON.parse` does
 */
export const parseJson = (text: string): Json =>
  JSON.parse(LONG_NUMBER.test(text) ? text.replace(TEXTS_AND_LONG_NUMBERS, quoteUnsafe) : text) as Json

const quoteUnsafe = (token: string): string =>
  token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `"${token}"`

/** The text without the byte order mark that editors and some proxies put before it. */
export const unmarked = (text: string): string => (text.startsWith('\uFEFF') ? text.slice(1) : text)
