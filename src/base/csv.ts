/**
 * A table for spreadsheets (RFC 4180). Texts may come from strangers, so they are changed where they would be a formula, control
 * a terminal or turn the direction of a line.
 */
export const csv = (lines: readonly (readonly (string | number)[])[]): string =>
  lines.map((line) => `${line.map(cell).join(',')}\r\n`).join('')

const cell = (value: string | number): string => {
  if (typeof value === 'number') return String(value)
  const text = value.replace(/\r\n?/g, '\n').replace(STEERING, '').replace(FORMULA, "'$&")
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * Control characters, which a terminal would obey and a spreadsheet does not show, and marks that turn the direction of the
 * characters after them, also of the cells after this one.
 */
const STEERING = /(?![\t\n])[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu

/**
 * The beginning of a formula, also in full-width or small characters or after invisible ones. In spreadsheets whose separator is
 * a semicolon, as in much of Europe, or a tab, a cell also begins after each of these. The look is backwards from the sign: forwards from
 * each line break, a text of line breaks would take the square of its length.
 */
const FORMULA = /[=+\-@＝＋－＠﹦﹢﹣﹫](?<=(?:^|[;\t\n\u2028\u2029])[\s\p{Cf}]*.)(?!\))/gu
