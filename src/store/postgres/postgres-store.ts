import { everyPage } from '../queues/kept-pages.ts'
import { createQueuedStore } from '../queues/queued-store.ts'
import type { Store } from '../store.ts'
import { openPostgresDatabase, type PostgresOptions } from './database.ts'
import { createEventsTold } from './events-told.ts'
import type { Leases } from './leases.ts'

/**
 * The store on a PostgreSQL server. One process works on the queues of a Page (see `leases.ts`).
 *
 * @param options.leases - null for a process that works on all Pages alone, or that only reads and handles dead letters
 * @throws BotError `BOT_STORE_UNAVAILABLE`
 */
export const openPostgresStore = async (
  options: Omit<PostgresOptions, 'leases'> & { leases: Leases | null },
): Promise<Store & { look: () => Promise<void> }> => {
  const { clock, leases } = options
  const database = await openPostgresDatabase(options)
  const pages = leases && {
    tenureOf: leases.tenureOf,
    lead: leases.lead,
    tellEvent: createEventsTold({ tell: leases.tell, numberOf: database.pageNumber }),
  }
  return { ...createQueuedStore(database, clock, pages ?? everyPage(clock)), look: database.look }
}
