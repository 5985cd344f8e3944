import { hkdfSync } from 'node:crypto'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { openSessions, SESSION_MS } from '../src/console/sessions.ts'
import { createPasswordCheck, OPERATOR, type Admission, type Credentials } from '../src/web/password-check.ts'
import { LOGIN_CALLBACK } from '../src/console/login-address.ts'
import { facebookButton } from '../src/console/repair-page.ts'
import { SIGN_IN } from '../src/console/sign-in-page.ts'
import { isSentByAnotherSite } from '../src/web/same-origin.ts'
import { errorPage } from '../src/web/error-page.ts'
import { csrfField } from '../src/web/layout.ts'
import { SHORTEST_PASSWORD } from '../src/base/settings.ts'
import { BotError } from '../src/base/errors.ts'
import { within } from '../src/base/within.ts'
import { createActs, type Acts } from '../src/people/acts.ts'
import { openPeople, type People, type Person } from '../src/people/people.ts'
import { createPasswordHash, type PasswordHash } from '../src/people/secrets.ts'
import { mayAs, type Role } from '../src/people/roles.ts'
import { fitError } from '../src/cures/surroundings.ts'
import { toBody } from './errors.ts'
import { ownFormsPlugin, postedBy, toRefusal } from './own-forms.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Who may use the console. */
    people: People
    /** What they did there. */
    acts: Acts
    /** Signs the operator in and out, and checks requests for the session. */
    signIn: SignIn
  }
  interface FastifyReply {
    /** The person who sent the request, as it came. */
    by: string | null
  }
  interface FastifyContextConfig {
    /** An operator route that needs no sign-in; `file` for one that is the same on every instance. */
    open?: boolean | 'file'
    /** The least role that may use the route: viewer where it only shows, operator where it changes. */
    role?: Role
    /** What a person does by it, as the list of what each did has it. */
    act?: string | ((form: URLSearchParams) => string)
    /** The status by which it is done: 303, where nothing else is said. */
    doneWith?: number
  }
}

declare module '@fastify/secure-session' {
  interface SessionData {
    id: string
    sinceMs: number
    user: string
  }
}

export interface SignIn {
  /** Signs in, or throws `BOT_SIGN_IN_FAILED`, or `BOT_RATE_LIMITED` with `Retry-After` set. */
  begin: (
    request: FastifyRequest,
    reply: FastifyReply,
    given: Credentials & { code: string },
  ) => Promise<void>
  /** For what takes a proof again; failures count as those of signing in do, and throw as there. */
  prove: (request: FastifyRequest, reply: FastifyReply, check: () => Promise<boolean>) => Promise<void>
  /** Signs in a person who has proved already who they are. */
  open: (request: FastifyRequest, person: Person) => void
  end: (request: FastifyRequest) => Promise<void>
  /** The id of the operator's session; null for other requests. */
  sessionOf: (request: FastifyRequest) => string | null
  /** The person of that session; null for other requests. */
  personOf: (request: FastifyRequest) => Person | null
  /** Whether that person may do what needs this role. */
  may: (request: FastifyRequest, needed: Role) => boolean
  /** The name of that person, for what they did. */
  nameOf: (request: FastifyRequest) => string
  /** For clients that send the password with each request; throws as {@link SignIn.begin} does. */
  assertPassword: (request: FastifyRequest, reply: FastifyReply, given: Credentials | null) => Promise<void>
}

export interface SignInOptions {
  /** Of the operator. */
  password: string
  /** For the passwords of people; scrypt at its full cost by default. */
  passwordHash?: PasswordHash | undefined
}

const COOKIE = 'evergreen_operator'

/**
 * Guards every route of the scope it is registered in: signed in, with headers that keep other sites out, and changes
 * only from forms of our own. Registered for the operator's routes alone: none of it costs a webhook anything.
 */
async function signIn(
  app: FastifyInstance,
  { password, passwordHash = createPasswordHash() }: SignInOptions,
) {
  const { clock, config, instances, store } = app
  const log = app.log.child({ part: 'console' })
  const passwords = createPasswordCheck({ password, records: store.records, clock })
  const sessions = await openSessions({ store, instances, clock, log })
  const people = await openPeople({
    store,
    clock,
    appSecret: config.FB_APP_SECRET,
    operatorPassword: password,
    leastPassword: SHORTEST_PASSWORD,
    passwordHash,
  })
  const acts = createActs({ store, clock })
  app.decorate('people', people)
  app.decorate('acts', acts)
  app.addHook('preClose', async () => sessions.stop())

  await app.register(ownFormsPlugin, {
    key: sessionKey(config.FB_APP_SECRET, password),
    cookieName: COOKIE,
    sessionMs: SESSION_MS,
    // The button "Continue with Facebook" redirects there.
    formTargets: dialogOrigins(config.FB_LOGIN_URL),
    publicUrl: config.PUBLIC_URL,
  })

  const whoIn = ({ session }: FastifyRequest): { id: string; person: Person } | null => {
    const id = session.get('id')
    const sinceMs = session.get('sinceMs')
    if (id === undefined || sinceMs === undefined || !sessions.isOpen({ id, sinceMs })) return null
    // A session of an older version has no name: it is the operator's.
    const person = people.get(session.get('user') ?? OPERATOR)
    return person === null || sinceMs < person.sinceMs ? null : { id, person }
  }
  const sessionOf = (request: FastifyRequest): string | null => whoIn(request)?.id ?? null

  const assertOwnSite = (request: FastifyRequest): void => {
    // Another site can send the operator's browser here with wrong passwords: counted, they would lock the operator out.
    if (isSentByAnotherSite(postedBy(request, config.PUBLIC_URL))) {
      throw new BotError(
        'BOT_FORM_REFUSED',
        'Another site sent this browser here, so it cannot sign in by that.',
      )
    }
  }

  const assertAdmitted = (request: FastifyRequest, reply: FastifyReply, admission: Admission): void => {
    if (admission.is === 'right') return
    if (admission.is === 'locked') {
      reply.header('retry-after', admission.waitSeconds)
      throw new BotError('BOT_RATE_LIMITED', 'Too many wrong passwords; wait before the next try.')
    }
    app.logStranger(request.ip, { part: 'console', route: request.routeOptions.url }, 'a sign-in failed')
    const parts = people.list().some(({ hasSecondFactor }) => hasSecondFactor)
      ? 'The user name, the password or the code is wrong.'
      : 'The user name or the password is wrong.'
    throw new BotError('BOT_SIGN_IN_FAILED', parts)
  }

  const open: SignIn['open'] = ({ session, ip }, { name }) => {
    // Against session fixation: an attacker could have planted the session from before.
    session.regenerate()
    const { id, sinceMs } = sessions.begin()
    session.set('id', id)
    session.set('sinceMs', sinceMs)
    session.set('user', name)
    log.info({ client: ip, by: name }, 'the operator signed in')
    void keep(name, 'signed in')
  }

  const keep = (by: string, what: string): Promise<void> =>
    acts.note(by, what).catch((error: unknown) => {
      log.error({ err: error }, 'what a person did in the console could not be kept')
    })

  const isRight = async ({ user, code, ...given }: Credentials & { code: string }): Promise<boolean> => {
    const isTheirs =
      user === OPERATOR
        ? passwords.isRight({ user, ...given })
        : await people.isPasswordOf(user, given.password)
    const person = people.get(user)
    if (!isTheirs || person === null) return false
    return !person.hasSecondFactor || (await people.passesSecondFactor(user, code))
  }

  app.decorateReply('by', null)
  app.decorate('signIn', {
    assertPassword: async (request, reply, given) => {
      assertOwnSite(request)
      const admission = await passwords.admit(request.ip, given)
      if (given === null && admission.is === 'wrong')
        throw new BotError('BOT_SIGN_IN_NEEDED', `Sign in as ${OPERATOR}.`)
      assertAdmitted(request, reply, admission)
    },
    sessionOf,
    personOf: (request) => whoIn(request)?.person ?? null,
    may: (request, needed) => {
      const who = whoIn(request)
      return who !== null && mayAs(who.person.role, needed)
    },
    nameOf: (request) => whoIn(request)?.person.name ?? OPERATOR,
    open,
    prove: async (request, reply, check) =>
      assertAdmitted(request, reply, await passwords.admitBy(request.ip, check)),
    begin: async (request, reply, given) => {
      assertOwnSite(request)
      assertAdmitted(request, reply, await passwords.admitBy(request.ip, () => isRight(given)))
      const person = people.get(given.user)
      if (person !== null) open(request, person)
    },
    end: async (request) => {
      const who = whoIn(request)
      request.session.delete()
      if (who === null) return
      await sessions.end(who.id)
      log.info({ client: request.ip, by: who.person.name }, 'the operator signed out')
    },
  })

  app.addHook('onRequest', async ({ session, routeOptions }) => {
    if (routeOptions.config.open === 'file') return
    const id = session.get('id')
    // The request may come to another instance than the one before it. A database that does not answer locks no operator out.
    const asked = Promise.all([people.refresh(), id !== undefined && sessions.ask(id)])
    await within(clock, ASKED_WITHIN_MS, asked, null).catch(() => null)
  })
  app.addHook('onRequest', async (request) => {
    const { open: isOpen = false, role: needed = usualRole(request) } = request.routeOptions.config
    if (isOpen !== false) return
    const who = whoIn(request)
    if (who === null) throw new BotError('BOT_SIGN_IN_NEEDED', `Sign in as ${OPERATOR}.`)
    const { role } = who.person
    if (mayAs(role, needed)) return
    throw new BotError('BOT_ROLE_MISSING', `Your role, ${role}, does not allow this: it takes ${needed}.`, {
      remedy: 'Ask an owner to do it, or to change your role under People.',
    })
  })
  app.addHook('preHandler', async (request, reply) => {
    // Before the handler: it may end the session, or remove the person.
    reply.by = whoIn(request)?.person.name ?? null
  })
  app.addHook('onResponse', async (request, reply) => {
    const { act, doneWith = 303 } = request.routeOptions.config
    if (act === undefined || reply.by === null || reply.statusCode !== doneWith) return
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
    await keep(reply.by, typeof act === 'string' ? act : act(form))
  })
  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const refusal = toRefusal(error)
    // Programs get the usual JSON error; so does a browser that asks for the password itself (Basic authentication).
    if (!wantsPage(request) || reply.hasHeader('www-authenticate')) throw refusal
    if (refusal.code === 'BOT_SIGN_IN_NEEDED')
      return reply.redirect(request.method === 'POST' ? `${SIGN_IN}?unsaved=yes` : SIGN_IN, 303)
    const problem = toBody(refusal)
    if (problem.statusCode >= 500) log.error({ err: error, code: problem.code }, 'a request failed')
    const remedy = refusal instanceof BotError ? (fitError(refusal, app.surroundings).remedy ?? null) : null
    // No form without a session, and so no CSRF cookie: it would replace the operator's on a request from another site.
    const csrf = sessionOf(request) === null ? undefined : csrfField(reply.generateCsrf())
    const mayLogIn = isLogin(request) && app.signIn.may(request, 'operator')
    return reply
      .code(problem.statusCode)
      .type('text/html; charset=utf-8')
      .send(errorPage({ ...problem, remedy }, csrf, mayLogIn && csrf ? facebookButton(csrf) : false))
  })
}

const ASKED_WITHIN_MS = 1000

/** Whether this is the callback of Facebook's login dialog; a failed login begins again there. */
const isLogin = ({ routeOptions }: FastifyRequest): boolean => routeOptions.url === LOGIN_CALLBACK

const usualRole = ({ method }: FastifyRequest): Role =>
  method === 'GET' || method === 'HEAD' ? 'viewer' : 'operator'

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
