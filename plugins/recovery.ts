import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createRecovery, type Recovery } from '../src/reception/recovery.ts'
import { raisesNeeds } from '../src/alerts/page-trouble.ts'
import { toRecoveredEvents } from '../src/webhook/recovered.ts'

declare module 'fastify' {
  interface FastifyInstance {
    recovery: Pick<Recovery, 'subscription'>
  }
}

/** Keeps the app subscribed to each Page's webhooks, and recovers missed messages. */
async function recovery(app: FastifyInstance) {
  const { clock, graph, needs, store, keptTokens: tokens } = app
  const running = createRecovery({
    store,
    graph,
    tokens,
    duty: app.duty,
    isToBeSubscribed: (pageId) => app.tokenStore.page(pageId)?.subscribe === true,
    toEvents: toRecoveredEvents,
    clock,
    random: Math.random,
    log: app.log.child({ part: 'recovery' }),
    onTrouble: raisesNeeds({
      needs,
      cause: 'unsubscribed',
      nameOf: (pageId) => tokens.status(pageId).pageName,
    }),
  })
  app.decorate('recovery', { subscription: running.subscription })
  // Started in `onListen`, because Facebook cannot reach the bot before, and a failed start must not end a measured absence.
  app.addHook('onListen', () => running.start())
  app.addHook('onClose', () => running.stop())
}

export const recoveryPlugin = fp(recovery, {
  name: 'recovery',
  fastify: '5.x',
  dependencies: ['clock', 'store', 'needs', 'graph', 'tokens', 'delivery'],
})
