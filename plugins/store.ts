import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createRetention } from '../src/store/retention.ts'
import { openStore, type OpenedStore } from '../src/store/sqlite/open.ts'
import type { Store } from '../src/store/store.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Inbox, outbox and conversations; see src/store/store.ts. */
    store: Store
  }
}

export interface StoreOptions {
  /** One whose opening has begun already. */
  opening?: Promise<OpenedStore> | undefined
  /** One that somebody else takes care of. */
  shared?: Store | undefined
}

async function store(app: FastifyInstance, { opening, shared }: StoreOptions) {
  if (shared === undefined) await own(app, opening)
  else app.decorate('store', shared)
}

const own = async (app: FastifyInstance, opening: Promise<OpenedStore> | undefined): Promise<void> => {
  const { clock, config } = app
  const opened = await (opening ?? openStore({ dir: config.DATA_DIR, clock }))
  const retention = createRetention({
    store: opened.store,
    clock,
    log: app.log.child({ part: 'store' }),
  })
  app.decorate('store', opened.store)
  app.addHook('onReady', async () => retention.start())
  app.addHook('onClose', async () => {
    await retention.stop()
    await opened.close()
  })
  void opened.lost.then((error) => {
    // Whoever watches the process starts it anew.
    app.log.fatal({ err: error }, 'the database thread has died')
    process.exitCode = 1
    process.kill(process.pid, 'SIGTERM')
  })
}

export const storePlugin = fp(store, {
  name: 'store',
  fastify: '5.x',
  decorators: { fastify: ['config', 'clock'] },
})
