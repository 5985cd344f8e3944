import { fastifyCsrfProtection } from '@fastify/csrf-protection'
import { fastifyHelmet } from '@fastify/helmet'
import { fastifySecureSession } from '@fastify/secure-session'
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { fromHostCookie, toHostCookie } from '../src/web/host-cookie.ts'
import { isForeign, type FormOrigin } from '../src/web/same-origin.ts'
import { BotError } from '../src/base/errors.ts'

export interface OwnFormsOptions {
  /** The key that encrypts the session, 32 bytes. */
  key: Buffer
  cookieName: string
  sessionMs: number
  /** Other origins that a form of this server may redirect to; browsers apply `form-action` to redirects, too. */
  formTargets?: readonly string[]
  /** The public origin of this server; undefined if it is not known. */
  publicUrl?: string | undefined
}

const LARGEST_FORM_BYTES = 64 * 1024

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Most bytes of a form of this route, if more than the default. */
    formBytes?: number
  }
}
const COOKIE_OPTIONS = { path: '/', httpOnly: true, sameSite: 'lax' } as const
const SAFE_METHODS = new Set(['GET', 'HEAD'])

/**
 * Protects the pages of the scope it is registered in: security headers, a session, and changes only from this server's own
 * forms.
 */
async function ownForms(app: FastifyInstance, options: OwnFormsOptions) {
  const { key, cookieName, sessionMs, formTargets = [], publicUrl } = options

  // The cookie is renamed before the session is read, and again after it is written, because the session plugin has one name for
  // http and https.
  app.addHook('onRequest', (request, _reply, done) => {
    const { cookie } = request.headers
    if (cookie !== undefined && isSecure(request, publicUrl))
      request.headers.cookie = fromHostCookie(cookie, cookieName)
    done()
  })
  // Registered before the hooks below are added, so that these run after it.
  await app.register(fastifyHelmet, headers(formTargets))
  await app.register(fastifySecureSession, {
    key,
    cookieName,
    expiry: sessionMs / 1000,
    // Lax, because the redirect from Facebook's dialog comes from another site. Forms from other sites are refused below.
    cookie: { ...COOKIE_OPTIONS },
  })
  await app.register(fastifyCsrfProtection, {
    sessionPlugin: '@fastify/secure-session',
    getToken: ({ body }) => (body instanceof URLSearchParams ? (body.get('_csrf') ?? undefined) : undefined),
    // The plugin logs every refused form, and strangers must not fill the log; the hook below logs them up to a limit.
    logLevel: 'silent',
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    async ({ raw, routeOptions }: FastifyRequest) => {
      const { formBytes = LARGEST_FORM_BYTES } = routeOptions.config
      return new URLSearchParams((await app.bodies.read(raw, formBytes)).toString())
    },
  )

  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    // Over https the cookie gets `Secure`; over http the browser would not send a `Secure` cookie back.
    if (isSecure(request, publicUrl)) request.session.options({ ...COOKIE_OPTIONS, secure: true })
    if (SAFE_METHODS.has(request.method)) return
    const posted = postedBy(request, publicUrl)
    if (!isForeign(posted)) return
    app.logStranger(request.ip, { origin: posted.origin }, 'a form from another site was refused')
    throw new BotError('BOT_FORM_REFUSED', 'This change was not posted by the operator console.')
  })
  app.addHook('onSend', (request, reply, _payload, done) => {
    const values = [reply.getHeader('set-cookie') ?? []].flat().map(String)
    if (values.length > 0 && isSecure(request, publicUrl)) {
      // Removed first, because `header` adds to an existing `set-cookie`.
      reply.removeHeader('set-cookie')
      reply.header(
        'set-cookie',
        values.map((value) => toHostCookie(value, cookieName)),
      )
    }
    done()
  })
  app.addHook('onError', async ({ ip }, _reply, error) => {
    if (isTokenRefusal(error))
      app.logStranger(ip, { code: error.code }, 'a form without the token of its session was refused')
  })
  app.addHook('preHandler', (request, reply, done) => {
    if (SAFE_METHODS.has(request.method)) return done()
    app.csrfProtection(request, reply, done)
  })
}

/** The values of a request that tell which site sent it. */
export const postedBy = (request: FastifyRequest, publicUrl: string | undefined): FormOrigin => ({
  host: request.host,
  origin: request.headers.origin,
  secFetchSite: header(request, 'sec-fetch-site'),
  publicUrl,
})

/** The error of a request; a CSRF error gets the bot's own code and message. */
export const formRefusal = (error: FastifyError): FastifyError | BotError =>
  isTokenRefusal(error)
    ? new BotError('BOT_FORM_REFUSED', 'This form is too old, or was not made by the operator console.', {
        remedy:
          'Open its page again and repeat it. If that does not help, let the browser keep cookies of this address.',
      })
    : error

const isTokenRefusal = ({ code }: FastifyError): boolean => code?.startsWith('FST_CSRF_')

const isSecure = (request: FastifyRequest, publicUrl: string | undefined): boolean =>
  request.protocol === 'https' ||
  (publicUrl?.startsWith('https:') === true && new URL(publicUrl).host === request.host)

const header = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name]
  return Array.isArray(value) ? value[0] : value
}

const headers = (formTargets: readonly string[]) =>
  ({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        formAction: ["'self'", ...formTargets],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    // With `no-referrer`, this server's own forms would come without `Origin`.
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
    // The proxy that terminates TLS sets HSTS for the whole domain.
    strictTransportSecurity: false,
  }) as const

export const ownFormsPlugin = fp(ownForms, {
  name: 'own-forms',
  fastify: '5.x',
  decorators: { fastify: ['bodies', 'logStranger'] },
})
