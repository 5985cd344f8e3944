import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createNeeds, type Needs } from '../src/alerts/needs.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** What the operator has to mend. Other plugins raise needs here; plugins/alerts.ts alerts the operator. */
    needs: Needs
  }
}

async function needs(app: FastifyInstance) {
  app.decorate('needs', createNeeds({ clock: app.clock, surroundings: app.surroundings }))
}

export const needsPlugin = fp(needs, { name: 'needs', fastify: '5.x', dependencies: ['env', 'clock'] })
