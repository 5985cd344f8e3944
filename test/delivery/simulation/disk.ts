import { EventEmitter } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { openDatabase, type Database } from '../../../src/store/sqlite/database.ts'
import type { BatchAnswer } from '../../../src/store/queues/batches.ts'
import type { Batch, Open, Opened } from '../../../src/store/sqlite/protocol.ts'
import { beginEmpty } from '../../helpers/database-thread.ts'

/** The real database in this thread, so that a simulation runs the same way each time; and a disk that can be full. */
export interface Disk {
  spawn: () => Worker
  /** This many of the next transactions fail. */
  fails: number
  /**
   * The process is gone. A transaction it was waiting for has taken place or has not; no answer says which.
   */
  crash: (committed: boolean) => void
}

interface Running {
  database: Database
  pending: Batch | null
}

const SQLITE_FULL = 13

/** @param busy - called whenever something happens here */
export const createDisk = (busy: () => void): Disk => {
  let running: Running | null = null

  const answer = ({ operations }: Batch, database: Database): BatchAnswer => {
    if (disk.fails > 0) {
      disk.fails -= 1
      return { error: { message: 'database or disk is full', code: SQLITE_FULL } }
    }
    return { results: database.commit(operations) }
  }

  const disk: Disk = {
    fails: 0,
    spawn: () => {
      const worker = new EventEmitter()
      const start = (file: string): void => {
        beginEmpty(file)
        const database = openDatabase(file)
        const self: Running = { database, pending: null }
        running = self
        const say = (message: Opened | BatchAnswer): void => {
          setImmediate(() => {
            if (running !== self) return
            busy()
            worker.emit('message', message)
          })
        }
        carryOut = (batch) => {
          self.pending = batch
          setImmediate(() => {
            if (running !== self) return
            self.pending = null
            say(answer(batch, database))
          })
        }
        say({ opened: { instance: database.instance, pages: database.pagesWaiting() } })
      }
      let carryOut = (_batch: Batch): void => undefined
      const postMessage = (message: Open | Batch | 'close'): void => {
        busy()
        if (message === 'close') {
          running?.database.close()
          running = null
          setImmediate(() => worker.emit('exit', 0))
        } else if ('open' in message) {
          start(message.open)
        } else {
          carryOut(message)
        }
      }
      return Object.assign(worker, { postMessage }) as unknown as Worker
    },
    crash: (committed) => {
      const gone = running
      running = null
      if (gone === null) return
      if (committed && gone.pending !== null) gone.database.commit(gone.pending.operations)
      gone.database.close()
    },
  }
  return disk
}
