import type { Clock } from '../../base/clock.ts'
import { BotError } from '../../base/errors.ts'
import { soleDuty, soleInstance } from '../../base/duty.ts'
import type { OpenedStore } from '../opened.ts'
import type { StoreReport } from '../report.ts'
import type { DatabaseThread } from './spawn.ts'
import { openSqliteStore } from './sqlite-store.ts'
import { assertRestored, clearRestoring, databaseIn, holdDataDir } from './data-dir.ts'

/**
 * Opens the store of a data folder for this process alone. The store is lost if the database thread dies.
 *
 * @param options.databaseThread - a thread that is starting already, see spawn.ts; a new one when absent
 * @throws BotError `BOT_DATA_DIR_IN_USE`, `BOT_STORE_UNAVAILABLE`, `BOT_STORE_DAMAGED`
 */
export const openStore = async (options: {
  dir: string
  clock: Clock
  databaseThread?: DatabaseThread | undefined
  report?: StoreReport
}): Promise<OpenedStore> => {
  const { dir, clock, databaseThread, report } = options
  const held = holdDataDir(dir)
  const lost = Promise.withResolvers<Error>()
  try {
    assertRestored(dir)
    clearRestoring(dir)
    const store = await openSqliteStore({
      file: databaseIn(dir),
      held: dir,
      clock,
      report,
      ...(databaseThread && { spawn: () => databaseThread }),
      onExit: lost.resolve,
    })
    // The thread may have ended unnoticed between its answer and this moment, because loading code keeps this thread busy.
    if (databaseThread?.threadId === -1) throw endedAlready()
    return {
      store,
      lost: lost.promise,
      duty: soleDuty,
      instances: soleInstance(),
      running: null,
      begin: () => undefined,
      leave: () => Promise.resolve(),
      rest: () => Promise.resolve(false),
      close: async () => {
        await store.close()
        held.release()
      },
    }
  } catch (error) {
    held.release()
    throw error
  }
}

const endedAlready = (): BotError =>
  new BotError('BOT_STORE_UNAVAILABLE', 'the database thread ended as soon as it had opened the database', {
    remedy: 'Free disk space and memory, and start the bot again.',
  })
