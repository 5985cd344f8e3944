import { visit, type Document, type LineCounter } from 'yaml'
import { colonHint, marksHint } from './look-alikes.ts'
import { quoted, type Mistake } from './mistakes.ts'
import { createRepeated } from './repeated-mistakes.ts'

/** YAML's syntax errors, in words for a reader who does not know its grammar. */
export const syntaxMistakes = (
  document: Document,
  text: string,
  lines: LineCounter,
): { offset: number; mistake: Mistake }[] => {
  const mistakes: { offset: number; mistake: Mistake }[] = []
  const seen = new Set<number>()
  let isOutOfPlace = false
  let isOutside = false
  const repeated = createRepeated({ tab: TAB.found, indentation: BAD_INDENT.found })
  const complaints = [...document.errors, ...document.warnings].toSorted((a, b) => a.pos[0] - b.pos[0])
  for (const { code, message, pos } of complaints) {
    const told = lines.linePos(pos[0]).line
    // Further complaints about a line result from the first.
    if (seen.has(told)) continue
    // Where a line closes the list or mapping of all replies, each line below it is complained of.
    if (OUTSIDE.test(message)) {
      if (isOutside) continue
      isOutside = true
      const cause = mistakes.at(-1)?.mistake
      if (cause !== undefined) {
        cause.hint = [cause.hint, READ_LATER].filter((hint) => hint !== null).join(' ')
        continue
      }
    }
    const plain = WORDS.find((words) => words.code === code && words.fits?.(message, text, pos[0]) !== false)
    const offset = plain?.place?.(text, pos[0], document) ?? pos[0]
    const { line, col } = lines.linePos(offset)
    if (seen.has(line)) continue
    seen.add(told).add(line)
    const own = lineOf(text, lines, line)
    // Below a line that ends every list and mapping, each line of theirs is complained of.
    if (isOutOfPlace && plain?.found === BAD_INDENT.found) continue
    isOutOfPlace ||=
      !own.startsWith(' ') && (code === 'TAB_AS_INDENT' || plain?.found === BELONGS_TO_NOTHING.found)
    const mistake: Mistake = {
      line,
      column: col,
      found: plain?.found.replace('$', text[offset] ?? '') ?? foundAt(text, offset),
      expected: plain?.expected ?? `something else here (YAML: ${message})`,
      hint: marksHint(own) ?? colonHint(own.trim()) ?? plain?.hint ?? hintFor(own),
    }
    if (!repeated.isAgain(mistake, own)) mistakes.push({ offset, mistake })
  }
  repeated.tell()
  return mistakes
}

const TAB = { found: 'a tab', expected: 'spaces before the first word of a line' }

const OUTSIDE = / in YAML stream\b/
const READ_LATER = 'The lines below are read when this is mended.'

interface PlainWords {
  /** The library's code of the complaint; `fits` tells several causes of one code apart. */
  code: string
  fits?: (message: string, text: string, offset: number) => boolean
  /** The place to show, where it is not the library's. */
  place?: (text: string, offset: number, document: Document) => number
  /** `$` is replaced by the character at the place. */
  found: string
  expected: string
  hint?: string
}

/** A colon followed by a space makes the text before it a key. */
export const COLON_IN_TEXT = 'A text with a colon and a space in it must stand in quotes.'

/** Without the comma, the item before it is read as a key. */
export const NO_COMMA = 'an item without a comma before it'

const IN_QUOTES = 'such a text to stand in quotes'
const SECOND_COLON = {
  found: 'a second colon',
  expected: 'one colon in a line',
  hint: COLON_IN_TEXT,
}
const BELONGS_TO_NOTHING = {
  found: 'a line that belongs to nothing',
  expected: 'a key and a colon, or a deeper indentation',
}
const BAD_INDENT = {
  found: 'an indentation that fits no line above',
  expected: 'keys of one list or mapping to begin in the same column',
}

/** The nearest opening bracket that has no closing one before the offset. */
const openBracket = (text: string, offset: number): number => {
  let closed = 0
  for (let at = offset - 1; at >= Math.max(0, offset - 2000); at -= 1) {
    if (/[\]}]/.test(text[at] ?? '')) closed += 1
    else if (/[[{]/.test(text[at] ?? '')) {
      if (closed === 0) return at
      closed -= 1
    }
  }
  return offset
}

/** The opening mark of the text in quotes that ends at the offset: its end is often the end of the file. */
const openQuote = (_text: string, offset: number, document: Document): number => {
  let at = offset
  visit(document, {
    Scalar: (_key, { type, range }) => {
      if (type?.startsWith('QUOTE') && range && range[0] < offset && range[1] >= offset) at = range[0]
    },
  })
  return at
}

/** Chat programs and web pages put such a line before and behind code. */
const FENCE = {
  fits: (_message: string, text: string, offset: number): boolean =>
    /^(?:`{3}|~{3})/.test(text.slice(offset, offset + 3)),
  found: 'a line of Markdown (```)',
  expected: 'the script alone',
  hint: 'Delete this line; it only stands around code on web pages and in chats.',
}

/** The first entry that fits is used. */
const WORDS: readonly PlainWords[] = [
  { code: 'MULTILINE_IMPLICIT_KEY', ...FENCE },
  { code: 'MISSING_CHAR', ...FENCE },
  { code: 'BAD_SCALAR_START', ...FENCE },
  { code: 'BLOCK_AS_IMPLICIT_KEY', fits: (message) => message.includes('sequence'), ...BAD_INDENT },
  {
    code: 'BLOCK_AS_IMPLICIT_KEY',
    // The extra colon is in a later line, whose key was read as part of this text.
    fits: (_message, text, offset) => !/^[^\n]*:(?:\s|$)/.test(text.slice(offset)),
    place: (text, offset) => {
      const end = text.indexOf('\n', offset)
      return end === -1 ? offset : end + 1 + text.slice(end + 1).search(/\S|$/)
    },
    found: 'a key that begins further in than the one above it',
    expected: 'keys of one mapping to begin in the same column',
  },
  { code: 'BLOCK_AS_IMPLICIT_KEY', ...SECOND_COLON },
  {
    code: 'BLOCK_IN_FLOW',
    found: 'a second colon',
    expected: 'a comma before the next key',
    hint: SECOND_COLON.hint,
  },
  { code: 'MULTILINE_IMPLICIT_KEY', ...BELONGS_TO_NOTHING },
  {
    code: 'MISSING_CHAR',
    fits: (message) => /closing .quote/.test(message),
    place: openQuote,
    found: 'a text whose quotation mark is not closed',
    expected: 'the same mark at its end',
    hint: "An apostrophe in single quotes is written twice: 'it''s'.",
  },
  { code: 'MISSING_CHAR', fits: (message) => message.startsWith('Implicit'), ...BELONGS_TO_NOTHING },
  {
    code: 'MISSING_CHAR',
    fits: (message, text, offset) =>
      message.startsWith('Missing , or :') &&
      /["']\s*[;；،、，|/]*\s*$/.test(text.slice(0, offset).slice(-50)),
    found: NO_COMMA,
    expected: 'a comma (,) between two items',
  },
  {
    code: 'MISSING_CHAR',
    fits: (message) => message.startsWith('Missing , or :'),
    found: 'a bracket within a text of a list',
    expected: 'a comma between two items',
    hint: 'In a list in brackets a text with [ ] { } or a comma in it must stand in single quotes.',
  },
  {
    code: 'UNEXPECTED_TOKEN',
    fits: (message, text, offset) =>
      message.endsWith('at node end') && /^\s*,\s*["']/.test(text.slice(offset, offset + 50)),
    found: 'a comma between texts',
    expected: 'several texts to stand in brackets',
  },
  {
    code: 'UNEXPECTED_TOKEN',
    fits: (message, text, offset) =>
      message.endsWith('at node end') && /^\s*,\s*(?:\n|$)/.test(text.slice(offset, offset + 50)),
    found: 'a comma at the end of a line',
    expected: 'no comma there',
    hint: 'Commas stand between items in brackets alone.',
  },
  {
    code: 'UNEXPECTED_TOKEN',
    fits: (message) => message === 'Unexpected , in flow sequence' || message === 'Unexpected , in flow map',
    found: 'a comma without an item before it',
    expected: 'one comma between two items',
  },
  {
    code: 'UNEXPECTED_TOKEN',
    fits: (message, text, offset) =>
      message.endsWith('at node end') && /["']\s*$/.test(text.slice(0, offset).slice(-50)),
    found: 'a text that goes on behind its closing quotation mark',
    expected: 'the mark at the end of the text',
    hint: "Put the whole text in quotes; an apostrophe in single quotes is written twice: 'it''s'.",
  },
  {
    code: 'UNEXPECTED_TOKEN',
    fits: (message) => /^Unexpected flow-\w+-start at node end$/.test(message),
    found: 'a bracket within a text',
    expected: 'a text in brackets that has [ ] { } in it to stand in quotes',
  },
  {
    code: 'UNEXPECTED_TOKEN',
    fits: (message) => message.endsWith('at node end'),
    found: 'a text that goes on behind a closing bracket',
    expected: 'the bracket at the end',
    hint: 'A text that begins with [ or { must stand in quotes.',
  },
  {
    code: 'UNEXPECTED_TOKEN',
    fits: (message) => message.includes('flow-'),
    found: 'a closing bracket that none has opened',
    expected: 'as many opening ones',
    hint: 'A text that begins with a bracket must stand in quotes.',
  },
  {
    code: 'UNEXPECTED_TOKEN',
    fits: (message) => message.includes('block-seq-ind'),
    found: 'a list that begins in the line of its key',
    expected: 'its items in the lines below, each after "- "',
    hint: 'A text that begins with - must stand in quotes.',
  },
  {
    code: 'UNEXPECTED_TOKEN',
    fits: (message) => /^(?:Block scalar header|Not a YAML token)/.test(message),
    found: 'a text in the line of its | or >',
    expected: 'it in the lines below',
    hint: 'A text that begins with | or > must stand in quotes.',
  },
  { code: 'TAB_AS_INDENT', ...TAB },
  {
    code: 'BAD_INDENT',
    fits: (message, text, offset) =>
      message.startsWith('Flow') && /[[{][^\n]*\s#[^\n]*\n[^\n]*$/.test(text.slice(0, offset).slice(-1000)),
    found: 'the next line, before the bracket of a list was closed',
    expected: 'the bracket before the # in the line above',
    hint: 'What follows # is a comment: a text with # in it must stand in quotes.',
  },
  {
    code: 'BAD_INDENT',
    fits: (message) => message.startsWith('Flow'),
    place: openBracket,
    found: 'a bracket that is not closed',
    expected: 'the closing one, ] or }, after the last item',
  },
  { code: 'BAD_INDENT', ...BAD_INDENT },
  {
    code: 'BAD_DQ_ESCAPE',
    found: 'a backslash in double quotes',
    expected: 'single quotes, in which a backslash stands for itself',
    hint: "A regular expression is written without quotes, or like '/order\\s+(\\d+)/i'.",
  },
  { code: 'BAD_SCALAR_START', found: 'a text that begins with $', expected: IN_QUOTES },
  { code: 'MULTIPLE_DOCS', found: 'a second document (---)', expected: 'one document in a file' },
  {
    code: 'TAG_RESOLVE_FAILED',
    fits: (message) => message.includes('!include'),
    found: 'a tag (!)',
    expected: 'the whole script in one file',
    hint: 'Nothing can be included; only Pages can have files of their own, under "pages".',
  },
  {
    code: 'TAG_RESOLVE_FAILED',
    found: 'a tag (!)',
    expected: 'no tags',
    hint: 'A text that begins with ! must stand in quotes.',
  },
  {
    code: 'BAD_ALIAS',
    found: 'an alias (*)',
    expected: 'a text that begins with * to stand in quotes',
    hint: 'Where it is to stand for another value, that one is marked with & further up.',
  },
  {
    code: 'RESOURCE_EXHAUSTION',
    found: 'lists or mappings inside each other many times over',
    expected: 'a few levels',
  },
]

const foundAt = (text: string, offset: number): string => {
  const snippet = text.slice(offset, offset + 60).split('\n')[0] ?? ''
  return snippet.trim() === '' ? 'the end of the line' : quoted(snippet)
}

const hintFor = (line: string): string | null => (/[:[,-]\s*\{\{/.test(line) ? VARIABLE_FIRST : null)

/** The part of a line that hints look at. */
export const lineOf = (text: string, lines: LineCounter, line: number): string => {
  const start = lines.lineStarts[line - 1] ?? 0
  return text.slice(start, start + 2000).split('\n')[0] ?? ''
}

/** `{` begins a mapping in YAML, so a text that begins with a variable is read as one. */
export const VARIABLE_FIRST = 'A text that begins with {{ must stand in quotes.'
