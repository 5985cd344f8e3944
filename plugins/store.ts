import type { Worker } from 'node:worker_threads'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createRetention } from '../src/store/retention.ts'
import { openSqliteStore } from '../src/store/sqlite/adapter.ts'
import { databaseIn, holdDataDir } from '../src/store/sqlite/data-dir.ts'
import type { Store } from '../src/store/store.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Inbox, outbox and conversations; see src/store/store.ts. */
    store: Store
  }
}

export interface StoreOptions {
  /** Hands over a database thread that was begun to start; another one otherwise. */
  spawnDatabaseThread?: (() => Worker) | undefined
}

async function store(app: FastifyInstance, { spawnDatabaseThread }: StoreOptions) {
  const { DATA_DIR: dir } = app.config
  const held = holdDataDir(dir)
  const opened = await openSqliteStore({
    file: databaseIn(dir),
    clock: app.clock,
    ...(spawnDatabaseThread && { spawn: spawnDatabaseThread }),
    onExit: (error) => {
      // Without it nothing can be accepted; what was accepted is on disk. Whoever watches the process starts it anew.
      app.log.fatal({ err: error }, 'the database thread has died')
      process.exitCode = 1
      process.kill(process.pid, 'SIGTERM')
    },
  }).catch((error: unknown) => {
    held.release()
    throw error
  })
  app.decorate('store', opened)
  const retention = createRetention({
    store: opened,
    clock: app.clock,
    log: app.log.child({ part: 'store' }),
  })
  app.addHook('onReady', async () => retention.start())
  app.addHook('onClose', async () => {
    await retention.stop()
    await opened.close()
    held.release()
  })
}

export const storePlugin = fp(store, { name: 'store', fastify: '5.x', dependencies: ['env', 'clock'] })
