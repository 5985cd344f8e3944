import { randomBytes } from 'node:crypto'
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { errorPage } from '../src/web/error-page.ts'
import { BotError } from '../src/base/errors.ts'
import type { SetupCode } from '../src/setup/code.ts'
import { createSetup, type Setup, type SetupDeps } from '../src/setup/setup.ts'
import { strangeness } from '../src/setup/visitors.ts'
import { toBody } from './errors.ts'
import { ownFormsPlugin, formRefusal } from './own-forms.ts'

declare module 'fastify' {
  interface FastifyInstance {
    setup: Setup
    setupAccess: SetupAccess
  }
}

export interface SetupAccess {
  /** Whether this browser is the one that was let in last. */
  isIn: (request: FastifyRequest) => boolean
  /** Lets a browser in that has the code; the previous one is then locked out. @throws BotError */
  enter: (request: FastifyRequest, code: string) => void
}

export interface SetupPluginOptions extends SetupDeps {
  /** The host name or address the server was told to listen on. */
  host: string
  code: SetupCode
  /** Called when a browser was let in; a new code is then valid. */
  onEnter: () => void
}

const SESSION_MS = 12 * 60 * 60_000
const COOKIE = 'evergreen_setup'

/** Guards the set-up pages: only a local (or tunnelled) browser with the code from the terminal is let in. */
async function setup(app: FastifyInstance, { host, code, onEnter, ...deps }: SetupPluginOptions) {
  const log = app.log.child({ part: 'setup' })
  /** The one browser that was let in. */
  let session: string | null = null
  const isIn = (request: FastifyRequest): boolean => session !== null && request.session.get('id') === session

  app.addHook('onRequest', async (request) => {
    const why = strangeness(request.raw, host)
    if (why === null) return
    throw new BotError('BOT_FORM_REFUSED', STRANGE[why], {
      remedy:
        'Open it on the machine itself, at the address the terminal shows, or through a tunnel to it (ssh -L).',
    })
  })
  await app.register(ownFormsPlugin, {
    // A random key, so that no session outlives this process.
    key: randomBytes(32),
    cookieName: COOKIE,
    sessionMs: SESSION_MS,
  })
  app.addHook('onRequest', async (request, reply) => {
    const { open = false } = request.routeOptions.config
    if (open || isIn(request)) return
    if (request.method === 'GET') return reply.redirect('/setup/code', 303)
    throw new BotError('BOT_SIGN_IN_NEEDED', 'Enter the set-up code first.', {
      remedy: 'The terminal in which the bot was started shows it.',
    })
  })
  app.setErrorHandler<FastifyError>(async (error, _request, reply) => {
    const refusal = formRefusal(error)
    const problem = toBody(refusal)
    if (problem.statusCode >= 500) log.error({ err: error, code: problem.code }, 'a request failed')
    const remedy = refusal instanceof BotError ? (refusal.remedy ?? null) : null
    return reply
      .code(problem.statusCode)
      .type('text/html; charset=utf-8')
      .send(errorPage({ ...problem, remedy }, {}))
  })

  app.decorate('setup', createSetup(deps))
  app.decorate('setupAccess', {
    isIn,
    enter: (request, given) => {
      if (!code.redeem(given)) {
        app.logStranger(request.ip, { part: 'setup' }, 'a wrong set-up code was given')
        throw new BotError('BOT_SIGN_IN_FAILED', 'This is not the code, or it was used already.', {
          remedy: 'Enter the code that the terminal shows now.',
        })
      }
      session = randomBytes(16).toString('base64url')
      // A new session against session fixation: an attacker could have planted the old one.
      request.session.regenerate()
      request.session.set('id', session)
      log.info({ client: request.ip }, 'the set-up was opened in a browser')
      onEnter()
    },
  })
}

const STRANGE = {
  name: 'The set-up does not answer under this name.',
  proxy: 'The set-up does not answer through a proxy.',
} as const

export const setupPlugin = fp(setup, { name: 'setup', fastify: '5.x' })
