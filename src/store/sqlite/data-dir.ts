import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { BotError } from '../../base/errors.ts'

/** Where a data folder keeps its database. */
export const databaseIn = (dir: string): string => join(dir, 'evergreen.db')

/**
 * Makes the data folder (mode 0700) this process's own until `release`. The operating system ends the lock with the
 * process, however it dies, so there is no stale lock to clear.
 *
 * @throws BotError `BOT_DATA_DIR_IN_USE` naming the process that holds it, `BOT_STORE_UNAVAILABLE` when the folder cannot
 *   be made or written
 */
export const holdDataDir = (dir: string): { release: () => void } => {
  const pidFile = join(dir, PID)
  let lock: DatabaseSync | undefined
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    chmodSync(dir, 0o700)
    // An exclusive SQLite transaction is a lock of the operating system, on every platform.
    lock = new DatabaseSync(join(dir, LOCK))
    lock.exec('pragma locking_mode = exclusive; begin exclusive; create table if not exists held (x)')
    writeFileSync(pidFile, String(process.pid), { mode: 0o600 })
  } catch (error) {
    lock?.close()
    throw isBusy(error) ? inUse(dir, holder(pidFile)) : unusable(dir, error)
  }
  const held = lock
  return {
    release: () => {
      rmSync(pidFile, { force: true })
      held.close()
    },
  }
}

/** Who holds the data folder, such as "process 123"; null when nobody does. Changes nothing. */
export const dataDirHolder = (dir: string): string | null => {
  const lock = join(dir, LOCK)
  if (!existsSync(lock)) return null
  let reader: DatabaseSync | undefined
  try {
    reader = new DatabaseSync(lock, { readOnly: true, timeout: 0 })
    reader.prepare('select count(*) from sqlite_master').get()
    return null
  } catch (error) {
    if (isBusy(error)) return holder(join(dir, PID))
    throw unusable(dir, error)
  } finally {
    reader?.close()
  }
}

const LOCK = 'evergreen.lock'
const PID = 'evergreen.pid'

const isBusy = (error: unknown): boolean =>
  error instanceof Error &&
  'errcode' in error &&
  typeof error.errcode === 'number' &&
  [5, 6].includes(error.errcode & 0xff)

const holder = (pidFile: string): string => {
  try {
    return `process ${readFileSync(pidFile, 'utf8').trim()}`
  } catch {
    return 'another process'
  }
}

const inUse = (dir: string, who: string): BotError =>
  new BotError('BOT_DATA_DIR_IN_USE', `${who} already runs on the data folder ${dir}`, {
    remedy: 'Stop it first, or give this one a DATA_DIR of its own.',
  })

const unusable = (dir: string, error: unknown): BotError =>
  new BotError(
    'BOT_STORE_UNAVAILABLE',
    `the data folder ${dir} cannot be used: ${error instanceof Error ? error.message : String(error)}`,
    {
      cause: error,
      remedy: 'Give DATA_DIR a folder this user may write to, on a disk that is not full.',
    },
  )
