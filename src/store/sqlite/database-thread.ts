import { flushCompileCache } from 'node:module'
import type { MessagePort } from 'node:worker_threads'
import { collectStartLeftovers } from '../../base/start-leftovers.ts'
import { watchPlace } from './in-place.ts'
import { keepHold } from './keep-hold.ts'
import { answerBatch } from './answering.ts'
import { isDamage, openDatabase, type Database } from './database.ts'
import type { Batch, Open, Opened } from './protocol.ts'

/**
 * Opens the database named by the first message, and executes the messages of the port until it is told to close. Runs in a thread of its
 * own: fsync and checkpoints block this thread, never the event loop that answers Facebook.
 */
export const serveDatabase = (port: MessagePort): void => {
  port.once('message', ({ open, held }: Open) => {
    try {
      const database = openDatabase(open)
      if (held !== undefined) database.doubtCopied()
      serve(port, database, held === undefined ? UNHELD : keepHold(held, watchPlace(open)))
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

/** A command works beside the bot that holds the folder. */
const UNHELD = { check: () => undefined, release: () => undefined }

const serve = (port: MessagePort, database: Database, hold: ReturnType<typeof keepHold>): void => {
  const looking = setInterval(() => {
    hold.check()
    lookForForeignWrite(port, database)
    writeSums(database)
  }, LOOK_EVERY_MS).unref()
  port.on('message', (batch: Batch | 'close') => {
    if (batch === 'close') {
      clearInterval(looking)
      writeSums(database)
      database.close()
      hold.release()
      port.close()
      return
    }
    // Before each transaction: a reply is claimed before another process can have the folder, or never.
    hold.check()
    port.postMessage(answerBatch(database, batch.operations))
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
    // The disk is full or the database is locked: the sums are kept for the next time.
  }
}

// `npm run dead-letters` and `npm run forget` write to the file while the bot runs. The check costs a few microseconds.
const LOOK_EVERY_MS = 500

const lookForForeignWrite = (port: MessagePort, database: Database): void => {
  try {
    const written = database.writtenElsewhere()
    if (written !== null) port.postMessage(written)
  } catch {
    // The database is closed or unreadable: the next operation of the store reports the error.
  }
}
