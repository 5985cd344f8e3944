import type { Clock } from '../../base/clock.ts'
import { BotError } from '../../base/errors.ts'
import { CLOSED, createBatches, type Failure } from '../queues/batches.ts'
import type { ForeignWrite, StoreDatabase } from '../queues/operations.ts'
import { UNHEARD, type StoreReport } from '../report.ts'
import type { Batch, Open, Opened, ThreadMessage } from './protocol.ts'
import { MOVED } from './in-place.ts'
import { spawnDatabaseThread, type DatabaseThread } from './spawn.ts'

export interface DatabaseThreadOptions {
  file: string
  /** The folder of the file, where this process holds it and has to keep it held. */
  held?: string
  clock: Clock
  onExit: (error: Error) => void
  report?: StoreReport | undefined
  /** Returns a thread that has opened no file yet; starts one by default. */
  spawn?: () => DatabaseThread
}

/**
 * The database thread for the event loop.
 *
 * @param options.onExit - called when the thread ends without having been asked to; nothing can be stored any more
 * @throws BotError `BOT_STORE_DAMAGED`, `BOT_STORE_UNAVAILABLE`
 */
export const startDatabaseThread = async (options: DatabaseThreadOptions): Promise<StoreDatabase> => {
  const { file, held, clock, onExit, report = UNHEARD, spawn = spawnDatabaseThread } = options
  const worker = spawn()
  const { instance, pages } = await opened(worker, { open: file, held })
  const batches = createBatches({
    send: (operations) => worker.postMessage({ operations } satisfies Batch),
    refused: (failure) => refused(failure, file),
    clock,
    report,
  })
  let closing = false
  let ended = false
  let onForeignWrite = (_written: ForeignWrite): void => undefined

  const end = (error: Error): void => {
    if (ended) return
    ended = true
    batches.end(error.message)
    if (!closing) onExit(error)
  }

  worker.on('message', (message: ThreadMessage) => {
    if ('pagesWaiting' in message) onForeignWrite(message)
    else batches.settle(message)
  })
  worker.on('error', end)
  worker.on('exit', (code) => end(new Error(`the database thread ended with code ${code}`)))

  return {
    instance,
    pagesWaiting: pages,
    run: batches.run,
    record: batches.record,
    onForeignWrite: (listener) => {
      onForeignWrite = listener
    },
    close: async () => {
      if (ended) return
      closing = true
      await batches.finish()
      if (ended) return
      end(new Error(CLOSED))
      const exited = new Promise((resolve) => worker.once('exit', resolve))
      worker.postMessage('close')
      await exited
    },
  }
}

const unavailable = (reason: string): BotError =>
  new BotError('BOT_STORE_UNAVAILABLE', `the database could not store it: ${reason}`, {
    retryable: true,
    remedy:
      'Free disk space and check that DATA_DIR is writable. The bot then goes on by itself; run a failed command again.',
  })

const unopened = (reason: string): BotError =>
  new BotError('BOT_STORE_UNAVAILABLE', `the database could not be opened: ${reason}`, {
    remedy:
      'Free disk space, check that DATA_DIR is writable and that its files belong to this user, and start the bot again.',
  })

/** Only the queues are checked at the start: other damage shows when it is read. */
const refused = ({ message, code }: Failure, file: string): BotError => {
  if (code === MOVED) return moved(message)
  return typeof code === 'number' && DAMAGE.includes(code & 0xff)
    ? new BotError('BOT_STORE_UNAVAILABLE', `the database ${file} is damaged: ${message}`, {
        remedy: wayOut(file),
      })
    : unavailable(message)
}

const moved = (reason: string): BotError =>
  new BotError('BOT_STORE_UNAVAILABLE', `the database could not store it: ${reason}`, {
    retryable: true,
    remedy:
      'Put the files back where they were, by moving them and not by copying: the bot goes on by itself. Where they are gone, restart the bot; it begins with what DATA_DIR holds then.',
  })

// SQLITE_CORRUPT, SQLITE_NOTADB.
const DAMAGE: readonly number[] = [11, 26]

const wayOut = (file: string): string =>
  `Stop the bot, move ${file} and its -wal and -shm files aside, then restore the latest backup or run ` +
  '`sqlite3 FILE .recover` on the moved file; started without it, the bot begins with an empty inbox and outbox.'

const opened = async (worker: DatabaseThread, open: Open): Promise<{ instance: string; pages: string[] }> => {
  const first = await new Promise<Opened>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    const end = (): void => reject(unopened('the database thread ended before that'))
    worker.once('exit', end)
    // A thread that was started early may have ended already; it emits no further event.
    if (worker.threadId === -1) end()
    worker.postMessage(open)
  })
  if ('opened' in first) return first.opened
  await worker.terminate()
  const { reason, message } = first.refused
  if (reason === 'unavailable') throw unopened(message)
  throw new BotError('BOT_STORE_DAMAGED', `the database ${open.open} is damaged: ${message}`, {
    remedy: wayOut(open.open),
  })
}
