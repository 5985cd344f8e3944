import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { codeOf } from './error-code.ts'
import { BotError } from './errors.ts'

/** The contents of a `.env` file. */
export interface DotEnv {
  values: Record<string, string>
  /** Names of variables whose value ends at a `#` that stands without quotes and without a blank before it. */
  cut: string[]
  /** Names of variables that are set more than once. */
  repeated: string[]
  /** Names of variables whose value begins with a quotation mark that is not closed, so that the mark is part of the value. */
  open: string[]
  /** Names at the beginning of lines that set no variable of that name, such as `NAME: value` or `set NAME=value`. */
  unread: string[]
}

const NOTHING: DotEnv = { values: {}, cut: [], repeated: [], open: [], unread: [] }

/** `NAME=value#rest`: Node takes `#rest` for a comment, but it was probably meant as part of the value. */
const CUT = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=(?:\s*([^\s#"'`][^#"'`]*))?#/
/** An assignment, including a quoted text of several lines; the second group is a quotation mark that is not closed. */
const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*(?:"[^"]*"|'[^']*'|`[^`]*`|(["'`]))?/gm
/**
 * A name at the beginning of a line, also as in YAML or in the shells of Windows, and after a lone carriage return, with which
 * old Mac editors end lines.
 */
const NAMED = /(?<=^|[\r\n])[ \t]*(?:[a-z]+[ \t]+|-[ \t]*|\$env:)?["']?([A-Z][A-Z\d_]+)\b/g

/** The variable by which the demo tells its processes that they belong to it; its value is the port of the chat page. */
export const DEMO_VARIABLE = 'EVERGREEN_DEMO'

/**
 * The file whose settings are added to the environment; an empty text for none. The demo reads no `.env`: a real token must never
 * be sent to its sandbox, and an alert of the demo never to a real `ALERT_URL`.
 */
export const envFileIn = (env: Record<string, string | undefined>): string =>
  env[DEMO_VARIABLE] === undefined ? '.env' : ''

/**
 * Reads a `.env` file; a missing file counts as empty.
 *
 * @throws BotError `BOT_CONFIG_INVALID` when the file exists but cannot be read; the error holds nothing of its contents
 */
export const readDotEnvFile = (path: string): DotEnv => {
  const text = toText(readBytes(path), path)
  if (text === null) return NOTHING
  const values = parseEnv(text) as Record<string, string>
  const cut = text.split(/\r?\n/).flatMap((line) => {
    const [, name = '', value = ''] = CUT.exec(line) ?? []
    // The comparison leaves out lines inside a quoted text, which set no variable.
    return name !== '' && !/\s$/.test(value) && values[name] === value ? [name] : []
  })
  const assignments = [...text.matchAll(ASSIGNMENT)]
  const names = assignments.map(([, name = '']) => name)
  const repeated = names.filter((name, index) => names.indexOf(name) !== index)
  const open = assignments.flatMap(([, name = '', mark]) => (mark === undefined ? [] : [name]))
  // Line ends inside quoted texts do not separate assignments.
  const inLines = text.replace(ASSIGNMENT, (whole) => whole.replace(/[\r\n]+/g, ' '))
  const unread = [...inLines.matchAll(NAMED)].flatMap(([, name = '']) =>
    values[name] === undefined ? [name] : [],
  )
  return {
    values,
    cut: [...new Set(cut)],
    repeated: [...new Set(repeated)],
    open: [...new Set(open)],
    unread: [...new Set(unread)],
  }
}

/** The text of a `.env` file without a byte order mark; null for UTF-16. */
export const decodeDotEnv = (bytes: Buffer): string | null => {
  // UTF-16 begins with a byte order mark, or has a zero byte in each ASCII letter.
  const isWide = /^(fffe|feff)/.test(bytes.toString('hex', 0, 2)) || bytes.subarray(0, 4).includes(0)
  if (isWide) return null
  return bytes.toString('utf8').replace(/^\uFEFF/, '')
}

const toText = (bytes: Buffer | null, path: string): string | null => {
  if (bytes === null) return null
  const text = decodeDotEnv(bytes)
  if (text !== null) return text
  throw new BotError(
    'BOT_CONFIG_INVALID',
    `The file ${path} is written in UTF-16, which is read as nothing.`,
    {
      remedy: `Save ${path} as UTF-8: in an editor, or in PowerShell with Set-Content -Encoding utf8.`,
    },
  )
}

const readBytes = (path: string): Buffer | null => {
  try {
    return readFileSync(path)
  } catch (error) {
    const code = codeOf(error) ?? 'unknown error'
    if ((code === 'ENOENT' || code === 'ENOTDIR') && !isFolderGone()) return null
    if (isFolderGone()) throw folderGone(error)
    if (code === 'EACCES') throw forbidden(path, error)
    throw new BotError('BOT_CONFIG_INVALID', `The file ${path} is there but cannot be read (${code}).`, {
      cause: error,
      remedy: `Make ${path} a file this user may read, or remove it.`,
    })
  }
}

/**
 * The error for a file, or for its folder, that this user may not read. The owner tells which user the bot is meant to run as. No
 * command is given for a folder: it may be one of the system.
 */
const forbidden = (path: string, cause: unknown): BotError => {
  const isFolder = ownerOf(path) === undefined
  const what = isFolder ? resolve(dirname(path)) : path
  const [owner, user] = [ownerOf(what), process.geteuid?.()]
  const isOthers = owner !== undefined && user !== undefined && owner !== user
  const whose = isOthers ? ` It belongs to user ${owner}, and this runs as user ${user}.` : ''
  const give = isOthers ? `\`chown ${user} ${what}\` as root` : `\`chmod u+r ${what}\``
  return new BotError(
    'BOT_CONFIG_INVALID',
    `The ${isFolder ? 'folder' : 'file'} ${what} cannot be read (EACCES).${whose}`,
    {
      cause,
      remedy: isFolder
        ? 'Run this as the user of the bot, or let this user enter the folder and read its files.'
        : `Run this as the user of the bot, or, where this is that user, run ${give}.`,
    },
  )
}

const ownerOf = (path: string): number | undefined => {
  try {
    return statSync(path, { throwIfNoEntry: false })?.uid
  } catch {
    return undefined
  }
}

/** Whether the working folder of this process has been removed, so that no relative path can be resolved. */
const isFolderGone = (): boolean => {
  try {
    process.cwd()
    return false
  } catch {
    return true
  }
}

const folderGone = (cause: unknown): BotError =>
  new BotError('BOT_CONFIG_INVALID', 'The folder that this was started in is not there any more.', {
    cause,
    remedy:
      'It was removed or made anew meanwhile: change into the folder of the bot once more (cd "$PWD"), and try again.',
  })
