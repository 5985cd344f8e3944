import { EventEmitter } from 'node:events'
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import type { DatabaseThread } from '../../src/store/sqlite/spawn.ts'

/**
 * A database thread for a test. All databases of a test file are served by one thread, each by its own port and with the code of
 * the real one: a thread takes 50 ms of CPU to start. A new file starts as a copy of an empty database, because making the tables
 * waits ten times for the disk.
 */
export const sharedDatabaseThread = (): DatabaseThread => {
  const user = new EventEmitter()
  let port: MessagePort | null = null

  // Connected at the first use, because an open port keeps the process alive.
  const connect = (): MessagePort => {
    const { port1, port2 } = new MessageChannel()
    const worker = (shared ??= start())
    users.add(user)
    port1.on('message', (message) => user.emit('message', message))
    port1.on('close', () => {
      users.delete(user)
      user.emit('exit', 0)
    })
    worker.postMessage(port2, [port2])
    return port1
  }

  return Object.assign(user, {
    threadId: 1,
    postMessage: (message: object | string) => {
      if (typeof message === 'object' && 'open' in message) beginEmpty(String(message.open))
      port ??= connect()
      port.postMessage(message)
    },
    terminate: async () => {
      port?.close()
      return 0
    },
  }) as unknown as DatabaseThread
}

let shared: Worker | null = null
const users = new Set<EventEmitter>()

const start = (): Worker => {
  const worker = new Worker(new URL('./database-thread-worker.js', import.meta.url), {
    workerData: { compileCache: process.env['NODE_COMPILE_CACHE'] },
  })
  worker.on('error', (error) => {
    shared = null
    for (const user of users) user.emit('error', error)
  })
  // It ends with the process, which an open port keeps alive.
  worker.unref()
  return worker
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
