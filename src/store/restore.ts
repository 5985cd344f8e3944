import { copyFileSync, lstatSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs'
import { access, chmod, constants, copyFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { codeOf } from '../base/error-code.ts'
import { BotError } from '../base/errors.ts'
import { linkTarget } from '../base/link-target.ts'
import { syncFile, syncFolder } from '../base/replace-file.ts'
import { COPYING } from './backup.ts'
import { isThere } from './is-there.ts'
import { clearRestoring, databaseIn, holdDataDir, RESTORING } from './sqlite/data-dir.ts'
import { inspectDatabase, type DatabaseFindings } from './sqlite/inspect.ts'
import { createTokenFile } from './tokens/file.ts'
import { aloneInFolder, tokenFileIn } from './tokens/place.ts'

export interface Restored {
  /** Names of the files that were put in place. */
  files: string[]
  /** The folder with the replaced data; null where the data folder was empty. */
  aside: string | null
  /** Waiting replies that may have been sent: they are looked for before they are sent. */
  doubted: number
}

/**
 * Replaces a data folder by the copy that {@link ./backup.ts backUp} made. The present files are kept beside it.
 *
 * Replies that waited when the copy was made may have been sent since, so each counts as claimed: the sender looks for
 * it in the conversation first.
 *
 * @param options.key - the key of the tokens; null for tokens in the clear
 * @param options.tokensOnly - leaves the database as it is
 * @throws BotError `BOT_DATA_DIR_IN_USE` while a bot runs on the folder; `BOT_STORE_DAMAGED`, `BOT_TOKEN_KEY_WRONG` or
 *   `BOT_STORE_UNAVAILABLE` when the copy cannot be used, and then nothing was changed
 */
export const restoreBackup = async (options: {
  from: string
  dir: string
  key: Buffer | null
  tokensOnly: boolean
  nowMs: number
}): Promise<Restored> => {
  const { from, dir, key, tokensOnly, nowMs } = options
  const copies = [tokenFileIn(from), ...(tokensOnly ? [] : [databaseIn(from)])].filter(isThere)
  if (statSync(from, { throwIfNoEntry: false })?.isDirectory() === true) {
    await assertReadable(from)
    if (readdirSync(from).some((name) => name.startsWith(COPYING)))
      throw refused(`The backup in ${from} was cut off while it was made.`, 'Take another one.')
  }
  if (copies.length === 0)
    throw refused(`There is no backup in ${from}.`, 'Name a folder that `npm run backup` has made.')
  // A folder that was copied by other means, such as a snapshot of the disk, may have its last changes in SQLite's log only.
  const log = logOf(databaseIn(from))
  const logs = copies.some(isDatabase) && isThere(log) ? [log] : []
  for (const file of [...copies, ...logs]) await assertReadable(file)
  if (copies.includes(tokenFileIn(from))) await proveTokens(tokenFileIn(from), key)

  const held = holdDataDir(dir)
  let folders = [dir]
  try {
    const places = await Promise.all(copies.map((copy) => placeOf(join(dir, basename(copy)))))
    folders = [...new Set([dir, ...places.map((place) => dirname(place))])].filter(isThere)
    // SQLite would apply the log of an earlier try to this copy.
    folders.forEach(clearRestoring)
    const fresh = places.map((place) => join(dirname(place), `${RESTORING}${basename(place)}`))
    // The copy of an earlier try keeps the bot from starting until another one can take its place, also where the disk is full.
    const draftOf = (file: string): string => `${file}.draft`
    for (const [index, copy] of copies.entries()) await copyPrivately(copy, draftOf(fresh[index] ?? ''))
    const databases = fresh.filter(isDatabase).map(draftOf)
    for (const draft of databases) {
      for (const file of logs) await copyPrivately(file, logOf(draft))
      // The draft, because SQLite cannot read a database with a log in a folder that it may not write to, such as a snapshot.
      proveDatabase(draft, databaseIn(from))
    }
    const doubted = databases.map(doubtReplies)
    for (const file of fresh) {
      await syncFile(draftOf(file))
      renameSync(draftOf(file), file)
    }
    // The data folder is held, but a command, or another folder whose token file is a link to the same one, may write tokens now.
    const aside = await aloneInFolder(dir, async () => {
      const replaced = setAside(dir, copies.map(basenameOf), nowMs)
      for (const [index, place] of places.entries()) renameSync(fresh[index] ?? '', place)
      for (const folder of folders) await syncFolder(folder)
      return replaced
    })
    return { files: copies.map(basenameOf), aside, doubted: doubted[0] ?? 0 }
  } catch (error) {
    if (error instanceof BotError && error.code === 'BOT_STORE_DAMAGED') throw error
    const { message, remedy } = error as Partial<BotError>
    throw refused(
      `The backup in ${from} could not be put into ${dir}: ${message?.replace(/\.$/, '')}.`,
      // That of the token lock.
      remedy ?? MAKE_ROOM,
      error,
    )
  } finally {
    folders.forEach(clearRestoring)
    held.release()
  }
}

const MAKE_ROOM =
  'Make room on the disk, check that this user may write to DATA_DIR, and to the place that tokens.json leads to where it is a link, and run it again.'

const isDatabase = (file: string): boolean => file.endsWith('.db')

const logOf = (database: string): string => `${database}-wal`

const basenameOf = (path: string): string => basename(path)

const proveTokens = async (file: string, key: Buffer | null): Promise<void> => {
  await createTokenFile(file, key).read()
}

/** @param file - of the backup, of which `draft` is a copy */
const proveDatabase = (draft: string, file: string): void => {
  const found = inspectDatabase(draft, false)
  if (found.status === 'sound') return
  if (found.status === 'unreadable') throw new Error(`the copy of ${file} cannot be opened: ${found.why}`)
  throw new BotError('BOT_STORE_DAMAGED', `${file} cannot be restored: ${faultOf(found)}.`, {
    remedy: 'Take an older backup, or the release that made this one.',
  })
}

const faultOf = (found: Exclude<DatabaseFindings, { status: 'sound' | 'unreadable' }>): string => {
  if (found.status === 'newer') return `a newer Evergreen wrote it (version ${found.version})`
  return found.status === 'damaged' ? `it is damaged (${found.why})` : 'it is not there any more'
}

const assertReadable = async (file: string): Promise<void> => {
  await access(file, constants.R_OK).catch((error: unknown) => {
    throw refused(
      `${file} cannot be read (${codeOf(error)}).`,
      'Let the user of the bot read the backup, and run this as that user.',
      error,
    )
  })
}

/** Copies a file, and not its mode: a file of a snapshot may be read-only, or readable for every user. */
const copyPrivately = async (file: string, to: string): Promise<void> => {
  await copyFile(file, to)
  // Some network file systems have no modes.
  await chmod(to, OWNER_ONLY).catch(() => undefined)
}

const OWNER_ONLY = 0o600

/**
 * Marks the waiting replies as in doubt, and writes the write-ahead log into the database file, because only that file is
 * restored. @returns the number of waiting replies
 */
const doubtReplies = (file: string): number => {
  const db = new DatabaseSync(file)
  try {
    const { changes } = db.prepare('update outbox set doubt_ms = coalesce(doubt_ms, accepted_ms)').run()
    // A close would do it, too, and keep it to itself where the disk is full half-way.
    const { busy } = db.prepare('pragma wal_checkpoint(truncate)').get() as { busy: number }
    if (busy !== 0) throw new Error(`${file} is in use`)
    return Number(changes)
  } finally {
    db.close()
  }
}

/** SQLite's own files are moved together with their database. */
const setAside = (dir: string, names: readonly string[], nowMs: number): string | null => {
  const all = names.flatMap((name) => (name.endsWith('.db') ? [name, `${name}-wal`, `${name}-shm`] : [name]))
  const there = all.filter((name) => isThere(join(dir, name)))
  if (there.length === 0) return null
  const aside = join(
    dir,
    `evergreen.before-restore-${new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')}`,
  )
  mkdirSync(aside, { mode: 0o700 })
  for (const name of there) {
    const path = join(dir, name)
    if (isLinkedTokenFile(path)) copyFileSync(path, join(aside, name))
    else renameSync(path, join(aside, name))
  }
  return aside
}

/** The target path of a file; for a token file that is a link, the link's target, which may be on another disk. */
const placeOf = async (path: string): Promise<string> => (isLinkedTokenFile(path) ? linkTarget(path) : path)

/** Whether a token file is a link; the link is kept, as when tokens are saved. */
const isLinkedTokenFile = (path: string): boolean =>
  path === tokenFileIn(dirname(path)) && lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true

const refused = (message: string, remedy: string, cause?: unknown): BotError =>
  new BotError('BOT_STORE_UNAVAILABLE', message, { remedy, ...(cause !== undefined && { cause }) })
