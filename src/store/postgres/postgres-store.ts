import { createQueuedStore } from '../queues/queued-store.ts'
import type { Store } from '../store.ts'
import { openPostgresDatabase, type PostgresOptions } from './database.ts'

/**
 * The store on a PostgreSQL server. One process works on the queues (see `lease.ts`).
 *
 * @throws BotError `BOT_STORE_UNAVAILABLE`
 */
export const openPostgresStore = async (
  options: PostgresOptions,
): Promise<Store & { look: () => Promise<void> }> => {
  const database = await openPostgresDatabase(options)
  return { ...createQueuedStore(database, options.clock), look: database.look }
}
