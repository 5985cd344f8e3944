import { withoutSteering } from '../base/steering.ts'

/** Breaks a line at spaces, and inside words that are longer than the width. */
export const wrap = (line: string, width: number): string[] => {
  const rows: string[] = []
  let row = ''
  for (const word of line.split(' ')) {
    if (row !== '' && columnsOf(row) + 1 + columnsOf(word) > width) {
      rows.push(row)
      row = ''
    } else if (row !== '') {
      row += ' '
    }
    for (const character of word) {
      if (columnsOf(row) + columnsOf(character) > width) {
        rows.push(row)
        row = ''
      }
      row += character
    }
  }
  return [...rows, row]
}

/** The number of rows that lines need in a window of this width, which breaks long lines by itself. */
export const rowsNeeded = (lines: readonly string[], columns: number): number =>
  lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(columnsOf(line) / columns)), 0)

/** The most columns that a terminal may need for a text: characters that may be wide count as wide. */
const columnsOf = (text: string): number => {
  let columns = 0
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    columns += point < 0x1100 || (point >= 0x2000 && point < 0x2600) ? 1 : 2
  }
  return columns
}

/**
 * Removes characters that control the terminal or the direction of a line, for texts such as a Page's name or a visitor's text.
 */
export const plainLine = (text: string): string => text.replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069]+/gu, ' ')

/** A value as one line of JSON, with characters escaped that control a terminal. */
export const jsonLine = (value: unknown): string => withoutSteering(JSON.stringify(value))

/** Dots for a hidden text, with its length if it is long. */
export const maskText = (typed: string): string => {
  if (typed.length <= MASK) return '•'.repeat(typed.length)
  return `${'•'.repeat(MASK)} (${typed.length} characters)`
}

const MASK = 8
