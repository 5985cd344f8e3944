import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import manifest from '../package.json' with { type: 'json' }
import type { Duty, Instances } from '../src/base/duty.ts'
import { createRetention } from '../src/store/retention.ts'
import type { OpenedStore } from '../src/store/opened.ts'
import { openStore } from '../src/store/sqlite/open.ts'
import type { DatabaseThread } from '../src/store/sqlite/spawn.ts'
import type { Store } from '../src/store/store.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Inbox, outbox and conversations; see src/store/store.ts. */
    store: Store
    /** Which work this instance does; see src/base/duty.ts. */
    duty: Duty
    instances: Instances
    /** Begins and ends the keeping of Pages; see src/store/opened.ts. */
    pages: Pick<OpenedStore, 'begin' | 'leave' | 'rest' | 'lost' | 'running'>
  }
}

export interface StoreOptions {
  /** A database thread that the caller has started already; without one, this plugin starts its own. */
  databaseThread?: DatabaseThread | undefined
}

const DAY_MS = 24 * 60 * 60 * 1000

async function store(app: FastifyInstance, { databaseThread }: StoreOptions) {
  const { clock, config } = app
  const opened = await open(app, databaseThread)
  const retention = createRetention({
    store: opened.store,
    isHead: opened.duty.isHead,
    keepQuestionsMs: config.KEEP_QUESTIONS_DAYS * DAY_MS,
    clock,
    // A function, because `app.graph` exists only after later plugins are loaded.
    facebookNow: () => app.graph.now(),
    log: app.log.child({ part: 'store' }),
  })
  app.decorate('store', opened.store)
  app.decorate('duty', opened.duty)
  app.decorate('instances', opened.instances)
  app.decorate('pages', opened)
  app.addHook('onReady', async () => retention.start())
  app.addHook('onClose', async () => {
    await retention.stop()
    await opened.close()
  })
  void opened.lost.then((error) => {
    // Ends the process; its supervisor starts it again.
    app.log.fatal({ err: error }, 'the store is lost: this process ends')
    process.exitCode = 1
    process.kill(process.pid, 'SIGTERM')
  })
}

const open = async (
  { config, serverAddress, clock, log, metrics }: FastifyInstance,
  databaseThread: DatabaseThread | undefined,
): Promise<OpenedStore> => {
  const { DATA_DIR: dir } = config
  if (serverAddress === null) return openStore({ dir, clock, databaseThread, report: metrics })
  void databaseThread?.terminate()
  const { openOnServer } = await import('../src/store/postgres/open.ts')
  return openOnServer({
    url: serverAddress,
    dir,
    version: manifest.version,
    clock,
    log: log.child({ part: 'store' }),
    report: metrics,
  })
}

export const storePlugin = fp(store, {
  name: 'store',
  fastify: '5.x',
  decorators: { fastify: ['config', 'serverAddress', 'clock', 'metrics'] },
})
