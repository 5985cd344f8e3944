import { EventEmitter } from 'node:events'
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { MessagePort } from 'node:worker_threads'
import { serveDatabase } from '../../src/store/sqlite/database-thread.ts'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import type { Batch, Open } from '../../src/store/sqlite/protocol.ts'
import type { DatabaseThread } from '../../src/store/sqlite/spawn.ts'

/**
 * A database thread for a test: the code of the real one, in the test's own thread. Waking another thread for each batch, and waiting
 * for the disk, took most of the CPU of the tests that need a store. A new file starts as a copy of an empty database, because making the
 * tables takes ten transactions.
 */
export const cheapDatabaseThread = (): DatabaseThread => {
  const thread = new EventEmitter()
  const port = new EventEmitter()
  let isOpen: NodeJS.Timeout | null = null

  const end = (): void => {
    if (isOpen !== null) clearInterval(isOpen)
    isOpen = null
  }
  /** Copied, as between threads. */
  const pass = (to: EventEmitter, message: unknown): void => {
    const copy = structuredClone(message)
    setImmediate(() => to.emit('message', copy))
  }

  Object.assign(port, {
    postMessage: (message: unknown) => pass(thread, message),
    close: () => {
      end()
      setImmediate(() => thread.emit('exit', 0))
    },
  })
  serveDatabase(port as unknown as MessagePort)

  return Object.assign(thread, {
    threadId: 1,
    postMessage: (message: Open | Batch | 'close') => {
      if (typeof message === 'string' || !('open' in message)) return pass(port, message)
      beginEmpty(message.open)
      // A running thread keeps its process alive.
      isOpen ??= setInterval(() => undefined, A_DAY_MS)
      setImmediate(() => withoutFsync(() => port.emit('message', message)))
    },
    terminate: async () => {
      end()
      return 0
    },
  }) as unknown as DatabaseThread
}

const A_DAY_MS = 24 * 60 * 60_000

/** A database that is opened meanwhile does not wait for the disk; test/bot/durable.test.ts proves that others do. */
const withoutFsync = (open: () => void): void => {
  const exec = Reflect.get(DatabaseSync.prototype, 'exec') as (this: DatabaseSync, sql: string) => void
  DatabaseSync.prototype.exec = function (sql) {
    exec.call(this, sql.replace('synchronous = full', 'synchronous = off'))
  }
  try {
    open()
  } finally {
    DatabaseSync.prototype.exec = exec
  }
}

/** Where there is no file yet, it becomes a copy of an empty database. */
export const beginEmpty = (file: string): void => {
  if (!existsSync(file)) copyFileSync((empty ??= makeEmpty()), file)
}

let empty: string | null = null

const makeEmpty = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'evergreen-empty-'))
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }))
  const file = join(dir, 'evergreen.db')
  openDatabase(file).close()
  const db = new DatabaseSync(file)
  // Each copy is a separate database and makes an instance name of its own.
  db.exec("delete from meta where name = 'instance'")
  db.close()
  return file
}
