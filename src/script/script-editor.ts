import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BotError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import { addPhrase, addReply, type NewReply } from './edit.ts'

/** Changes the script file, one change after the other, and keeps what it was before. */
export interface ScriptEditor {
  /**
   * @param edit - gets the text as it is now, returns it changed
   * @throws BotError `BOT_SCRIPT_READ_ONLY` where the file cannot be written, or what `edit` and the check throw; the file
   *   then is as it was
   */
  change: (edit: (text: string) => string) => Promise<void>
  /** Adds a phrase to a reply's `when`. @throws as {@link change}, and `BOT_SCRIPT_NOT_EDITABLE` */
  addPhrase: (reply: string, phrase: string) => Promise<void>
  /** @throws as {@link addPhrase} */
  addReply: (reply: NewReply) => Promise<void>
}

/** Older versions are thrown away. */
const MOST_VERSIONS = 20

/** @param deps.check - throws when a text is no script that the bot could speak by */
export const createScriptEditor = (deps: {
  file: string
  dataDir: string
  check: (text: string) => void
  clock: Pick<Clock, 'now'>
}): ScriptEditor => {
  const { file, dataDir, check, clock } = deps
  const versions = join(dataDir, 'evergreen.script-versions')
  let running: Promise<unknown> = Promise.resolve()

  const keep = async (text: string): Promise<void> => {
    await mkdir(versions, { recursive: true, mode: 0o700 })
    const name = `${new Date(clock.now()).toISOString().replaceAll(/[:.]/g, '-')}.yaml`
    await writeFile(join(versions, name), text, { mode: 0o600 })
    const kept = (await readdir(versions)).toSorted()
    for (const old of kept.slice(0, -MOST_VERSIONS)) await rm(join(versions, old), { force: true })
  }

  const change: ScriptEditor['change'] = async (edit) => {
    const before = await readFile(file, 'utf8')
    const after = edit(before)
    check(after)
    await keep(before)
    await replace(file, after)
  }

  const inTurn: ScriptEditor['change'] = (edit) => {
    const done = running.then(() => change(edit))
    running = done.catch(() => undefined)
    return done
  }

  return {
    change: inTurn,
    addPhrase: (reply, phrase) => inTurn((text) => addPhrase(text, reply, phrase)),
    addReply: (reply) => inTurn((text) => addReply(text, reply)),
  }
}

/** Atomic, so that a crash leaves the old text or the new one, with the mode the file has. */
const replace = async (file: string, text: string): Promise<void> => {
  const draft = `${file}.${randomBytes(4).toString('hex')}.tmp`
  try {
    const { mode } = await stat(file)
    await writeFile(draft, text, { mode: mode & 0o777, flush: true })
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw new BotError('BOT_SCRIPT_READ_ONLY', `${file} cannot be changed from here.`, {
      cause: error,
      remedy: 'Let the user of the bot write to the file and its folder, or change the file by hand.',
    })
  }
}
