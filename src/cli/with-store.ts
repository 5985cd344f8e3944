import { existsSync } from 'node:fs'
import { systemClock } from '../base/clock.ts'
import { loadConfig, withDotEnv, type Env } from '../base/config.ts'
import { BotError } from '../base/errors.ts'
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts'
import { databaseIn } from '../store/sqlite/data-dir.ts'
import type { Store } from '../store/store.ts'

/** Runs a command on the store of DATA_DIR, beside a running bot or without one. @throws BotError without a database */
export const withStore = async <T>(env: Env, work: (store: Store) => Promise<T>): Promise<T> => {
  const { DATA_DIR } = loadConfig(withDotEnv(env), ['DATA_DIR', 'DATABASE_URL'])
  const file = databaseIn(DATA_DIR)
  // Opening the store would make the database.
  if (!existsSync(file)) {
    throw new BotError('BOT_STORE_UNAVAILABLE', `There is no database at ${file} yet.`, {
      remedy:
        'Check DATA_DIR, and run this where the bot runs; the bot makes the database when it first starts.',
    })
  }
  const store = await openSqliteStore({
    file,
    clock: systemClock,
    onExit: (error) => {
      throw error
    },
  })
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}
