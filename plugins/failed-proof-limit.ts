import { fastifyRateLimit } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { systemClock } from '../src/base/clock.ts'
import { networkOf } from '../src/web/network.ts'
import { createStrangerLog, type StrangerLog } from '../src/web/stranger-log.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Counts a failed authentication of a client. Resolves to null, or after too many failures to the seconds the client has to
     * wait. Authenticated requests are not counted, so the limit never refuses them.
     */
    countFailure: (request: FastifyRequest) => Promise<number | null>
    /** Logs a warning about an unauthenticated client, at a limited rate so that clients cannot fill the log. */
    logStranger: StrangerLog
  }
}

const FAILURES = 20
const WINDOW_MS = 60_000

async function failedProofLimit(app: FastifyInstance) {
  await app.register(fastifyRateLimit, { global: false })
  const count = app.createRateLimit({
    max: FAILURES,
    timeWindow: WINDOW_MS,
    keyGenerator: ({ ip }: FastifyRequest) => networkOf(ip),
  })

  // System time and not the bot's clock, because the rate limit counts in real time, too.
  app.decorate('logStranger', createStrangerLog({ clock: systemClock, log: app.log }))
  app.decorate('countFailure', async (request: FastifyRequest) => {
    const verdict = await count(request)
    return !verdict.isAllowed && verdict.isExceeded ? verdict.ttlInSeconds : null
  })
}

export const failedProofLimitPlugin = fp(failedProofLimit, { name: 'failed-proof-limit', fastify: '5.x' })
