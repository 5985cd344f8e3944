import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createSilenceWatch, type SilenceWatch } from '../src/reception/no-webhooks-alarm.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Counts every event received, to raise a need when webhooks stop. */
    silence: Pick<SilenceWatch, 'heard'>
  }
}

async function silence(app: FastifyInstance) {
  const { clock, needs, store, tokens } = app
  const watch = createSilenceWatch({
    pages: () => tokens.statuses().filter(({ state }) => state !== 'missing'),
    needs,
    store,
    clock,
    log: app.log.child({ part: 'silence' }),
  })
  app.decorate('silence', watch)
  app.addHook('onReady', () => watch.start())
  app.addHook('onClose', () => watch.stop())
}

export const silencePlugin = fp(silence, {
  name: 'silence',
  fastify: '5.x',
  dependencies: ['clock', 'needs', 'store', 'tokens'],
})
