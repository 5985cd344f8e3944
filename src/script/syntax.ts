import type { Document, LineCounter } from 'yaml'
import { marksHint } from './look-alikes.ts'
import { quoted, type Mistake } from './mistakes.ts'

/** What YAML itself complains about, in words for someone who does not know its grammar. */
export const syntaxMistakes = (
  document: Document,
  text: string,
  lines: LineCounter,
): { offset: number; mistake: Mistake }[] => {
  const mistakes: { offset: number; mistake: Mistake }[] = []
  const seen = new Set<number>()
  const complaints = [...document.errors, ...document.warnings].toSorted((a, b) => a.pos[0] - b.pos[0])
  for (const { code, message, pos } of complaints) {
    const offset = pos[0]
    const { line, col } = lines.linePos(offset)
    // What follows on the same line follows from the first complaint.
    if (seen.has(line)) continue
    seen.add(line)
    const plain = isOpenQuote(code, message) ? OPEN_QUOTE : PLAIN_WORDS[code]
    mistakes.push({
      offset,
      mistake: {
        line,
        column: col,
        found: plain?.found ?? foundAt(text, offset),
        expected: plain?.expected ?? `something else here (YAML: ${message})`,
        hint: marksHint(lineOf(text, lines, line)) ?? plain?.hint ?? hintFor(text, lines, line),
      },
    })
  }
  return mistakes
}

interface PlainWords {
  found: string
  expected: string
  hint?: string
}

const PLAIN_WORDS: Record<string, PlainWords> = {
  BLOCK_AS_IMPLICIT_KEY: {
    found: 'a second colon',
    expected: 'one colon in a line',
    hint: 'A text with a colon and a space in it must stand in quotes.',
  },
  MULTILINE_IMPLICIT_KEY: {
    found: 'a line that belongs to nothing',
    expected: 'a key and a colon, or a deeper indentation',
  },
  TAB_AS_INDENT: { found: 'a tab', expected: 'spaces before the first word of a line' },
  BAD_INDENT: {
    found: 'an indentation that fits no line above, or an unclosed bracket',
    expected: 'keys of one list or mapping to begin in the same column, and every bracket to be closed',
  },
  BAD_DQ_ESCAPE: {
    found: 'a backslash in double quotes',
    expected: 'single quotes, in which a backslash stands for itself',
    hint: "A regular expression is written without quotes, or like '/order\\s+(\\d+)/i'.",
  },
  BAD_SCALAR_START: { found: 'a text that begins with @ or `', expected: 'such a text to stand in quotes' },
  MULTIPLE_DOCS: { found: 'a second document (---)', expected: 'one document in a file' },
  TAG_RESOLVE_FAILED: {
    found: 'a tag (!)',
    expected: 'no tags',
    hint: 'A text that begins with ! must stand in quotes.',
  },
  BAD_ALIAS: { found: 'an alias (*)', expected: 'a text that begins with * to stand in quotes' },
  RESOURCE_EXHAUSTION: {
    found: 'lists or mappings inside each other many times over',
    expected: 'a few levels',
  },
}

/** The library has one code for everything that is missing. */
const isOpenQuote = (code: string, message: string): boolean =>
  code === 'MISSING_CHAR' && /closing .quote/.test(message)

const OPEN_QUOTE: PlainWords = {
  found: 'the end of a text whose quotation mark is not closed',
  expected: 'the same mark at its end',
  hint: "An apostrophe in single quotes is written twice: 'it''s'.",
}

const foundAt = (text: string, offset: number): string => {
  const snippet = text.slice(offset, offset + 60).split('\n')[0] ?? ''
  return snippet.trim() === '' ? 'the end of the line' : quoted(snippet)
}

const hintFor = (text: string, lines: LineCounter, line: number): string | null =>
  /[:[,-]\s*\{\{/.test(lineOf(text, lines, line)) ? VARIABLE_FIRST : null

/** The text of a line, as much as a hint looks at. */
export const lineOf = (text: string, lines: LineCounter, line: number): string => {
  const start = lines.lineStarts[line - 1] ?? 0
  return text.slice(start, start + 2000).split('\n')[0] ?? ''
}

/** `{` begins a mapping in YAML, so a text that begins with a variable is taken for one. */
export const VARIABLE_FIRST = 'A text that begins with {{ must stand in quotes.'
