import { randomUUID } from 'node:crypto'
import { systemClock } from '../base/clock.ts'
import { loadConfig, withDotEnv, type Env } from '../base/config.ts'
import { BotError } from '../base/errors.ts'
import { isThere } from '../store/is-there.ts'
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts'
import { databaseIn } from '../store/sqlite/data-dir.ts'
import type { Store } from '../store/store.ts'

/**
 * Runs `work` on the bot's store, whether the bot runs or not: on that of DATABASE_URL if it is set, else on that of DATA_DIR.
 *
 * @throws BotError `BOT_STORE_UNAVAILABLE` if there is no database
 */
export const withStore = async <T>(env: Env, work: (store: Store) => Promise<T>): Promise<T> => {
  const { DATA_DIR, DATABASE_URL } = loadConfig(withDotEnv(env), ['DATA_DIR', 'DATABASE_URL'])
  const store = await (DATABASE_URL === undefined ? openFile(databaseIn(DATA_DIR)) : openServer(DATABASE_URL))
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

const rethrow = (error: Error): never => {
  throw error
}

const openFile = async (file: string): Promise<Store> => {
  // Checked first, because opening the store would create the database.
  if (!isThere(file)) {
    throw new BotError('BOT_STORE_UNAVAILABLE', `There is no database at ${file} yet.`, {
      remedy:
        'Check DATA_DIR, and run this where the bot runs; the bot makes the database when it first starts.',
    })
  }
  return openSqliteStore({ file, clock: systemClock, onExit: rethrow })
}

const openServer = async (url: string): Promise<Store> => {
  const { openPostgresStore } = await import('../store/postgres/postgres-store.ts')
  return openPostgresStore({
    url,
    clock: systemClock,
    name: `evergreen command/${process.pid}`,
    owner: randomUUID(),
    leases: null,
    tables: 'there',
  })
}
