import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/logger.ts'
import { BotError } from '../../base/errors.ts'
import type { ServerAddress } from '../../base/server-address.ts'
import { isThere } from '../is-there.ts'
import { databaseIn } from '../sqlite/data-dir.ts'
import type { OpenedStore } from '../opened.ts'
import type { StoreReport } from '../report.ts'
import { openLeases, type LeaseTimes } from './leases.ts'
import { openPostgresStore } from './postgres-store.ts'

/**
 * Opens the store of a database that several instances share: each one accepts events, and each Page has one of them as its keeper.
 *
 * @throws BotError `BOT_STORE_UNAVAILABLE`, `BOT_DATA_NOT_MOVED`
 */
export const openOnServer = async (options: {
  url: string | ServerAddress
  /** The folder of the embedded database, if there were one. */
  dir: string
  /** Of the program. */
  version: string
  clock: Clock
  log: Pick<Log, 'info' | 'warn'>
  times?: LeaseTimes
  report?: StoreReport
}): Promise<OpenedStore> => {
  const { dir, ...common } = options
  const { url, clock, report } = common
  assertMoved(dir)
  const owner = randomUUID()
  const host = `${hostname()}, process ${process.pid}`
  const name = `evergreen ${hostname()}/${process.pid}`.slice(0, 60)
  const lost = Promise.withResolvers<Error>()
  const leases = await openLeases({ ...common, name, owner, host, onLost: lost.resolve })
  try {
    const store = await openPostgresStore({ url, clock, name, owner, leases, report })
    leases.onLook(() => void store.look())
    return {
      store,
      lost: lost.promise,
      duty: leases.duty,
      instances: leases.instances,
      running: leases.running,
      begin: leases.begin,
      leave: leases.leave,
      rest: leases.rest,
      close: async () => {
        await store.close()
        await leases.close()
      },
    }
  } catch (error) {
    await leases.close()
    throw error
  }
}

/** Without this check a bot with DATABASE_URL whose data were not moved would begin with no data, unnoticed. */
const assertMoved = (dir: string): void => {
  const file = databaseIn(dir)
  if (!isThere(file)) return
  throw new BotError(
    'BOT_DATA_NOT_MOVED',
    `DATABASE_URL is set, but ${file} still holds what the bot knows.`,
    {
      remedy: 'Run "npm run move-to-postgres", or move the file away if it is not needed any more.',
    },
  )
}
