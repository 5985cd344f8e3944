import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createCutOff } from '../src/findings/cut-off.ts'

/** Gives this instance's Pages to others while Facebook answers them but not this one. */
async function cutOff(app: FastifyInstance) {
  const { clock, config, graph, graphSilence, pages, roster, store } = app
  if (config.DATABASE_URL === undefined) return
  const watch = createCutOff({
    silence: graphSilence,
    roster,
    records: store.records,
    rest: pages.rest,
    ask: graph.appSubscriptions,
    clock,
    log: app.log.child({ part: 'cut-off' }),
  })
  app.addHook('onListen', async () => watch.start())
  app.addHook('preClose', async () => watch.stop())
}

export const cutOffPlugin = fp(cutOff, {
  name: 'cut-off',
  fastify: '5.x',
  dependencies: ['env', 'clock', 'store', 'roster', 'graph'],
})
