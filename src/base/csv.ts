/**
 * A table for spreadsheets (RFC 4180). Texts may come from strangers, so they are changed where they would be a formula or
 * control a terminal.
 */
export const csv = (lines: readonly (readonly (string | number)[])[]): string =>
  lines.map((line) => `${line.map(cell).join(',')}\r\n`).join('')

const cell = (value: string | number): string => {
  if (typeof value === 'number') return String(value)
  const text = value.replace(CONTROLS, '').replace(FORMULA, "$1'$2")
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Control characters, which a terminal would obey and a spreadsheet does not show. */
const CONTROLS = /(?![\t\n\r])\p{Cc}/gu

/**
 * The beginning of a formula, also in full-width characters or after invisible ones. In spreadsheets whose separator is a
 * semicolon, as in much of Europe, or a tab, a cell also begins after each of these.
 */
const FORMULA = /(^[\s\u200B-\u200F\uFEFF]*|[;\t\r\n]\s*)([=+\-@＝＋－＠])(?!\))/g
