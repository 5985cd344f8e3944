import { growingMs } from '../../base/backoff.ts'
import type { Worker } from 'node:worker_threads'
import type { Clock } from '../../base/clock.ts'
import { BotError } from '../../base/errors.ts'
import type {
  Batch,
  BatchAnswer,
  Failure,
  ForeignWrite,
  Open,
  Opened,
  Operation,
  Results,
} from './protocol.ts'
import { spawnDatabaseThread } from './spawn.ts'

/** The database thread as seen from the event loop. */
export interface DatabaseThread {
  instance: string
  /** Pages that had replies waiting when the database was opened. */
  pagesWaiting: string[]
  /**
   * Carries the operation out in the next transaction. Answers come in the order of the calls.
   *
   * @throws BotError `BOT_STORE_UNAVAILABLE` when it could not be stored
   */
  run: <O extends Operation>(operation: O) => Promise<Results[O['op']]>
  /** As {@link run}, but tries for as long as it takes: for what has happened already and must be remembered. */
  record: <O extends Operation>(operation: O) => Promise<Results[O['op']]>
  /** Another process has written to the file. */
  onForeignWrite: (listener: (written: ForeignWrite) => void) => void
  /** Carries out what was asked so far, then closes the file. */
  close: () => Promise<void>
}

export interface DatabaseThreadOptions {
  file: string
  clock: Clock
  onExit: (error: Error) => void
  /** Hands over a thread that has opened nothing yet; begins to start one unless told otherwise. */
  spawn?: () => Worker
}

interface Pending {
  operation: Operation
  insist: boolean
  resolve: (result: never) => void
  reject: (error: BotError) => void
}

const RETRY = { baseMs: 100, capMs: 5000 }
const TRIES_WHEN_CLOSING = 3
const CLOSED = 'the database is closed'

/**
 * @param options.onExit - called when the thread ends without having been asked to; nothing can be stored any more
 * @throws BotError `BOT_STORE_DAMAGED`, `BOT_STORE_UNAVAILABLE`
 */
export const startDatabaseThread = async (options: DatabaseThreadOptions): Promise<DatabaseThread> => {
  const { file, clock, onExit, spawn = spawnDatabaseThread } = options
  const worker = spawn()
  const { instance, pages } = await opened(worker, file)

  let queue: Pending[] = []
  let inFlight: Pending[] | null = null
  let scheduled = false
  let crowded = false
  let failures = 0
  let closing: { tries: number; done: () => void } | null = null
  let ended: Error | null = null
  let onForeignWrite = (_written: ForeignWrite): void => undefined

  // While there is much to do, everything asked for in one turn of the event loop, and while the thread is busy, shares one
  // transaction. While there is little, nothing waits for the end of the turn.
  const schedule = (): void => {
    if (scheduled || inFlight !== null) return
    scheduled = true
    if (crowded) setImmediate(flush)
    else queueMicrotask(flush)
  }

  const flush = (): void => {
    scheduled = false
    if (inFlight !== null) return
    if (queue.length === 0) return closing?.done()
    inFlight = queue
    queue = []
    crowded = inFlight.length > 1
    worker.postMessage({ id: 0, operations: inFlight.map(({ operation }) => operation) } satisfies Batch)
  }

  const settle = (answer: BatchAnswer): void => {
    const asked = inFlight ?? []
    inFlight = null
    const again: Pending[] = []
    const fail = (pending: Pending, failure: Failure): void => pending.reject(refused(failure, file))
    if ('results' in answer) {
      failures = 0
      for (const [index, pending] of asked.entries()) pending.resolve(answer.results[index] as never)
    } else if ('each' in answer) {
      failures = 0
      for (const [index, pending] of asked.entries()) {
        const one = answer.each[index]
        if (one !== undefined && 'result' in one) pending.resolve(one.result as never)
        else fail(pending, one?.error ?? { message: 'no answer', code: null })
      }
    } else {
      failures += 1
      const givesUp = closing !== null && closing.tries++ >= TRIES_WHEN_CLOSING
      for (const pending of asked) {
        if (pending.insist && !givesUp) again.push(pending)
        else fail(pending, answer.error)
      }
      // What comes after something lost is lost too: what is stored must have no hole.
      if (givesUp) for (const pending of queue.splice(0)) fail(pending, answer.error)
    }
    if (again.length === 0) return schedule()
    queue = [...again, ...queue]
    // What is insisted on waits a little; anything new is tried at once and takes it along.
    clock.after(growingMs(failures, RETRY), schedule)
  }

  const submit = <O extends Operation>(operation: O, insist: boolean): Promise<Results[O['op']]> => {
    if (ended !== null) return Promise.reject(unavailable(ended.message))
    // Asked for in the turn in which nothing was left to do, it would never be answered.
    if (closing !== null) return Promise.reject(unavailable(CLOSED))
    return new Promise((resolve, reject) => {
      queue.push({ operation, insist, resolve: resolve as (result: never) => void, reject })
      schedule()
    })
  }

  const end = (error: Error): void => {
    if (ended !== null) return
    ended = error
    for (const pending of [...(inFlight ?? []), ...queue]) pending.reject(unavailable(error.message))
    inFlight = null
    queue = []
    if (closing === null) onExit(error)
    closing?.done()
  }

  worker.on('message', (message: BatchAnswer | ForeignWrite) => {
    if ('pagesWaiting' in message) onForeignWrite(message)
    else settle(message)
  })
  worker.on('error', end)
  worker.on('exit', (code) => end(new Error(`the database thread ended with code ${code}`)))

  return {
    instance,
    pagesWaiting: pages,
    run: (operation) => submit(operation, false),
    record: (operation) => submit(operation, true),
    onForeignWrite: (listener) => {
      onForeignWrite = listener
    },
    close: async () => {
      if (ended !== null) return
      await new Promise<void>((done) => {
        closing = { tries: 0, done }
        schedule()
      })
      if (ended !== null) return
      ended = new Error(CLOSED)
      const exited = new Promise((resolve) => worker.once('exit', resolve))
      worker.postMessage('close')
      await exited
    },
  }
}

const unavailable = (reason: string): BotError =>
  new BotError('BOT_STORE_UNAVAILABLE', `the database could not store it: ${reason}`, {
    retryable: true,
    remedy: 'Free disk space and check that DATA_DIR is writable; the bot goes on by itself.',
  })

const unopened = (reason: string): BotError =>
  new BotError('BOT_STORE_UNAVAILABLE', `the database could not be opened: ${reason}`, {
    remedy: 'Free disk space, check that DATA_DIR is writable, and start the bot again.',
  })

/** Only the queues are looked through at the start: other damage shows when it is read. */
const refused = ({ message, code }: Failure, file: string): BotError =>
  code !== null && DAMAGE.includes(code & 0xff)
    ? new BotError('BOT_STORE_UNAVAILABLE', `the database ${file} is damaged: ${message}`, {
        remedy: wayOut(file),
      })
    : unavailable(message)

// SQLITE_CORRUPT, SQLITE_NOTADB.
const DAMAGE: readonly number[] = [11, 26]

const wayOut = (file: string): string =>
  `Stop the bot, move ${file} and its -wal and -shm files aside, then restore the latest backup or run ` +
  '`sqlite3 FILE .recover` on the moved file; started without it, the bot begins with an empty inbox and outbox.'

const opened = async (worker: Worker, file: string): Promise<{ instance: string; pages: string[] }> => {
  const first = await new Promise<Opened>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    const end = (): void => reject(unopened('the database thread ended before that'))
    worker.once('exit', end)
    // Begun early, it may be gone already, and says so no more.
    if (worker.threadId === -1) end()
    worker.postMessage({ open: file } satisfies Open)
  })
  if ('opened' in first) return first.opened
  await worker.terminate()
  const { reason, message } = first.refused
  if (reason === 'unavailable') throw unopened(message)
  throw new BotError('BOT_STORE_DAMAGED', `the database ${file} is damaged: ${message}`, {
    remedy: wayOut(file),
  })
}
