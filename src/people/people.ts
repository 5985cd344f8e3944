import type { Clock } from '../base/clock.ts'
import type { Instances } from '../base/duty.ts'
import type { Log } from '../base/logger.ts'
import type { Notes } from '../base/shared-note.ts'
import { OPERATOR } from '../web/password-check.ts'
import { createInvitations, OVER, type Invitations } from './invitations.ts'
import {
  findPerson,
  hashOf,
  needPerson,
  openKeptPeople,
  refusedChange,
  type KeptPerson,
} from './kept-people.ts'
import { isRole, type Role } from './roles.ts'
import { createSecondFactors, type SecondFactors } from './second-factors.ts'
import { createVault, type PasswordHash } from './secrets.ts'

/** A person who may use the console. */
export interface Person {
  name: string
  role: Role
  /** Changes with the password, so that sessions begun with an earlier password are no longer valid. */
  mark: string
  hasSecondFactor: boolean
}

/**
 * The people who may use the console, including the operator, whose password is OPERATOR_PASSWORD and who is always an owner.
 * Queries are answered from memory; changes are made to the latest state that any instance has stored.
 */
export interface People extends Invitations, SecondFactors {
  /** Reads the changes of other instances. */
  refresh: () => Promise<void>
  /** All people, the operator first, then by name. */
  list: () => Person[]
  get: (name: string) => Person | null
  /** Adds the invited person and uses up the link. @throws BotError */
  join: (code: string, password: string) => Promise<Person>
  /** @returns false if the person had that role. @throws BotError for the operator, and for an unknown name */
  setRole: (name: string, role: string) => Promise<boolean>
  remove: (name: string) => Promise<void>
  /** Whether the password is that person's. Not for the operator, whose password is in the environment. */
  isPasswordOf: (name: string, password: string) => Promise<boolean>
  /** Changes a password, which ends all sessions of the person. @throws BotError if it is too short or too long */
  changePassword: (name: string, becomes: string) => Promise<void>
  stop: () => void
}

const LONGEST_PASSWORD = 200

/** @param deps.leastPassword - the fewest characters of a password */
export const openPeople = async (deps: {
  store: Notes
  instances: Instances
  clock: Pick<Clock, 'now'>
  log: Pick<Log, 'warn'>
  appSecret: string
  operatorPassword: string
  leastPassword: number
  passwordHash: PasswordHash
}): Promise<People> => {
  const { store, instances, clock, log, appSecret, operatorPassword, leastPassword, passwordHash } = deps
  const passwordMark = hashOf(`${appSecret} ${operatorPassword}`)
  const kept = await openKeptPeople({ store, instances, log, passwordMark })
  const { use, ...invitations } = createInvitations({ kept, clock })
  const { isDemandedOf, ...secondFactors } = createSecondFactors({
    kept,
    vault: createVault(appSecret),
    passwordMark,
    clock,
  })

  const assertLength = (password: string): void => {
    if (password.length < leastPassword || password.length > LONGEST_PASSWORD)
      throw refusedChange(`The password must have ${leastPassword} to ${LONGEST_PASSWORD} characters.`)
  }

  const describe = ({ name, role, hash }: KeptPerson): Person => ({
    name,
    role,
    mark: hashOf(hash),
    hasSecondFactor: isDemandedOf(name),
  })
  const get = (name: string): Person | null => {
    if (name === OPERATOR) return { name, role: 'owner', mark: '', hasSecondFactor: isDemandedOf(name) }
    const person = findPerson(kept.known(), name)
    return person === undefined ? null : describe(person)
  }

  return {
    refresh: kept.refresh,
    list: () => {
      const names = kept.known().people.map(({ name }) => name)
      return [OPERATOR, ...names.toSorted()].flatMap((name) => get(name) ?? [])
    },
    get,
    ...invitations,

    join: async (code, password) => {
      if (invitations.invited(code) === null) throw refusedChange(OVER)
      assertLength(password)
      const hash = await passwordHash.of(password)
      const person = await kept.change((draft) => {
        // Another request may have used the invitation meanwhile.
        const { name, role } = use(draft, code)
        const joined = { name, role, hash, secret: null, lastPeriod: 0 }
        draft.people.push(joined)
        return joined
      })
      return describe(person)
    },
    setRole: async (name, role) => {
      if (!isRole(role)) throw refusedChange('There is no such role.')
      return kept.change((draft) => {
        const person = needPerson(draft, name)
        const isOther = person.role !== role
        person.role = role
        return isOther
      })
    },
    remove: (name) =>
      kept.change((draft) => {
        const person = needPerson(draft, name)
        draft.people = draft.people.filter((one) => one !== person)
      }),

    isPasswordOf: (name, password) =>
      passwordHash.matches(password.slice(0, LONGEST_PASSWORD), findPerson(kept.known(), name)?.hash ?? null),
    changePassword: async (name, becomes) => {
      assertLength(becomes)
      needPerson(kept.known(), name)
      const hash = await passwordHash.of(becomes)
      await kept.change((draft) => {
        needPerson(draft, name).hash = hash
      })
    },

    ...secondFactors,
    stop: kept.stop,
  }
}
