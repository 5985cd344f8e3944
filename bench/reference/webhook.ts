import { createHmac, timingSafeEqual } from 'node:crypto'
import { flushCompileCache } from 'node:module'
import Fastify, { LogController, type FastifyInstance } from 'fastify'
import { APP_SECRET } from '../lib/requests.ts'

export interface Callback {
  entry: { id: string; messaging: { sender: { id: string }; message: { mid: string; text: string } }[] }[]
}

/** A Fastify route that checks the signature, parses, and hands the callback on: what every reference shares. */
export const webhookServer = (
  accept: (callback: Callback, body: Buffer) => Promise<void> | undefined,
): FastifyInstance => {
  const app = Fastify({ logController: new LogController({ disableRequestLogging: true }) })
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const expected = createHmac('sha256', APP_SECRET).update(body).digest()
    const given = Buffer.from(String(request.headers['x-hub-signature-256']).slice(7), 'hex')
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      return done(new Error('signature'))
    done(null, { callback: JSON.parse(body.toString()) as Callback, body })
  })
  app.post<{ Body: { callback: Callback; body: Buffer } }>('/webhook', async (request) => {
    await accept(request.body.callback, request.body.body)
    return 'EVENT_RECEIVED'
  })
  return app
}

export const report = async (app: FastifyInstance): Promise<void> => {
  await app.listen({ host: '127.0.0.1', port: 0 })
  // As `npm start` does: what is killed would leave nothing for the next start.
  flushCompileCache()
  process.send?.({ port: (app.server.address() as { port: number }).port })
}
