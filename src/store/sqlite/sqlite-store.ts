import { everyPage } from '../queues/kept-pages.ts'
import { createQueuedStore } from '../queues/queued-store.ts'
import type { Store } from '../store.ts'
import { startDatabaseThread, type DatabaseThreadOptions } from './thread.ts'

/**
 * The store embedded in this process: SQLite in a thread of its own. One process works on the queues (see `data-dir.ts`).
 *
 * @param options.onExit - called when the database thread dies; the process should end, and no accepted event is lost
 * @throws BotError `BOT_STORE_DAMAGED`, `BOT_STORE_UNAVAILABLE`
 */
export const openSqliteStore = async (options: DatabaseThreadOptions): Promise<Store> =>
  createQueuedStore(await startDatabaseThread(options), options.clock, everyPage(options.clock))
