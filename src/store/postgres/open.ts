import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { existsSync } from 'node:fs'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/logger.ts'
import { BotError } from '../../base/errors.ts'
import { databaseIn } from '../sqlite/data-dir.ts'
import { soleDuty, soleInstance } from '../../base/duty.ts'
import type { OpenedStore } from '../opened.ts'
import { takeLease } from './lease.ts'
import { openPostgresStore } from './postgres-store.ts'

/**
 * The store of a database that several processes may name: the first works on it, the others stand by, and one of them goes on
 * when that one stops or dies.
 *
 * @throws BotError `BOT_STORE_UNAVAILABLE`, `BOT_DATA_NOT_MOVED`
 */
export const openOnServer = async (options: {
  url: string
  /** Where the embedded database would be. */
  dir: string
  clock: Clock
  log: Pick<Log, 'info' | 'warn'>
}): Promise<OpenedStore> => {
  const { url, dir, clock, log } = options
  assertMoved(dir)
  const owner = randomUUID()
  const host = `${hostname()}, process ${process.pid}`
  const name = `evergreen ${hostname()}/${process.pid}`.slice(0, 60)
  const lost = Promise.withResolvers<Error>()
  const lease = await takeLease({ url, name, owner, host, clock, log, onLost: lost.resolve })
  try {
    const store = await openPostgresStore({
      url,
      clock,
      name,
      owner,
      fence: lease.fence,
      onExit: lost.resolve,
    })
    lease.onLook(() => void store.look())
    return {
      store,
      lost: lost.promise,
      maySend: lease.isHeld,
      // One instance works at a time.
      duty: soleDuty,
      instances: soleInstance(),
      close: async () => {
        await store.close()
        await lease.release()
      },
    }
  } catch (error) {
    await lease.release()
    throw error
  }
}

/** A bot with DATABASE_URL whose data were not moved would otherwise begin with nothing, and not see it. */
const assertMoved = (dir: string): void => {
  const file = databaseIn(dir)
  if (!existsSync(file)) return
  throw new BotError(
    'BOT_DATA_NOT_MOVED',
    `DATABASE_URL is set, but ${file} still holds what the bot knows.`,
    {
      remedy: 'Run "npm run move-to-postgres", or move the file away if it is not needed any more.',
    },
  )
}
