import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createRecovery } from '../src/delivery/recovery.ts'
import { toRecoveredEvents } from '../src/webhook/recovered.ts'

/** Keeps the app subscribed to each Page's webhooks, and takes in what they missed. */
async function recovery(app: FastifyInstance) {
  const { clock, graph, store, tokens } = app
  const running = createRecovery({
    store,
    graph,
    tokens,
    toEvents: toRecoveredEvents,
    clock,
    random: Math.random,
    log: app.log.child({ part: 'recovery' }),
  })
  app.addHook('onReady', () => running.start())
  app.addHook('onClose', () => running.stop())
}

export const recoveryPlugin = fp(recovery, {
  name: 'recovery',
  fastify: '5.x',
  dependencies: ['clock', 'store', 'graph', 'tokens', 'delivery'],
})
