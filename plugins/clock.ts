import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { Clock } from '../src/base/clock.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The clock of all plugins; tests replace it. */
    clock: Clock
  }
}

async function clock(app: FastifyInstance, options: { clock: Clock }) {
  app.decorate('clock', options.clock)
}

export const clockPlugin = fp(clock, { name: 'clock', fastify: '5.x' })
