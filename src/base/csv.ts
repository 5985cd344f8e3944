/** A table for spreadsheets (RFC 4180). Texts may come from strangers, so none of them becomes a formula or steers a terminal. */
export const csv = (lines: readonly (readonly (string | number)[])[]): string =>
  lines.map((line) => `${line.map(cell).join(',')}\r\n`).join('')

const cell = (value: string | number): string => {
  if (typeof value === 'number') return String(value)
  const text = value.replace(CONTROLS, '').replace(FORMULA, "$1'$2")
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Control characters: a terminal that the table is printed to obeys them, and a spreadsheet shows nothing of them. */
const CONTROLS = /(?![\t\n\r])\p{Cc}/gu

/**
 * How a formula begins, also in full-width characters, and after what cannot be seen. Where the list separator is a semicolon or a
 * tab, as in much of Europe, a cell begins behind each of them.
 */
const FORMULA = /(^[\s\u200B-\u200F\uFEFF]*|[;\t\r\n]\s*)([=+\-@＝＋－＠])(?!\))/g
