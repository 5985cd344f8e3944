import { fastifyRateLimit } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { systemClock } from '../src/base/clock.ts'
import { networkOf } from '../src/web/network.ts'
import { createStrangerLog, type StrangerLog } from '../src/web/stranger-log.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Counts a failed proof of who one is against the client. Resolves to the seconds it has to wait once it failed
     * too often, to null before. A request that proves what it should never comes here, so it cannot be refused.
     */
    countFailure: (request: FastifyRequest) => Promise<number | null>
    /** Warns of what a stranger did, so often and so long that no stranger fills the log. */
    logStranger: StrangerLog
  }
}

const FAILURES = 20
const WINDOW_MS = 60_000

async function shield(app: FastifyInstance) {
  await app.register(fastifyRateLimit, { global: false })
  const count = app.createRateLimit({
    max: FAILURES,
    timeWindow: WINDOW_MS,
    keyGenerator: ({ ip }: FastifyRequest) => networkOf(ip),
  })

  // Real time, as the limit's own.
  app.decorate('logStranger', createStrangerLog({ clock: systemClock, log: app.log }))
  app.decorate('countFailure', async (request: FastifyRequest) => {
    const verdict = await count(request)
    return !verdict.isAllowed && verdict.isExceeded ? verdict.ttlInSeconds : null
  })
}

export const shieldPlugin = fp(shield, { name: 'shield', fastify: '5.x' })
