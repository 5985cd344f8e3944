import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { createFreshRequests } from '../src/webhook/fresh-requests.ts'
import { readSignedRequest } from '../src/webhook/signed-request.ts'

const LARGEST_FORM_BYTES = 16 * 1024

async function facebook(app: FastifyInstance) {
  const requests = createFreshRequests(app)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    async ({ raw }: FastifyRequest) =>
      new URLSearchParams((await app.bodies.read(raw, LARGEST_FORM_BYTES)).toString()),
  )

  app.post<{ Body: URLSearchParams | undefined }>('/facebook/deauthorize', async (request) => {
    const { FB_APP_SECRET } = app.config
    const signed = readSignedRequest(request.body?.get('signed_request'), FB_APP_SECRET)
    // A repeated request has no effect, because it may be a recorded one.
    if (!requests.isNew(signed)) return { success: true }
    request.log.warn('a person removed the app on Facebook: probing the page tokens')
    // Not awaited: Facebook gets its answer before the probe ends.
    app.tokens.deauthorized({ userId: signed.userId, pageId: signed.profileId }).catch((error: unknown) => {
      request.log.error({ err: error }, 'the probe after a deauthorize callback failed')
    })
    return { success: true }
  })
}

export const facebookRoutes = fp(facebook, {
  name: 'facebook-routes',
  fastify: '5.x',
  encapsulate: true,
  decorators: { fastify: ['bodies', 'clock', 'config', 'tokens'] },
})
