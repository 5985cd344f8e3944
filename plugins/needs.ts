import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createNeeds, type Needs } from '../src/alerts/needs.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** What a person has to mend. Whoever notices trouble raises it here; plugins/alerts.ts tells the person. */
    needs: Needs
  }
}

async function needs(app: FastifyInstance) {
  app.decorate('needs', createNeeds({ clock: app.clock, surroundings: app.surroundings }))
}

export const needsPlugin = fp(needs, { name: 'needs', fastify: '5.x', dependencies: ['env', 'clock'] })
