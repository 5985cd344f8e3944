import { hkdfSync } from 'node:crypto'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { openSessions, SESSION_MS } from '../src/console/sessions.ts'
import { createPasswordCheck, OPERATOR, type Credentials } from '../src/web/password-check.ts'
import { LOGIN_CALLBACK } from '../src/console/login-address.ts'
import { facebookButton } from '../src/console/repair-page.ts'
import { isSentByAnotherSite } from '../src/web/same-origin.ts'
import { errorPage } from '../src/web/error-page.ts'
import { csrfField } from '../src/web/layout.ts'
import { BotError } from '../src/base/errors.ts'
import { fitError } from '../src/cures/surroundings.ts'
import { toBody } from './errors.ts'
import { ownFormsPlugin, postedBy, toRefusal } from './own-forms.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Signs the operator in and out, and checks requests for the session. */
    signIn: SignIn
  }
  interface FastifyContextConfig {
    /** An operator route that needs no sign-in. */
    open?: boolean
  }
}

declare module '@fastify/secure-session' {
  interface SessionData {
    id: string
    sinceMs: number
  }
}

export interface SignIn {
  /** Signs in, or throws `BOT_SIGN_IN_FAILED`, or `BOT_RATE_LIMITED` with `Retry-After` set. */
  begin: (request: FastifyRequest, reply: FastifyReply, given: Credentials) => void
  end: (request: FastifyRequest) => Promise<void>
  /** The id of the operator's session; null for other requests. */
  sessionOf: (request: FastifyRequest) => string | null
  /** For clients that send the password with each request; throws as {@link SignIn.begin} does. */
  assertPassword: (request: FastifyRequest, reply: FastifyReply, given: Credentials | null) => void
}

const COOKIE = 'evergreen_operator'

/**
 * Guards every route of the scope it is registered in: signed in, with headers that keep other sites out, and changes
 * only from forms of our own. Registered for the operator's routes alone: none of it costs a webhook anything.
 */
async function signIn(app: FastifyInstance, { password }: { password: string }) {
  const { clock, config, store } = app
  const passwords = createPasswordCheck({ password, clock })
  const sessions = await openSessions({ store, clock })
  const log = app.log.child({ part: 'console' })

  await app.register(ownFormsPlugin, {
    key: sessionKey(config.FB_APP_SECRET, password),
    cookieName: COOKIE,
    sessionMs: SESSION_MS,
    // The button "Continue with Facebook" redirects there.
    formTargets: dialogOrigins(config.FB_LOGIN_URL),
    publicUrl: config.PUBLIC_URL,
  })

  const sessionOf = ({ session }: FastifyRequest): string | null => {
    const id = session.get('id')
    const sinceMs = session.get('sinceMs')
    return id !== undefined && sinceMs !== undefined && sessions.isOpen({ id, sinceMs }) ? id : null
  }

  const assertPassword: SignIn['assertPassword'] = (request, reply, given) => {
    // Another site can send the operator's browser here with wrong passwords: counted, they would lock the operator out.
    if (isSentByAnotherSite(postedBy(request, config.PUBLIC_URL))) {
      throw new BotError(
        'BOT_FORM_REFUSED',
        'Another site sent this browser here, so it cannot sign in by that.',
      )
    }
    const admission = passwords.admit(request.ip, given)
    if (admission.is === 'right') return
    if (admission.is === 'locked') {
      reply.header('retry-after', admission.waitSeconds)
      throw new BotError('BOT_RATE_LIMITED', 'Too many wrong passwords; wait before the next try.')
    }
    if (given === null) throw new BotError('BOT_SIGN_IN_NEEDED', `Sign in as ${OPERATOR}.`)
    app.logStranger(request.ip, { part: 'console', route: request.routeOptions.url }, 'a sign-in failed')
    throw new BotError('BOT_SIGN_IN_FAILED', 'The user name or the password is wrong.')
  }

  app.decorate('signIn', {
    assertPassword,
    sessionOf,
    begin: (request, reply, given) => {
      assertPassword(request, reply, given)
      const { session } = request
      // Against session fixation: an attacker could have planted the session from before.
      session.regenerate()
      const { id, sinceMs } = sessions.begin()
      session.set('id', id)
      session.set('sinceMs', sinceMs)
      log.info({ client: request.ip }, 'the operator signed in')
    },
    end: async (request) => {
      const id = sessionOf(request)
      request.session.delete()
      if (id === null) return
      await sessions.end(id)
      log.info({ client: request.ip }, 'the operator signed out')
    },
  })

  app.addHook('onRequest', async (request) => {
    const { open = false } = request.routeOptions.config
    if (open || sessionOf(request) !== null) return
    throw new BotError('BOT_SIGN_IN_NEEDED', `Sign in as ${OPERATOR}.`)
  })
  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const refusal = toRefusal(error)
    // Programs get the usual JSON error; so does a browser that asks for the password itself (Basic authentication).
    if (!wantsPage(request) || reply.hasHeader('www-authenticate')) throw refusal
    if (refusal.code === 'BOT_SIGN_IN_NEEDED') return reply.redirect('/operator/sign-in', 303)
    const problem = toBody(refusal)
    if (problem.statusCode >= 500) log.error({ err: error, code: problem.code }, 'a request failed')
    const remedy = refusal instanceof BotError ? (fitError(refusal, app.surroundings).remedy ?? null) : null
    // No form without a session, and so no CSRF cookie: it would replace the operator's on a request from another site.
    const csrf = sessionOf(request) === null ? undefined : csrfField(reply.generateCsrf())
    return reply
      .code(problem.statusCode)
      .type('text/html; charset=utf-8')
      .send(errorPage({ ...problem, remedy }, csrf, isLogin(request) && csrf ? facebookButton(csrf) : false))
  })
}

/** Whether this is the callback of Facebook's login dialog; a failed login begins again there. */
const isLogin = ({ routeOptions }: FastifyRequest): boolean => routeOptions.url === LOGIN_CALLBACK

const wantsPage = (request: FastifyRequest): boolean => request.headers.accept?.includes('text/html') === true

/** The key that encrypts sessions. A new password or app secret changes the key, which ends all sessions. */
const sessionKey = (appSecret: string, password: string): Buffer =>
  Buffer.from(hkdfSync('sha256', appSecret, password, 'evergreen operator session', 32))

/** Facebook redirects from www to other hosts of its own, such as m.facebook.com on phones. */
const dialogOrigins = (loginUrl: string): string[] =>
  new URL(loginUrl).hostname === 'www.facebook.com' ? [loginUrl, 'https://*.facebook.com'] : [loginUrl]

export const signInPlugin = fp(signIn, {
  name: 'sign-in',
  fastify: '5.x',
  dependencies: ['env', 'clock', 'store'],
})
