import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { readSignedRequest } from '../src/webhook/signed-request.ts'

const LARGEST_FORM_BYTES = 16 * 1024

async function facebook(app: FastifyInstance) {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<string>(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: LARGEST_FORM_BYTES },
    (_request, body, done) => done(null, new URLSearchParams(body)),
  )

  app.post<{ Body: URLSearchParams | undefined }>('/facebook/deauthorize', async (request) => {
    const { profileId } = readSignedRequest(request.body?.get('signed_request'), app.config.FB_APP_SECRET)
    const isOurs = app.tokens.statuses().some(({ pageId }) => pageId === profileId)
    // Facebook names a person we know nothing of, so every Page is asked about; it gets its answer without waiting.
    app.tokens.probe(isOurs && profileId !== null ? profileId : undefined).catch((error: unknown) => {
      request.log.error({ err: error }, 'the probe after a deauthorize callback failed')
    })
    request.log.warn('the app was removed by somebody on Facebook: probing the page tokens')
    return { success: true }
  })
}

export const facebookRoutes = fp(facebook, {
  name: 'facebook-routes',
  fastify: '5.x',
  encapsulate: true,
  decorators: { fastify: ['config', 'tokens'] },
})
