import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

import type { Clock } from '../src/base/clock.ts'
import { within } from '../src/base/within.ts'
import { levelOfAll } from '../src/findings/findings.ts'

const FRESH_MS = 1000
const PATIENCE_MS = 3000

async function health(app: FastifyInstance) {
  /** Null when the store does not answer in time. */
  const inTime = <Value>(asked: Promise<Value>): Promise<Value | null> =>
    within(app.clock, PATIENCE_MS, asked, null).catch(() => null)
  const isStoreReady = remember(
    async () => (await inTime(app.store.probe().then(() => true))) ?? false,
    app.clock,
  )
  const countsOfNow = remember(() => inTime(app.store.counts()), app.clock)

  app.get('/healthz', () => ({ status: 'ok' }))

  app.get('/readyz', async (_request, reply) => {
    const [isStoreOk, counts] = await Promise.all([isStoreReady(), countsOfNow()])
    // 503 from the beginning of the shutdown, so that the load balancer sends no new requests.
    const isReady = isStoreOk && !app.isLeaving()
    const found = app.findings.now(counts)
    // A dead token does not matter here: webhooks are stored until it is replaced.
    return reply.code(isReady ? 200 : 503).send({
      status: app.isLeaving() ? 'leaving' : isReady ? 'ready' : 'unavailable',
      store: isStoreOk ? 'ok' : 'unavailable',
      verdict: levelOfAll(found),
      findings: found.map(({ kind, level, pageId }) => ({ kind, level, pageId })),
      tokens: app.tokens.statuses().map(({ pageId, state }) => ({ pageId, state })),
    })
  })
}

/**
 * Shares one probe between requests at about the same time, because /readyz is open to every client and a probe writes to the
 * disk.
 */
const remember = <Value>(ask: () => Promise<Value>, clock: Clock): (() => Promise<Value>) => {
  let answer: Promise<Value> | null = null
  let askedMs = Number.NEGATIVE_INFINITY
  return () => {
    if (answer === null || clock.elapsed() - askedMs >= FRESH_MS) {
      askedMs = clock.elapsed()
      answer = ask()
    }
    return answer
  }
}

export const healthRoutes = fp(health, {
  name: 'health-routes',
  fastify: '5.x',
  encapsulate: true,
  decorators: { fastify: ['clock', 'findings', 'isLeaving', 'store', 'tokens'] },
})
