import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createNeeds, type Needs } from '../src/alerts/needs.ts'
import { createSharedNeeds } from '../src/alerts/shared-needs.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Trouble that only a person can repair. Other plugins raise needs here; plugins/alerts.ts alerts the operator. */
    needs: Needs
  }
}

async function needs(app: FastifyInstance) {
  const { clock, duty, instances, roster, store, surroundings } = app
  const shared = createSharedNeeds({
    own: createNeeds({ clock, surroundings }),
    records: store.records,
    instances,
    duty,
    self: roster.self,
    isLiving: roster.isLiving,
    clock,
    log: app.log.child({ part: 'needs' }),
  })
  app.decorate('needs', shared)
  app.addHook('onReady', () => shared.start())
  app.addHook('onClose', () => shared.stop())
}

export const needsPlugin = fp(needs, {
  name: 'needs',
  fastify: '5.x',
  dependencies: ['env', 'clock', 'store', 'roster'],
})
