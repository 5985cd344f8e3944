import { isMap, isScalar, isSeq, parseDocument, type Node } from 'yaml'
import type { Mistake } from './mistakes.ts'

/** A longer line is not shown whole. */
const LONGEST = 300
/** Matches the message of a mistake that can be mended by quotes around the text. */
const TO_QUOTE = /\bstand in (?:single )?quotes\b|\bwhole text in quotes\b/
/** Matches the message of the mistake that can be mended by brackets around several texts. */
const TO_LIST = /^several texts to stand in brackets$/

/**
 * A line with its text in quotes, for a mistake that quotes mend; undefined for any other mistake, or if the text cannot be
 * separated from the rest.
 *
 * @param line - the line of the script
 */
export const mendedLine = (line: string, { column, expected, hint }: Mistake): string | undefined => {
  if (column === null || line.length > LONGEST) return undefined
  if (TO_LIST.test(expected)) return inBrackets(line)
  if (!TO_QUOTE.test(`${expected} ${hint}`)) return undefined
  const [whole = '', dashes = '', key = ''] = /^(\s*(?:- +)*)([\p{L}\p{N}_]+: +)?/u.exec(line) ?? []
  // The key belongs to the text where the mistake begins with it: `- hours: when are you open`.
  const before = key !== '' && column > dashes.length ? (column > whole.length ? whole : dashes) : dashes
  const text = bare(line.slice(before.length).trimEnd())
  // An item of a list in brackets cannot be told from the list.
  if (/^[[{](?!\{)/.test(text)) return inMapping(line.trim(), column - line.search(/\S/))
  if (text === '' || /\s#/.test(text)) return undefined
  const mended = `${before.trimStart()}${inQuotes(text)}`
  return says(mended, text) ? mended : undefined
}

/**
 * A mapping in brackets with a text of it in quotes: `{ say: 'Hi {{name}}!' }`. The text ends before the next key, or where the rest
 * closes all brackets.
 */
const inMapping = (line: string, column: number): string | undefined => {
  const [, before, begun = ''] =
    /^(.*[,{]\s*[\p{L}\p{N}_]+: +)([^,:[\]{}]*)$/u.exec(line.slice(0, column - 1)) ?? []
  if (before === undefined) return undefined
  const rest = begun + line.slice(column - 1)
  const next = rest.search(/,\s*[\p{L}\p{N}_]+:\s/u)
  const closing = rest.length - (/[\]}\s]*$/.exec(rest)?.[0].length ?? 0)
  const ends =
    next === -1 ? Array.from({ length: rest.length - closing }, (_, at) => rest.length - at) : [next]
  return ends
    .map(
      (end) =>
        `${before}${inQuotes(rest.slice(0, end).trimEnd())}${rest.slice(end).replace(/^(?=[\]}])/, ' ')}`,
    )
    .find((mended) => parseDocument(mended).errors.length === 0)
}

const inBrackets = (line: string): string | undefined => {
  const [, before = '', texts = ''] = /^\s*([\p{L}\p{N}_]+: +)(.*\S)/u.exec(line) ?? []
  const mended = `${before}[${texts}]`
  return before !== '' && parseDocument(mended).errors.length === 0 ? mended : undefined
}

/** The text without quotation marks that do not enclose all of it. */
const bare = (text: string): string => /^(["'])(.+)\1$/s.exec(text)?.[2] ?? text

const inQuotes = (text: string): string =>
  text.includes("'") && !/["\\]/.test(text) ? `"${text}"` : `'${text.replaceAll("'", "''")}'`

/** Whether the line has nothing besides the text. */
const says = (line: string, text: string): boolean => {
  const { contents, errors } = parseDocument(line)
  return errors.length === 0 && lastOf(contents) === text
}

const lastOf = (node: unknown): unknown => {
  if (isScalar(node)) return node.value
  if (isSeq(node)) return lastOf(node.items.at(-1) as Node)
  return isMap(node) ? lastOf(node.items.at(-1)?.value) : null
}
