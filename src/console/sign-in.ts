import { BotError } from '../base/errors.ts'
import type { People, Person } from '../people/people.ts'
import { mayAs, type Role } from '../people/roles.ts'
import { OPERATOR, type Admission, type Credentials, type PasswordCheck } from '../web/password-check.ts'
import type { Sessions } from './sessions.ts'

/** The values in a browser's session cookie; all are undefined before the sign-in. */
interface SessionCookie {
  id: string | undefined
  sinceMs: number | undefined
  user: string | undefined
  mark: string | undefined
}

/** The person of an open session. */
export interface SignedIn {
  /** The session's id. */
  id: string
  person: Person
}

/** The rules of sign-in, sessions and roles. */
export interface SignInRules {
  /** The person of a cookie; null if the session has ended, or if the person was removed or has a new password since. */
  who: (cookie: SessionCookie) => SignedIn | null
  /** Whether this is the password of that person, who may be the operator. Does not count failures. */
  isPasswordOf: (name: string, password: string) => Promise<boolean>
  /** Whether name, password and (with a second factor) code are right. Does not count failures. */
  isRight: (given: Credentials & { code: string }) => Promise<boolean>
  /** @throws BotError `BOT_SIGN_IN_NEEDED`, or `BOT_ROLE_MISSING` */
  assertMay: (who: SignedIn | null, needed: Role) => void
  /** The error of a sign-in that was not admitted. */
  refusalOf: (admission: Exclude<Admission, { is: 'right' }>) => BotError
}

export const createSignInRules = (deps: {
  passwords: Pick<PasswordCheck, 'isRight'>
  people: Pick<People, 'get' | 'list' | 'isPasswordOf' | 'passesSecondFactor'>
  sessions: Pick<Sessions, 'isOpen'>
}): SignInRules => {
  const { passwords, people, sessions } = deps
  const isPasswordOf: SignInRules['isPasswordOf'] = async (user, password) =>
    user === OPERATOR ? passwords.isRight({ user, password }) : people.isPasswordOf(user, password)

  return {
    who: ({ id, sinceMs, user = OPERATOR, mark = '' }) => {
      if (id === undefined || sinceMs === undefined || !sessions.isOpen({ id, sinceMs })) return null
      // A cookie of an older version has no name; it belongs to the operator.
      const person = people.get(user)
      return person?.mark === mark ? { id, person } : null
    },
    isPasswordOf,
    isRight: async ({ user, password, code }) => {
      const isTheirs = await isPasswordOf(user, password)
      const person = people.get(user)
      if (!isTheirs || person === null) return false
      return !person.hasSecondFactor || (await people.passesSecondFactor(user, code))
    },
    assertMay: (who, needed) => {
      if (who === null) throw signInNeeded()
      const { role } = who.person
      if (mayAs(role, needed)) return
      throw new BotError('BOT_ROLE_MISSING', `Your role, ${role}, does not allow this: it takes ${needed}.`, {
        remedy: 'Ask an owner to do it, or to change your role under People.',
      })
    },
    refusalOf: (admission) => {
      if (admission.is === 'locked')
        return new BotError('BOT_RATE_LIMITED', 'Too many wrong passwords; wait before the next try.')
      const parts = people.list().some(({ hasSecondFactor }) => hasSecondFactor)
        ? 'The user name, the password or the code is wrong.'
        : 'The user name or the password is wrong.'
      return new BotError('BOT_SIGN_IN_FAILED', parts)
    },
  }
}

export const signInNeeded = (): BotError => new BotError('BOT_SIGN_IN_NEEDED', `Sign in as ${OPERATOR}.`)
