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
  /** Other origins our forms may lead to (`form-action`): browsers apply it to redirects after a form, too. */
  formTargets?: readonly string[]
  /** The public origin of this server, when it is known. */
  publicUrl?: string | undefined
}

const LARGEST_FORM_BYTES = 64 * 1024

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The most bytes that a form of this route may have, where they are more than usual. */
    formBytes?: number
  }
}
const COOKIE_OPTIONS = { path: '/', httpOnly: true, sameSite: 'lax' } as const
const SAFE_METHODS = new Set(['GET', 'HEAD'])

/**
 * Protects every page of ours: security headers against other sites, a session, and changes only from our own forms.
 * Holds for the scope it is registered in.
 */
async function ownForms(app: FastifyInstance, options: OwnFormsOptions) {
  const { key, cookieName, sessionMs, formTargets = [], publicUrl } = options

  // Before the session is read, and below after it is written: the plugin knows one name for http and https.
  app.addHook('onRequest', (request, _reply, done) => {
    const { cookie } = request.headers
    if (cookie !== undefined && isSecure(request, publicUrl))
      request.headers.cookie = fromHostCookie(cookie, cookieName)
    done()
  })
  // Loaded before the hooks below are added, so that these run after.
  await app.register(fastifyHelmet, headers(formTargets))
  await app.register(fastifySecureSession, {
    key,
    cookieName,
    expiry: sessionMs / 1000,
    // Lax, as the way back from Facebook's dialog is a link from another site. Forms from there are refused below.
    cookie: { ...COOKIE_OPTIONS },
  })
  await app.register(fastifyCsrfProtection, {
    sessionPlugin: '@fastify/secure-session',
    getToken: ({ body }) => (body instanceof URLSearchParams ? (body.get('_csrf') ?? undefined) : undefined),
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
    // A page that came by https gets a cookie for https alone; one that came by http needs it over http.
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
      // A second `header` would add to the first.
      reply.removeHeader('set-cookie')
      reply.header(
        'set-cookie',
        values.map((value) => toHostCookie(value, cookieName)),
      )
    }
    done()
  })
  app.addHook('preHandler', (request, reply, done) => {
    if (SAFE_METHODS.has(request.method)) return done()
    app.csrfProtection(request, reply, done)
  })
}

/** The headers that tell from which site a request came. */
export const postedBy = (request: FastifyRequest, publicUrl: string | undefined): FormOrigin => ({
  host: request.host,
  origin: request.headers.origin,
  secFetchSite: header(request, 'sec-fetch-site'),
  publicUrl,
})

/** The error of a request, with our own message where the form was not ours. */
export const formRefusal = (error: FastifyError): FastifyError | BotError =>
  error.code?.startsWith('FST_CSRF_')
    ? new BotError('BOT_FORM_REFUSED', 'This form is too old, or was not made by the operator console.')
    : error

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
    // With no-referrer our own forms would come without their origin.
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
