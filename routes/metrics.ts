import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { readBasic } from '../src/web/password-check.ts'

async function metrics(app: FastifyInstance) {
  app.get('/metrics', { config: { open: true } }, async (request, reply) => {
    if (app.signIn.sessionOf(request) === null) {
      reply.header('www-authenticate', 'Basic realm="Evergreen", charset="UTF-8"')
      app.signIn.assertPassword(request, reply, readBasic(request.headers.authorization))
      reply.removeHeader('www-authenticate')
    }
    const { inbox, outbox } = await app.store.counts()
    const tokens = app.tokens.statuses().map(({ pageId, state }) => ({ pageId, isValid: state === 'valid' }))
    return reply.type(app.exposition.contentType).send(await app.exposition.render({ inbox, outbox, tokens }))
  })
}

export const metricsRoutes = fp(metrics, {
  name: 'metrics-routes',
  encapsulate: true,
  decorators: { fastify: ['exposition', 'signIn', 'store', 'tokens'] },
})
