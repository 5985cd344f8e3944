import { fastifyRateLimit } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Counts a failed proof of who one is against the client. Resolves to the seconds it has to wait once it failed
     * too often, to null before. A request that proves what it should never comes here, so it cannot be refused.
     */
    countFailure: (request: FastifyRequest) => Promise<number | null>
  }
}

const FAILURES = 20
const WINDOW_MS = 60_000

async function shield(app: FastifyInstance) {
  await app.register(fastifyRateLimit, { global: false })
  const count = app.createRateLimit({ max: FAILURES, timeWindow: WINDOW_MS })

  app.decorate('countFailure', async (request: FastifyRequest) => {
    const verdict = await count(request)
    return !verdict.isAllowed && verdict.isExceeded ? verdict.ttlInSeconds : null
  })
}

export const shieldPlugin = fp(shield, { name: 'shield', fastify: '5.x' })
