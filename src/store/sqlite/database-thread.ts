import { flushCompileCache } from 'node:module'
import type { MessagePort } from 'node:worker_threads'
import { collectStartLeftovers } from '../../base/start-leftovers.ts'
import { isDamage, openDatabase, sqliteCode, type Database } from './database.ts'
import type { BatchAnswer, TriedAlone } from '../queues/batches.ts'
import { leastOf, type Operation } from '../queues/operations.ts'
import type { Batch, Open, Opened } from './protocol.ts'

/**
 * Opens the database that the first message names and works for the other end of the port until told to close. In a thread of its own: fsync and
 * checkpoints stop this loop, never the one that answers Facebook.
 */
export const serveDatabase = (port: MessagePort): void => {
  port.once('message', ({ open }: Open) => {
    try {
      serve(port, openDatabase(open))
    } catch (error) {
      port.postMessage({
        refused: {
          reason: isDamage(error) ? 'damaged' : 'unavailable',
          message: error instanceof Error ? error.message : String(error),
        },
      } satisfies Opened)
    }
  })
}

const serve = (port: MessagePort, database: Database): void => {
  const looking = setInterval(() => {
    lookForForeignWrite(port, database)
    writeSums(database)
  }, LOOK_EVERY_MS).unref()
  port.on('message', (batch: Batch | 'close') => {
    if (batch === 'close') {
      clearInterval(looking)
      writeSums(database)
      database.close()
      port.close()
      return
    }
    port.postMessage(answer(database, batch))
  })
  port.postMessage({
    opened: { instance: database.instance, pages: database.pagesWaiting() },
  } satisfies Opened)
  flushCompileCache()
  collectStartLeftovers()
}

const writeSums = (database: Database): void => {
  try {
    database.writeSums()
  } catch {
    // The disk is full or the database is locked: the sums wait for the next time.
  }
}

// `npm run dead-letters` and `npm run forget` write to the file while we run. Asking costs a few microseconds.
const LOOK_EVERY_MS = 500

const lookForForeignWrite = (port: MessagePort, database: Database): void => {
  try {
    const written = database.writtenElsewhere()
    if (written !== null) port.postMessage(written)
  } catch {
    // The database is closed or unreadable: the next operation of the store reports the error.
  }
}

const answer = (database: Database, { operations }: Batch): BatchAnswer => {
  try {
    return { results: database.commit(operations) }
  } catch (error) {
    const whole = failure(error)
    if (isWorldsFault(whole)) return { error: whole }
    // One operation that cannot be carried out must not take its neighbours with it.
    return { each: operations.map((operation) => tryAlone(database, operation)) }
  }
}

const tryAlone = (database: Database, operation: Operation): TriedAlone => {
  try {
    return { result: database.commit([operation])[0] }
  } catch (cause) {
    const error = failure(cause)
    const least = leastOf(operation)
    if (isWorldsFault(error) || least === null) return { error, isWorlds: isWorldsFault(error) }
    const kept = tryAlone(database, least)
    if ('error' in kept && kept.isWorlds) return kept
    return { error, isWorlds: false, keptLeast: 'result' in kept }
  }
}

const failure = (error: unknown) => ({
  message: error instanceof Error ? error.message : String(error),
  code: sqliteCode(error),
})

// SQLITE_PERM, BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB: no operation would
// fare better alone.
const isWorldsFault = ({ code }: { code: number | null }): boolean =>
  code !== null && [3, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 26].includes(code & 0xff)
