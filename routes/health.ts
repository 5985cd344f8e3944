import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { Clock } from '../src/base/clock.ts'

const FRESH_MS = 1000
const PATIENCE_MS = 3000

async function health(app: FastifyInstance) {
  const isStoreReady = remember(() => answers(app.store.probe(), app.clock), app.clock)

  app.get('/healthz', () => ({ status: 'ok' }))

  app.get('/readyz', async (_request, reply) => {
    const isReady = await isStoreReady()
    // A dead token is no reason to turn webhooks away: they are kept until it is mended.
    return reply.code(isReady ? 200 : 503).send({
      status: isReady ? 'ready' : 'unavailable',
      store: isReady ? 'ok' : 'unavailable',
      tokens: app.tokens.statuses().map(({ pageId, state }) => ({ pageId, state })),
    })
  })
}

/** Whether the probe succeeds in time. */
const answers = async (probe: Promise<void>, clock: Clock): Promise<boolean> => {
  const patience = new AbortController()
  const tooLate = clock.sleep(PATIENCE_MS, patience.signal).then(
    () => false,
    () => false,
  )
  const isReady = await Promise.race([
    probe.then(
      () => true,
      () => false,
    ),
    tooLate,
  ])
  patience.abort()
  return isReady
}

/** Asks once for all who ask at about the same time: anybody may call /readyz, and a probe writes to the disk. */
const remember = (ask: () => Promise<boolean>, clock: Clock): (() => Promise<boolean>) => {
  let answer: Promise<boolean> | null = null
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
  decorators: { fastify: ['clock', 'store', 'tokens'] },
})
