import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import { createBoundedMap } from '../base/bounded-map.ts'
import { MAX_SCRIPT_BYTES } from './limits.ts'
import { mediaLooks } from './media-files.ts'
import { ScriptError, wholeFile } from './mistakes.ts'
import { parseScript } from './parse.ts'
import type { Script } from './types.ts'

/** Reads the texts of one script: its file, and texts that people are editing. */
export interface ScriptReader {
  /** A text that was read a moment ago is not read again, because a large script takes a third of a second. */
  read: (content: string | Uint8Array) => ReadText
  /** Whether the files that a text names look as they did when it was read. */
  isAsItWas: (read: ReadText) => boolean
}

export type ReadText = { looks: Looks } & ({ script: Script } | { script: null; error: ScriptError })

/** The files that a text names, by path, and their looks. */
type Looks = ReadonlyMap<string, string>

export interface ScriptReaderDeps {
  /** Its path, as the operator wrote it. */
  file: string
  /** The folder that file names begin in; the script's own when absent. */
  folder?: string
  /** Whether it is the script of some Pages, beside the main one. */
  isOfPage?: boolean
  /** The bot's data folder: no file in it is ever sent. */
  dataDir: string
  /** Variables that any text may mention. */
  variables: readonly string[]
}

/** Texts kept: the file's, and the one that may replace it. */
const REMEMBERED = 2

export const createScriptReader = (deps: ScriptReaderDeps): ScriptReader => {
  const { file, folder = dirname(file), isOfPage = false, dataDir, variables } = deps
  const look = mediaLooks({ folder, dataDir })
  const known = createBoundedMap<string, ReadText>(REMEMBERED)

  const isAsItWas: ScriptReader['isAsItWas'] = ({ looks }) =>
    [...looks].every(([path, before]) => JSON.stringify(look(path)) === before)

  const readAnew = (content: string | Uint8Array): ReadText => {
    const looks = new Map<string, string>()
    const lookAt = (path: string): ReturnType<typeof look> => {
      const found = look(path)
      looks.set(path, JSON.stringify(found))
      return found
    }
    try {
      return { script: parseScript(content, { file, variables, lookAt, isOfPage }), looks }
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error
      return { script: null, error: isOfPage && !couldBeScript(content) ? noScript(file) : error, looks }
    }
  }

  return {
    read: (content) => {
      const mark = markOf(content)
      const before = known.get(mark)
      const found = before !== undefined && isAsItWas(before) ? before : readAnew(content)
      known.set(mark, found)
      return found
    },
    isAsItWas,
  }
}

/**
 * Whether a text may be a script: it has `replies` or `fallback`, even with mistakes, or is empty. The main script names those of Pages,
 * and owners of the console can change it: a `compose.yaml` beside it may hold secrets.
 */
export const couldBeScript = (content: string | Uint8Array): boolean => {
  const text = typeof content === 'string' ? content : Buffer.from(content).toString()
  return text.trim() === '' || /^\uFEFF?(["']?)(?:replies|fallback)\1[ \t]*:/m.test(text)
}

/** In place of mistakes, because these quote the file, and viewers of the console and receivers of alerts read them. */
const noScript = (file: string): ScriptError =>
  new ScriptError(file, [
    wholeFile(
      'a file with neither replies nor a fallback',
      'a script, with "replies:" or "fallback:" at the beginning of a line',
    ),
  ])

/** Equal for texts that differ only in line ends, unless these make one of them too large. */
const markOf = (content: string | Uint8Array): string => {
  const bytes =
    typeof content === 'string'
      ? Buffer.from(content)
      : Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  return createHash('sha256')
    .update(bytes.length > MAX_SCRIPT_BYTES ? 'too large' : '')
    .update(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
    .digest('base64url')
}
