import { openSync, closeSync } from 'node:fs'
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { codeOf } from '../base/error-code.ts'
import { BotError } from '../base/errors.ts'
import { syncFile, syncFolder } from '../base/replace-file.ts'
import { isThere } from './is-there.ts'
import { claimFolder } from './own-folder.ts'
import { assertRestored, databaseIn } from './sqlite/data-dir.ts'
import { isDamage } from './sqlite/database.ts'
import { inspectDatabase } from './sqlite/inspect.ts'
import { tokenFileIn } from './tokens/place.ts'

// All pages in one step: a copy in several steps would begin again with every write of a busy bot.
const PAGES_A_STEP = 2 ** 31 - 1
const OWNER_ONLY = 0o600
/** Prefix of a copy's name until all copies are made: a backup that was cut off must not be used. */
export const COPYING = 'evergreen.copying.'

export interface BackedUp {
  /** The names of the copied files. */
  files: string[]
  /** Why the data folder could not note its backup, which {@link lastBackupMs} reads; null if it could. */
  unnoted: string | null
}

/**
 * Copies a data folder as it is at one moment, while a bot works on it or not. The copy can be put in its place.
 *
 * @param to - a folder that is empty or not there yet; for the owner only from then on
 * @throws BotError `BOT_STORE_UNAVAILABLE`, also where there is nothing to copy or a restore was cut off; `BOT_STORE_DAMAGED`
 */
export const backUp = async (dir: string, to: string): Promise<BackedUp> => {
  assertRestored(dir)
  const sources = [tokenFileIn(dir), databaseIn(dir)].filter(isThere)
  // A nightly backup of the wrong folder must fail.
  if (sources.length === 0) {
    throw new BotError('BOT_STORE_UNAVAILABLE', `There is nothing in ${dir} to back up.`, {
      remedy: 'Check DATA_DIR, and run this where the bot runs.',
    })
  }
  const begun: string[] = []
  try {
    claimFolder(to)
    const there = await readdir(to)
    if (there.some((name) => name.startsWith(COPYING))) throw leftOver(to)
    if (there.length > 0) throw refused('BOT_STORE_UNAVAILABLE', `${to} is not empty.`)
    // Tokens first: the database may be newer than the tokens, never older.
    for (const file of sources) {
      const copy = join(to, COPYING + basename(file))
      // Make the file private before the copy is written, so that no other user can read it.
      closeSync(openSync(copy, 'wx', OWNER_ONLY))
      begun.push(basename(file))
      await (file === databaseIn(dir) ? copyDatabase(file, copy) : writeFile(copy, await readFile(file)))
    }
    for (const name of begun) {
      await syncFile(join(to, COPYING + name))
      await rename(join(to, COPYING + name), join(to, name))
    }
    await syncFolder(to)
  } catch (error) {
    // Remove a half copy, so that it is not restored.
    for (const name of begun.flatMap((one) => [one, COPYING + one])) await rm(join(to, name), { force: true })
    if (error instanceof BotError) throw error
    throw refused('BOT_STORE_UNAVAILABLE', `The backup to ${to} failed: ${(error as Error).message}.`, error)
  }
  return { files: begun, unnoted: await note(dir) }
}

/** A data folder on a full or read-only disk can be copied, too, and needs it most. */
const note = (dir: string): Promise<string | null> =>
  // The file's time is the time of the last backup.
  writeFile(join(dir, LAST_BACKUP), '', { mode: OWNER_ONLY }).then(
    () => null,
    (error: unknown) => codeOf(error) ?? 'unknown error',
  )

/** When {@link backUp} last copied this data folder, ms since the epoch; null when it never did. */
export const lastBackupMs = async (dir: string): Promise<number | null> =>
  (await stat(join(dir, LAST_BACKUP)).catch(() => null))?.mtimeMs ?? null

const LAST_BACKUP = 'evergreen.backed-up'

const copyDatabase = async (file: string, copy: string): Promise<void> => {
  const source = openSource(file)
  try {
    await backup(source, copy, { rate: PAGES_A_STEP })
  } finally {
    source.close()
  }
  const found = inspectDatabase(copy, false)
  if (found.status === 'damaged') {
    throw refused(
      'BOT_STORE_DAMAGED',
      `The copy of ${file} is damaged, and so is the database: ${found.why}.`,
    )
  }
}

const openSource = (file: string): DatabaseSync => {
  let source: DatabaseSync | undefined
  try {
    source = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
    // SQLite opens its log at the first statement.
    source.prepare('select count(*) from sqlite_master').get()
    return source
  } catch (error) {
    source?.close()
    if (isDamage(error)) throw error
    throw new BotError(
      'BOT_STORE_UNAVAILABLE',
      `The database ${file} cannot be opened: ${(error as Error).message}.`,
      {
        cause: error,
        remedy:
          'Make DATA_DIR writable for this user. On a read-only disk copy the folder by other means, while no bot runs on it: `npm run restore` takes such a copy, too.',
      },
    )
  }
}

const leftOver = (to: string): BotError =>
  new BotError(
    'BOT_STORE_UNAVAILABLE',
    `${to} holds half a backup, which was cut off or is still being made.`,
    {
      remedy: 'Wait for the one that is being made; otherwise delete that folder, or name another one.',
    },
  )

const refused = (
  code: 'BOT_STORE_UNAVAILABLE' | 'BOT_STORE_DAMAGED',
  message: string,
  cause?: unknown,
): BotError =>
  new BotError(code, message, {
    ...(cause !== undefined && { cause }),
    remedy:
      code === 'BOT_STORE_DAMAGED'
        ? 'Keep the last good backup, and see "Back up and restore" in docs/operations.md.'
        : 'Name a folder that is empty or not there yet, where this user may write and the disk has room.',
  })
