import { hkdfSync } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { openSessions, SESSION_MS } from '../src/console/sessions.ts'
import { createSignInRules, signInNeeded, type SignedIn } from '../src/console/sign-in.ts'
import {
  createPasswordCheck,
  OPERATOR,
  type Admission,
  type Credentials,
  type PasswordCheck,
} from '../src/web/password-check.ts'
import { isSentByAnotherSite } from '../src/web/same-origin.ts'
import { SHORTEST_PASSWORD } from '../src/base/settings.ts'
import { BotError } from '../src/base/errors.ts'
import { within } from '../src/base/within.ts'
import { openPeople, type People, type Person } from '../src/people/people.ts'
import { createPasswordHash, type PasswordHash } from '../src/people/secrets.ts'
import { mayAs, type Role } from '../src/people/roles.ts'
import { ownFormsPlugin, postedBy } from './own-forms.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The people who may use the console. */
    people: People
    /** Signs the operator in and out, and checks requests for the session. */
    signIn: SignIn
  }
  interface FastifyContextConfig {
    /** True for an operator route that needs no sign-in; `file` for one whose answer is the same on every instance. */
    open?: boolean | 'file'
    /** The least role that may use the route; by default viewer for reading, operator for changing. */
    role?: Role
  }
}

declare module '@fastify/secure-session' {
  interface SessionData {
    id: string
    sinceMs: number
    user: string
    /** The mark of the person's password. */
    mark: string
  }
}

export interface SignIn {
  /** Signs in, or throws `BOT_SIGN_IN_FAILED`, or `BOT_RATE_LIMITED` with `Retry-After` set. */
  begin: (
    request: FastifyRequest,
    reply: FastifyReply,
    given: Credentials & { code: string },
  ) => Promise<void>
  /** Asks for a proof again before a critical action. Failures count and throw as those of {@link SignIn.begin} do. */
  prove: (request: FastifyRequest, reply: FastifyReply, check: () => Promise<boolean>) => Promise<void>
  /** Whether this is the password of that person, who may be the operator. Does not count failures. */
  isPasswordOf: (name: string, password: string) => Promise<boolean>
  /** Failed sign-ins of all clients lately; null for none. */
  failures: PasswordCheck['failures']
  /** Signs in a person whose proof has been checked already. */
  open: (request: FastifyRequest, person: Person) => void
  end: (request: FastifyRequest) => Promise<void>
  /** The id of the operator's session; null for other requests. */
  sessionOf: (request: FastifyRequest) => string | null
  /** The person of the session; null for other requests. */
  personOf: (request: FastifyRequest) => Person | null
  /** Whether that person has this role or a higher one. */
  may: (request: FastifyRequest, needed: Role) => boolean
  /** The name of that person, for the log of actions. */
  nameOf: (request: FastifyRequest) => string
  /** For clients that send the password with each request; throws as {@link SignIn.begin} does. */
  assertPassword: (request: FastifyRequest, reply: FastifyReply, given: Credentials | null) => Promise<void>
}

export interface SignInOptions {
  /** The operator's password. */
  password: string
  /** The hash for people's passwords; by default scrypt at its full cost. */
  passwordHash?: PasswordHash | undefined
}

const COOKIE = 'evergreen_operator'

/**
 * Guards every route of the scope it is registered in: sign-in, security headers, and changes only from this server's own forms.
 * Registered only for the operator's routes, so that it costs webhooks no time.
 */
async function signIn(
  app: FastifyInstance,
  { password, passwordHash = createPasswordHash() }: SignInOptions,
) {
  const { acts, clock, config, instances, store } = app
  const log = app.log.child({ part: 'console' })
  const passwords = createPasswordCheck({ password, records: store.records, clock })
  const sessions = await openSessions({ store, instances, clock, log })
  const people = await openPeople({
    store,
    instances,
    clock,
    log,
    appSecret: config.FB_APP_SECRET,
    operatorPassword: password,
    leastPassword: SHORTEST_PASSWORD,
    passwordHash,
  })
  const rules = createSignInRules({ passwords, people, sessions })
  app.decorate('people', people)
  app.addHook('preClose', async () => {
    sessions.stop()
    people.stop()
  })

  await app.register(ownFormsPlugin, {
    key: sessionKey(config.FB_APP_SECRET, password),
    cookieName: COOKIE,
    sessionMs: SESSION_MS,
    // The button "Continue with Facebook" redirects to these origins.
    formTargets: dialogOrigins(config.FB_LOGIN_URL),
    publicUrl: config.PUBLIC_URL,
  })

  const whoIn = ({ session }: FastifyRequest): SignedIn | null =>
    rules.who({
      id: session.get('id'),
      sinceMs: session.get('sinceMs'),
      user: session.get('user'),
      mark: session.get('mark'),
    })
  const sessionOf = (request: FastifyRequest): string | null => whoIn(request)?.id ?? null

  const nameOf: SignIn['nameOf'] = (request) => whoIn(request)?.person.name ?? OPERATOR

  const assertOwnSite = (request: FastifyRequest): void => {
    // Another site can send the operator's browser here with wrong passwords. They are not counted, because they would lock the
    // operator out.
    if (isSentByAnotherSite(postedBy(request, config.PUBLIC_URL))) {
      throw new BotError(
        'BOT_FORM_REFUSED',
        'Another site sent this browser here, so it cannot sign in by that.',
      )
    }
  }

  const assertAdmitted = (request: FastifyRequest, reply: FastifyReply, admission: Admission): void => {
    if (admission.is === 'right') return
    if (admission.is === 'locked') reply.header('retry-after', admission.waitSeconds)
    else app.logStranger(request.ip, { part: 'console', route: request.routeOptions.url }, 'a sign-in failed')
    throw rules.refusalOf(admission)
  }

  const open: SignIn['open'] = ({ session, ip }, { name, mark }) => {
    // Against session fixation: an attacker could have planted the session from before.
    session.regenerate()
    const { id, sinceMs } = sessions.begin()
    session.set('id', id)
    session.set('sinceMs', sinceMs)
    session.set('user', name)
    session.set('mark', mark)
    log.info({ client: ip, by: name }, 'the operator signed in')
    void acts.note(name, 'signed in')
  }

  app.decorate('signIn', {
    assertPassword: async (request, reply, given) => {
      assertOwnSite(request)
      const admission = await passwords.admit(request.ip, given)
      if (given === null && admission.is === 'wrong') throw signInNeeded()
      assertAdmitted(request, reply, admission)
    },
    sessionOf,
    personOf: (request) => whoIn(request)?.person ?? null,
    may: (request, needed) => {
      const who = whoIn(request)
      return who !== null && mayAs(who.person.role, needed)
    },
    nameOf,
    isPasswordOf: rules.isPasswordOf,
    failures: passwords.failures,
    open,
    prove: async (request, reply, check) =>
      assertAdmitted(request, reply, await passwords.admitBy(request.ip, nameOf(request), check)),
    begin: async (request, reply, given) => {
      assertOwnSite(request)
      // Read before the check: if the password is changed meanwhile, the session gets the old mark and is not valid.
      const person = people.get(given.user)
      assertAdmitted(
        request,
        reply,
        await passwords.admitBy(request.ip, given.user, () => rules.isRight(given)),
      )
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
    // Asked for each request, because the session may have ended on another instance. If the database does not answer, the
    // operator is not locked out.
    const asked = Promise.all([people.refresh(), id !== undefined && sessions.ask(id)])
    await within(clock, ASKED_WITHIN_MS, asked, null).catch(() => null)
  })
  app.addHook('onRequest', async (request) => {
    const { open: isOpen = false, role: needed = usualRole(request) } = request.routeOptions.config
    if (isOpen !== false) return
    rules.assertMay(whoIn(request), needed)
  })
  app.addHook('preHandler', async (request, reply) => {
    // Set before the handler runs, because that may end the session or remove the person.
    reply.by = whoIn(request)?.person.name ?? null
  })
}

const ASKED_WITHIN_MS = 1000

const usualRole = ({ method }: FastifyRequest): Role =>
  method === 'GET' || method === 'HEAD' ? 'viewer' : 'operator'

/** The key that encrypts sessions. A new password or app secret changes the key, which ends all sessions. */
const sessionKey = (appSecret: string, password: string): Buffer =>
  Buffer.from(hkdfSync('sha256', appSecret, password, 'evergreen operator session', 32))

/** Facebook redirects from www to other hosts of its own, such as m.facebook.com on phones. */
const dialogOrigins = (loginUrl: string): string[] =>
  new URL(loginUrl).hostname === 'www.facebook.com' ? [loginUrl, 'https://*.facebook.com'] : [loginUrl]

export const signInPlugin = fp(signIn, {
  name: 'sign-in',
  fastify: '5.x',
  dependencies: ['env', 'clock', 'store', 'acts'],
})
