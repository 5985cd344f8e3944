import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { readBasic } from '../src/web/password-check.ts'

async function metrics(app: FastifyInstance) {
  /** What is the same on every instance is told by one of them, so that a sum over instances counts it once. */
  const ofTheBot = async () => {
    if (!app.duty.isHead()) return null
    const { inbox, outbox } = await app.store.counts()
    const tokens = app.tokens.statuses().map(({ pageId, state }) => ({ pageId, isValid: state === 'valid' }))
    return { inbox, outbox, tokens }
  }

  app.get('/metrics', { config: { open: true } }, async (request, reply) => {
    if (app.signIn.sessionOf(request) === null) {
      reply.header('www-authenticate', 'Basic realm="Evergreen", charset="UTF-8"')
      await app.signIn.assertPassword(request, reply, readBasic(request.headers.authorization))
      reply.removeHeader('www-authenticate')
    }
    return reply.type(app.exposition.contentType).send(await app.exposition.render(await ofTheBot()))
  })
}

export const metricsRoutes = fp(metrics, {
  name: 'metrics-routes',
  encapsulate: true,
  decorators: { fastify: ['duty', 'exposition', 'signIn', 'store', 'tokens'] },
})
