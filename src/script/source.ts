import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  YAMLParseError,
  type Document,
  type Node,
} from 'yaml'
import { MAX_SCRIPT_BYTES } from './limits.ts'
import { ScriptError, wholeFile, type Mistake } from './mistakes.ts'
import { syntaxMistakes } from './syntax.ts'

/** A script file as YAML: a tree whose nodes have their places. */
export interface Source {
  file: string
  /** Null for a file without content. */
  root: Node | null
  text: string
  lines: LineCounter
  /** Syntax errors of YAML, in order of place. */
  syntax: readonly { offset: number; mistake: Mistake }[]
  /** The target of each alias (`*name`). */
  aliases: ReadonlyMap<Node, Node>
}

/**
 * Reads a script file as YAML 1.2.
 *
 * @throws ScriptError when it is no text, too large or nested too deeply; other mistakes are in `syntax`
 */
export const openSource = (content: string | Uint8Array, file: string): Source => {
  const text = decode(content, file)
  const lines = new LineCounter()
  // The library's check compares every key of a mapping with every other one, so duplicates are found by our reader.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false })
  try {
    return {
      file,
      root: document.contents,
      text,
      lines,
      ...collectAliases(document, (offset, name) => {
        const message = `Unresolved alias ${name}`
        document.errors.push(new YAMLParseError([offset, offset + 1], 'BAD_ALIAS', message))
      }),
      syntax: syntaxMistakes(document, text, lines),
    }
  } catch (error) {
    // The tree is built and walked by recursion.
    if (error instanceof RangeError) throw tooDeep(file, error)
    throw error
  }
}

const decode = (content: string | Uint8Array, file: string): string => {
  const size = typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength
  if (size > MAX_SCRIPT_BYTES) {
    throw new ScriptError(file, [
      wholeFile(`a file of ${Math.ceil(size / 1024)} KiB`, `at most ${MAX_SCRIPT_BYTES / 1024} KiB`),
    ])
  }
  const text = typeof content === 'string' ? content : decodeBytes(content, file)
  if (text.includes('\r') && !text.includes('\n')) {
    throw new ScriptError(file, [
      wholeFile('lines that end as on old Macs (CR)', 'lines that end with LF or CRLF (an editor offers it)'),
    ])
  }
  const binary = text.indexOf('\0')
  if (binary !== -1) {
    throw new ScriptError(file, [at(text, binary, 'a zero byte', 'a text file')])
  }
  return text
}

const decodeBytes = (bytes: Uint8Array, file: string): string => {
  const [first, second] = bytes
  const head = bytes.subarray(0, 200)
  if (HEADS_OF_DOCUMENTS.some((one) => Buffer.from(head).toString('latin1').startsWith(one))) {
    throw new ScriptError(file, [
      wholeFile(
        'a document of a word processor',
        'a plain text saved as UTF-8 (it offers it under "Save as")',
      ),
    ])
  }
  const zeros = head.filter((byte) => byte === 0).length
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || zeros > head.length / 4) {
    throw new ScriptError(file, [
      wholeFile('a text saved as UTF-16', 'a text saved as UTF-8 (an editor offers it under "Save as")'),
    ])
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    // The replacement character marks the first wrong byte, unless the writer typed one.
    const lossy = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
    const wrong = at(
      lossy,
      Math.max(0, lossy.indexOf('\uFFFD')),
      'bytes that are no UTF-8',
      'a text saved as UTF-8 (an editor offers it under "Save as")',
    )
    throw new ScriptError(file, [wrong], { cause: error })
  }
}

/** A zip archive, as .docx and .odt are, an old Word file, RTF, and PDF. */
const HEADS_OF_DOCUMENTS = ['PK\x03\x04', '\xd0\xcf\x11\xe0', '{\\rtf', '%PDF-']

const at = (text: string, offset: number, found: string, expected: string): Mistake => {
  const before = text.slice(0, offset)
  return {
    line: before.split('\n').length,
    column: offset - before.lastIndexOf('\n'),
    found,
    expected,
    hint: null,
  }
}

const collectAliases = (
  document: Document,
  unresolved: (offset: number, name: string) => void,
): Pick<Source, 'aliases'> => {
  const anchors = new Map<string, Node>()
  const aliases = new Map<Node, Node>()
  visit(document, {
    Alias: (_key, alias) => {
      const target = anchors.get(alias.source)
      if (target === undefined) unresolved(alias.range?.[0] ?? 0, alias.source)
      else aliases.set(alias, target)
    },
    Node: (_key, node) => {
      if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined) {
        anchors.set(node.anchor, node)
      }
    },
  })
  return { aliases }
}

const tooDeep = (file: string, cause: Error): ScriptError =>
  new ScriptError(file, [wholeFile('lists or mappings inside each other many times over', 'a few levels')], {
    cause,
  })
