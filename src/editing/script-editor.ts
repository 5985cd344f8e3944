import { access, constants, readFile, realpath, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { BotError } from '../base/errors.ts'
import { replaceFile } from '../base/replace-file.ts'
import { MAX_SCRIPT_BYTES } from '../script/limits.ts'
import { withEndsOf } from './line-ends.ts'
import { mayNotWrite, notChangeable, unwritable } from './unwritable.ts'
import type { Versions } from './versions.ts'
import { createInTurn } from '../base/in-turn.ts'

/** Changes a script file, one change after the other, and keeps its earlier versions. */
export interface ScriptEditor {
  /** Reads the present file, as bytes and as a text with line feeds only. */
  read: () => Promise<{ bytes: Buffer; text: string }>
  /**
   * @param edit - gets the present text; returns the changed one, or null to leave it
   * @param by - the name of the person
   * @throws BotError `BOT_SCRIPT_READ_ONLY` if the file cannot be written, or the error of `edit`; the file is then unchanged
   */
  change: (edit: (text: string) => string | null, by: string) => Promise<void>
  /** Why the file cannot be changed from the console; null if it can. */
  blockedBy: () => Promise<string | null>
}

/**
 * @param deps.fixed - why the file must not be changed; null if it may be
 * @param deps.isScript - whether the file may be shown to people of the console
 */
export const createScriptEditor = (deps: {
  file: string
  versions: Pick<Versions, 'keep' | 'folder'>
  fixed?: string | null
  isScript?: (bytes: Buffer) => boolean
}): ScriptEditor => {
  const { file, versions, fixed = null, isScript = () => true } = deps
  const inTurn = createInTurn()

  const read: ScriptEditor['read'] = async () => {
    const bytes = await readFile(file).catch((error: unknown) => {
      throw new BotError('BOT_SCRIPT_NOT_EDITABLE', `${file} cannot be read.`, { cause: error })
    })
    if (!isScript(bytes)) throw noScript(file)
    return { bytes, text: bytes.toString('utf8').replaceAll('\r\n', '\n') }
  }

  const change: ScriptEditor['change'] = async (edit, by) => {
    const { bytes, text } = await read()
    const changed = edit(text)
    if (changed === null || changed === text) return
    if (fixed !== null) throw notChangeable({ file, why: fixed })
    const before = bytes.toString('utf8')
    const after = withEndsOf(before, changed)
    if (Buffer.byteLength(after) > MAX_SCRIPT_BYTES) throw tooLarge()
    await versions.keep(before, by).catch((error: unknown) => {
      throw unwritable({ file, place: versions.folder }, error)
    })
    await replace(file, after)
  }

  return {
    read,
    change: (edit, by) => inTurn(() => change(edit, by)),
    blockedBy: async () => {
      if (fixed !== null) return fixed
      try {
        const place = await realpath(file)
        await access(place, constants.W_OK)
        await access(dirname(place), constants.W_OK)
        return null
      } catch {
        return `${mayNotWrite(file)}.`
      }
    },
  }
}

/** Replaces the file. Its mode and a symbolic link to it stay. */
const replace = async (file: string, text: string): Promise<void> => {
  try {
    const place = await realpath(file)
    const { mode } = await stat(place)
    await replaceFile(place, text, { mode: mode & 0o777 })
  } catch (error) {
    throw unwritable({ file, place: file }, error)
  }
}

/** Checked here, too, because the size of a text is first judged with line feeds only. */
const tooLarge = (): BotError =>
  new BotError(
    'BOT_SCRIPT_NOT_EDITABLE',
    `With the line ends of the file the script would be too large: at most ${MAX_SCRIPT_BYTES / 1024} KiB.`,
    { remedy: 'Shorten it, or save the file with line feeds alone in an editor. Nothing was changed.' },
  )

const noScript = (file: string): BotError =>
  new BotError('BOT_SCRIPT_NOT_EDITABLE', `${file} has neither replies nor a fallback: it is no script.`, {
    remedy: 'See that `pages` of the main script names the right file, or begin the script in an editor.',
  })
