import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createNoWebhooksAlarm, type NoWebhooksAlarm } from '../src/reception/no-webhooks-alarm.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Counts every event received, to raise a need when webhooks stop. */
    noWebhooksAlarm: Pick<NoWebhooksAlarm, 'heard'>
  }
}

async function noWebhooksAlarm(app: FastifyInstance) {
  const { clock, duty, needs, store, tokens } = app
  const watch = createNoWebhooksAlarm({
    pages: () => tokens.statuses().filter(({ state }) => state !== 'missing'),
    duty,
    needs,
    store,
    clock,
    log: app.log.child({ part: 'no-webhooks-alarm' }),
  })
  app.decorate('noWebhooksAlarm', watch)
  app.addHook('onReady', () => watch.start())
  app.addHook('onClose', () => watch.stop())
}

export const noWebhooksAlarmPlugin = fp(noWebhooksAlarm, {
  name: 'no-webhooks-alarm',
  fastify: '5.x',
  dependencies: ['clock', 'needs', 'store', 'tokens'],
})
