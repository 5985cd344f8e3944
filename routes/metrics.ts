import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { readBasic } from '../src/web/password-check.ts'

async function metrics(app: FastifyInstance) {
  /** Values of the whole bot, which only the head reports, so that a sum over instances counts them once. */
  const ofTheBot = async () => {
    if (!app.duty.isHead()) return null
    const [{ inbox, outbox }, deadRows] = await Promise.all([app.store.counts(), app.store.deadRows()])
    const tokens = app.tokens.statuses().map(({ pageId, state }) => ({ pageId, isValid: state === 'valid' }))
    return { inbox, outbox, tokens, instances: app.roster.list().length, deadRows }
  }

  const ofThisInstance = async () => {
    const { clock, duty, store, tokens } = app
    const beganMs = clock.elapsed()
    const wrote = await store.probe().then(
      () => true,
      () => false,
    )
    return {
      writeSeconds: wrote ? (clock.elapsed() - beganMs) / 1000 : null,
      pagesKept: tokens.statuses().filter(({ pageId }) => duty.keeps(pageId)).length,
    }
  }

  app.get('/metrics', { config: { open: true } }, async (request, reply) => {
    if (app.signIn.sessionOf(request) === null) {
      reply.header('www-authenticate', 'Basic realm="Evergreen", charset="UTF-8"')
      await app.signIn.assertPassword(request, reply, readBasic(request.headers.authorization))
      reply.removeHeader('www-authenticate')
    }
    const own = await ofThisInstance()
    // If the database does not answer, its values are left out.
    const shared = own.writeSeconds === null ? null : await ofTheBot()
    return reply.type(app.exposition.contentType).send(await app.exposition.render(shared, own))
  })
}

export const metricsRoutes = fp(metrics, {
  name: 'metrics-routes',
  encapsulate: true,
  decorators: { fastify: ['clock', 'duty', 'exposition', 'roster', 'signIn', 'store', 'tokens'] },
})
