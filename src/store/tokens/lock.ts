import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { BotError } from '../../base/errors.ts'

const LONGEST_WAIT_MS = 10_000
const RETRY_MS = 10
const SQLITE_BUSY = 5
const SQLITE_FULL = 13

/**
 * Runs `task` while no other process runs one under the same `path`. The lock is SQLite's, on an empty database: the operating system
 * frees it when the process dies, so there are no stale locks.
 *
 * @throws BotError `BOT_STORE_UNAVAILABLE` when it is not free within ten seconds
 * @see docs/adr/0012-the-token-lock.md
 */
export const withLock = async <Result>(path: string, task: () => Promise<Result>): Promise<Result> => {
  const database = await acquire(path)
  try {
    return await task()
  } finally {
    // Ends the transaction, and with it the lock.
    database.close()
  }
}

const acquire = async (path: string): Promise<DatabaseSync> => {
  // Real time instead of the bot's clock, because the other process runs in real time.
  const untilMs = performance.now() + LONGEST_WAIT_MS
  for (;;) {
    let database: DatabaseSync | undefined
    try {
      // No busy time-out: SQLite would block the event loop.
      database = new DatabaseSync(path, { timeout: 0 })
      database.exec('BEGIN IMMEDIATE')
      return database
    } catch (error) {
      database?.close()
      if (!isBusy(error) || performance.now() >= untilMs) throw unavailable(path, error)
      await delay(RETRY_MS)
    }
  }
}

const isBusy = (error: unknown): boolean => isError(error, SQLITE_BUSY)

const isError = (error: unknown, code: number): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === code

const unavailable = (path: string, error: unknown): BotError =>
  new BotError(
    'BOT_STORE_UNAVAILABLE',
    isBusy(error)
      ? `Another process has kept ${path} locked for ${LONGEST_WAIT_MS / 1000} seconds.`
      : `${path} cannot be locked: ${error instanceof Error ? error.message : 'unknown error'}.`,
    {
      retryable: true,
      remedy: isError(error, SQLITE_FULL)
        ? 'Make room on the disk, then try again.'
        : 'See which process uses the folder, and that this user may write there; then try again.',
    },
  )
