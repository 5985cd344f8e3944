/** A part of a text. */
export interface Range {
  start: number
  end: number
}

/**
 * The lines of a reply (of the fallback for null), found by indentation, because parsing the whole script for one reply takes ten
 * times as long. Null unless the name begins its line and the lines below are indented further.
 */
export const blockOf = (text: string, name: string | null): Range | null => {
  const whole = { start: 0, end: text.length }
  if (name === null) return keyIn(text, whole, 0, 'fallback')
  const replies = keyIn(text, whole, 0, 'replies')
  if (replies === null) return null
  const [first, ...rest] = linesIn(text, replies)
  if (first === undefined || !/:\s*(?:#.*)?$/.test(text.slice(first.start, first.end))) return null
  const child = rest.find(({ indent }) => indent !== null)
  if (child === undefined || child.indent === null || child.indent === 0) return null
  return keyIn(text, { start: first.end, end: replies.end }, child.indent, name)
}

interface TextLine extends Range {
  /** Null for a line that is blank or a comment. */
  indent: number | null
}

const keyIn = (text: string, range: Range, indent: number, name: string): Range | null => {
  let start: number | null = null
  for (const line of linesIn(text, range)) {
    if (line.indent === null) continue
    if (start !== null) {
      if (line.indent <= indent) return { start, end: line.start }
    } else if (line.indent === indent && keyOf(text.slice(line.start + indent, line.end)) === name) {
      start = line.start
    }
  }
  return start === null ? null : { start, end: range.end }
}

function* linesIn(text: string, { start, end }: Range): Generator<TextLine> {
  for (let from = start; from < end;) {
    const feed = text.indexOf('\n', from)
    const to = feed === -1 || feed >= end ? end : feed + 1
    const blank = BLANK.exec(text.slice(from, to))
    yield { start: from, end: to, indent: blank === null ? null : (blank[1]?.length ?? 0) }
    from = to
  }
}

const BLANK = /^( *)[^\s#]/
const KEY = /^(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)'|([^\s"'[\]{},#&*!|>%@`-][^:#]*?|[^\s:#]+?))\s*:(?:\s|$)/

const keyOf = (line: string): string | null => {
  const [, double, single, plain] = KEY.exec(line) ?? []
  if (double !== undefined) return double.includes('\\') ? null : double
  return single?.replaceAll("''", "'") ?? plain ?? null
}
