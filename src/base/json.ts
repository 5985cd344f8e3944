/** Any value JSON can express. */
export type Json = string | number | boolean | null | Json[] | JsonObject
export interface JsonObject {
  [key: string]: Json
}

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

// Facebook sends some ids as bare numbers above 2^53 (docs/messenger-platform.md#e4); plain JSON.parse would round them.
const LONG_NUMBER = /[\s:[,]-?\d{16}/
// Strings (up to the end of the text if one is not closed) and whole numbers of 16 digits or more.
const TEXTS_AND_LONG_NUMBERS =
  /"[^"\\]*(?:\\[^][^"\\]*)*(?:"|\\?$)|(?<![\w.+-])-?[1-9]\d{15,}(?=\s*(?:[,\]}]|$))/g

/**
 * Parses JSON, keeping integers beyond 2^53 as strings of their digits. They are quoted before the text is parsed, because a
 * reviver of `JSON.parse` recurses for each level and throws a RangeError on deeply nested JSON.
 *
 * @throws SyntaxError as `JSON.parse` does
 */
export const parseJson = (text: string): Json =>
  JSON.parse(LONG_NUMBER.test(text) ? text.replace(TEXTS_AND_LONG_NUMBERS, quoteUnsafe) : text) as Json

const quoteUnsafe = (token: string): string =>
  token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `"${token}"`

/** Removes the byte order mark that editors and some proxies put before a text. */
export const unmarked = (text: string): string => (text.startsWith('\uFEFF') ? text.slice(1) : text)
