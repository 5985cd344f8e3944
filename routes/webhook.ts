import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify'
import fp from 'fastify-plugin'
import { WEBHOOK_OBJECT } from '../src/channel/messenger.ts'
import { BotError } from '../src/base/errors.ts'
import { isJsonObject, parseJson, type Json } from '../src/base/json.ts'
import { toNewEvents } from '../src/webhook/inbox.ts'
import { createOtherObjects } from '../src/webhook/other-objects.ts'
import { free } from '../src/web/body-budget.ts'
import { couldBeSignature, createSignatureCheck } from '../src/webhook/signature.ts'
import { readChallenge, type VerificationQuery } from '../src/webhook/verification.ts'

const LARGEST_BODY_BYTES = 4 * 1024 * 1024

async function webhook(app: FastifyInstance) {
  const { metrics } = app
  const otherObjects = createOtherObjects({ store: app.store, clock: app.clock, log: app.log })
  const isSigned = createSignatureCheck(app.config.FB_APP_SECRET)

  // Facebook signs the raw bytes, so nothing is parsed before the signature is checked.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', async ({ headers, raw }: FastifyRequest): Promise<Json> => {
    const body = await app.bodies.read(raw, LARGEST_BODY_BYTES)
    if (!isSigned(body, headers['x-hub-signature-256'])) {
      free(raw, body)
      throw unsigned()
    }
    try {
      return parseJson(body.toString())
    } catch {
      throw new BotError('BOT_BODY_INVALID', 'The body is not JSON.')
    }
  })

  app.addHook('onError', async (_request, _reply, error) => {
    metrics.webhookRejected(reasonOf(error))
  })

  const take = async (body: Json): Promise<typeof TAKEN> => {
    if (!isJsonObject(body)) throw new BotError('BOT_BODY_INVALID', 'The body is not a JSON object.')
    const { object } = body
    if (typeof object !== 'string' || object === '')
      throw new BotError('BOT_OBJECT_MISSING', 'The body has no text under "object".')
    if (object !== WEBHOOK_OBJECT) {
      metrics.webhookOtherObject(otherObjects.heard(object))
      return TAKEN
    }
    const events = toNewEvents(body['entry'], app.clock.now(), app.config.FB_APP_ID)
    const kept = events.filter(({ kind }) => kind !== 'sample')
    // Stored before the answer, because after a 200 Facebook never sends this callback again.
    if (kept.length > 0) await app.store.accept(kept)
    for (const { kind } of events) metrics.webhookEvent(kind)
    for (const { pageId } of kept) app.noWebhooksAlarm.heard(pageId)
    if (kept.length < events.length) app.log.info('a sample came from the "Test" of the App dashboard')
    return TAKEN
  }

  // The callback URL in the App dashboard may end with a slash.
  for (const path of ['/webhook', '/webhook/']) {
    app.get<{ Querystring: VerificationQuery }>(path, (request, reply) => {
      const challenge = readChallenge(request.query, app.config.FB_VERIFY_TOKEN)
      reply.type('text/plain; charset=utf-8').send(challenge)
    })
    // The content type is not signed, so it is ignored, and every body is read as bytes.
    app.post<{ Body: Json }>(path, { onRequest: admit }, ({ body }) => take(body))
  }
}

const TAKEN = 'EVENT_RECEIVED'

/** Refuses requests without a signature header before their bodies are read. */
const admit: onRequestHookHandler = ({ headers }, _reply, done) => {
  if (!couldBeSignature(headers['x-hub-signature-256'])) return done(unsigned())
  headers['content-type'] = 'application/json'
  done()
}

const unsigned = (): BotError =>
  new BotError('BOT_SIGNATURE_INVALID', 'X-Hub-Signature-256 is missing or does not fit the body.')

/** The reason for the metric's label, such as `signature_invalid`; there are only a few. */
const reasonOf = (error: Error & { code?: string; statusCode?: number }): string => {
  if (error instanceof BotError) return error.code.slice('BOT_'.length).toLowerCase()
  if (error.statusCode === 413) return 'body_too_large'
  return error.statusCode !== undefined && error.statusCode < 500 ? 'request_invalid' : 'internal'
}

export const webhookRoutes = fp(webhook, {
  name: 'webhook-routes',
  fastify: '5.x',
  encapsulate: true,
  decorators: { fastify: ['bodies', 'config', 'clock', 'metrics', 'noWebhooksAlarm', 'store'] },
})
