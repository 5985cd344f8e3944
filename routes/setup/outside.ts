import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { dropBody } from '../../src/web/body-budget.ts'
import { REACH } from '../../src/setup/proofs.ts'

const RETRY_AFTER_SECONDS = 60

/**
 * Routes that are open to every client during the set-up: health, refusal of webhooks, and the proof that the address leads here.
 */
async function setupOutside(
  app: FastifyInstance,
  { answerTo }: { answerTo: (question: string, proxy: string | null) => string | null },
) {
  app.get('/healthz', () => ({ status: 'ok' }))

  for (const url of ['/readyz', '/webhook']) {
    // Refused before the body is read, because it could not be stored. Facebook sends it again.
    const onRequest = async ({ raw }: FastifyRequest, reply: FastifyReply) => {
      dropBody(raw)
      return refuse(reply)
    }
    app.route({ method: ['GET', 'POST'], url, onRequest, handler: () => undefined })
  }

  app.get<{ Params: { question: string } }>(`${REACH}/:question`, (request, reply) => {
    const isProxied = request.headers['x-forwarded-for'] !== undefined
    const answer = answerTo(request.params.question, isProxied ? plainAddress(request.ip) : null)
    if (answer === null) return reply.callNotFound()
    return reply.type('text/plain').send(answer)
  })
}

/** A dual-stack socket reports IPv4 addresses mapped into IPv6. */
const plainAddress = (ip: string): string => ip.replace(/^::ffff:(?=\d+\.)/i, '')

const refuse = (reply: FastifyReply): FastifyReply =>
  reply.code(503).header('retry-after', RETRY_AFTER_SECONDS).send({
    statusCode: 503,
    code: 'BOT_STORE_UNAVAILABLE',
    error: 'Service Unavailable',
    message: 'This bot is not set up yet.',
  })

export const setupOutsideRoutes = fp(setupOutside, { name: 'setup-outside-routes', encapsulate: true })
