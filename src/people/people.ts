import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import type { Instances } from '../base/duty.ts'
import { BotError } from '../base/errors.ts'
import type { Log } from '../base/logger.ts'
import { sharedNote, type Notes } from '../base/shared-note.ts'
import { OPERATOR } from '../web/password-check.ts'
import { isRole, type Role } from './roles.ts'
import { createVault, type PasswordHash } from './secrets.ts'
import { appAddress, newSecret, codePeriodOf } from './second-factor.ts'

/** A person who may use the console. */
export interface Person {
  name: string
  role: Role
  /** Changes with the password, so that sessions begun with an earlier password are no longer valid. */
  mark: string
  hasSecondFactor: boolean
}

export interface Invitation {
  name: string
  role: Role
  untilMs: number
}

/**
 * The people who may use the console, including the operator, whose password is OPERATOR_PASSWORD and who is always an owner.
 * Queries are answered from memory; changes are made to the latest state that any instance has stored.
 */
export interface People {
  /** Reads the changes of other instances. */
  refresh: () => Promise<void>
  /** All people, the operator first, then by name. */
  list: () => Person[]
  get: (name: string) => Person | null
  invitations: () => Invitation[]
  /** @returns the code of the link, which is shown once. @throws BotError `BOT_REQUEST_INVALID` */
  invite: (wanted: { name: string; role: string }) => Promise<string>
  withdraw: (name: string) => Promise<void>
  /** The invitation of a link; null if it is used, expired or withdrawn. */
  invited: (code: string) => Invitation | null
  /** Adds the invited person and uses up the link. @throws BotError */
  join: (code: string, password: string) => Promise<Person>
  /** @throws BotError for the operator, and for an unknown name */
  setRole: (name: string, role: string) => Promise<void>
  remove: (name: string) => Promise<void>
  /** Whether the password is that person's. Not for the operator, whose password is in the environment. */
  isPasswordOf: (name: string, password: string) => Promise<boolean>
  /** Changes a password, which ends all sessions of the person. @throws BotError if it is too short or too long */
  changePassword: (name: string, becomes: string) => Promise<void>
  /** Whether a code of the person's authenticator app is right. Each code is accepted once. */
  passesSecondFactor: (name: string, code: string) => Promise<boolean>
  /** Makes a secret to show. It is not stored until a code confirms it. */
  proposeSecondFactor: (name: string) => Promise<{ secret: string; address: string }>
  /** A proposed secret in the form in which it is shown again. @throws BotError for a text that is no secret */
  secondFactorOf: (name: string, secret: string) => Promise<{ secret: string; address: string }>
  /**
   * Stores a proposed secret. @returns whether the code was right, so that the second factor is now needed. @throws BotError if
   * there is one already
   */
  keepSecondFactor: (name: string, secret: string, code: string) => Promise<boolean>
  dropSecondFactor: (name: string) => Promise<void>
  stop: () => void
}

interface Kept {
  people: (Factor & { name: string; role: Role; hash: string })[]
  invitations: (Invitation & { codeHash: string })[]
  /** The operator's second factor; valid while OPERATOR_PASSWORD is the one it was made with. */
  operator: (Factor & { passwordMark: string }) | null
}

interface Factor {
  /** Encrypted. */
  secret: string | null
  lastPeriod: number
}

const NOTE = 'console.people'
const TOPIC = 'people'
const INVITED_FOR_MS = 7 * 24 * 3_600_000
const NAME = /^[a-z][a-z0-9._-]{1,31}$/
const MOST_PEOPLE = 50

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
  const vault = createVault(appSecret)
  const passwordMark = digest(`${appSecret} ${operatorPassword}`)
  const take = (text: string | null): Kept => {
    const found = read(text)
    // A new OPERATOR_PASSWORD ends the operator's second factor: its owner controls the machine, and a lost phone must not lock
    // the operator out.
    return found.operator?.passwordMark === passwordMark ? found : { ...found, operator: null }
  }
  const note = sharedNote(store, NOTE)
  let kept = take(await note.read())
  let changes = 0

  /** @param apply - changes the draft or throws; called again if another instance has written meanwhile */
  const change = async <Result>(apply: (draft: Kept) => Result): Promise<Result> => {
    const { draft, result } = await note.change((text) => {
      const newest = take(text)
      const before = JSON.stringify(newest)
      const given = apply(newest)
      const after = JSON.stringify(newest)
      return { becomes: after === before ? null : after, result: { draft: newest, result: given } }
    })
    kept = draft
    changes += 1
    instances.tell(TOPIC)
    return result
  }

  const refresh = async (): Promise<void> => {
    const before = changes
    const text = await note.read()
    // A change that this instance made during the read is newer than the text that was read.
    if (changes === before) kept = take(text)
  }
  // Needed besides the refresh at each request, because an open page of a removed person gets live updates without requests.
  const stop = instances.onTold(TOPIC, () => {
    refresh().catch((error: unknown) => log.warn({ err: error }, 'who may use the console could not be read'))
  })
  const find = (name: string, among = kept) => among.people.find((person) => person.name === name)
  const need = (name: string, among = kept) => {
    const person = find(name, among)
    if (person !== undefined) return person
    throw refused(
      name === OPERATOR ? 'The operator of OPERATOR_PASSWORD stays an owner.' : 'There is no such person.',
    )
  }
  const isOpen = ({ untilMs }: Invitation): boolean => untilMs > clock.now()
  const open = (code: string, among = kept) =>
    among.invitations.find((one) => one.codeHash === digest(code) && isOpen(one))
  const factorOf = (name: string, among = kept): Factor | null =>
    (name === OPERATOR ? among.operator : find(name, among)) ?? null

  const assertLength = (password: string): void => {
    if (password.length < leastPassword || password.length > LONGEST_PASSWORD)
      throw refused(`The password must have ${leastPassword} to ${LONGEST_PASSWORD} characters.`)
  }

  const describe = (name: string, role: Role, mark: string): Person => ({
    name,
    role,
    mark,
    hasSecondFactor: typeof factorOf(name)?.secret === 'string',
  })
  const get = (name: string): Person | null => {
    if (name === OPERATOR) return describe(OPERATOR, 'owner', '')
    const person = find(name)
    return person === undefined ? null : describe(name, person.role, digest(person.hash))
  }
  const setFactor = (
    name: string,
    factor: Factor,
    assertFits: (before: Factor | null) => void = () => undefined,
  ): Promise<void> =>
    change((draft) => {
      assertFits(factorOf(name, draft))
      if (name === OPERATOR) draft.operator = { ...factor, passwordMark }
      else Object.assign(need(name, draft), factor)
    })

  return {
    refresh,
    list: () =>
      [OPERATOR, ...kept.people.map(({ name }) => name).toSorted()].flatMap((name) => get(name) ?? []),
    get,
    invitations: () => kept.invitations.filter(isOpen),

    invite: async ({ name, role }) => {
      if (!NAME.test(name))
        throw refused('A name has 2 to 32 small letters, digits, dots and dashes, and begins with a letter.')
      if (!isRole(role)) throw refused('There is no such role.')
      const code = randomBytes(24).toString('base64url')
      const untilMs = clock.now() + INVITED_FOR_MS
      await change((draft) => {
        if (name === OPERATOR || find(name, draft) !== undefined) throw refused('That name is taken.')
        const others = draft.invitations.filter((one) => one.name !== name && isOpen(one))
        if (draft.people.length + others.length >= MOST_PEOPLE)
          throw refused(`More than ${MOST_PEOPLE} people.`)
        draft.invitations = [...others, { name, role, untilMs, codeHash: digest(code) }]
      })
      return code
    },
    withdraw: (name) =>
      change((draft) => {
        draft.invitations = draft.invitations.filter((one) => one.name !== name)
      }),
    invited: (code) => open(code) ?? null,

    join: async (code, password) => {
      if (open(code) === undefined) throw refused(OVER)
      assertLength(password)
      const hash = await passwordHash.of(password)
      const person = await change((draft) => {
        // Another request may have used the invitation meanwhile.
        const invitation = open(code, draft)
        if (invitation === undefined) throw refused(OVER)
        const { name, role } = invitation
        draft.invitations = draft.invitations.filter((one) => one !== invitation)
        const joined = { name, role, hash, secret: null, lastPeriod: 0 }
        draft.people.push(joined)
        return joined
      })
      return describe(person.name, person.role, digest(person.hash))
    },
    setRole: async (name, role) => {
      if (!isRole(role)) throw refused('There is no such role.')
      await change((draft) => {
        need(name, draft).role = role
      })
    },
    remove: (name) =>
      change((draft) => {
        const person = need(name, draft)
        draft.people = draft.people.filter((one) => one !== person)
      }),

    isPasswordOf: (name, password) =>
      passwordHash.matches(password.slice(0, LONGEST_PASSWORD), find(name)?.hash ?? null),
    changePassword: async (name, becomes) => {
      assertLength(becomes)
      need(name)
      const hash = await passwordHash.of(becomes)
      await change((draft) => {
        need(name, draft).hash = hash
      })
    },
    passesSecondFactor: async (name, code) => {
      const factor = factorOf(name)
      const secret = typeof factor?.secret === 'string' ? vault.unlock(factor.secret) : null
      if (factor === null || secret === null) return false
      const period = await codePeriodOf(secret, code, clock.now())
      if (period === null) return false
      return change((draft) => {
        // The secret may have changed meanwhile, or the code was used on this or another instance.
        const latest = factorOf(name, draft)
        if (latest?.secret !== factor.secret || period <= latest.lastPeriod) return false
        latest.lastPeriod = period
        return true
      })
    },
    proposeSecondFactor: async (name) => {
      const secret = await newSecret()
      return { secret, address: await appAddress(secret, name) }
    },
    secondFactorOf: async (name, secret) => {
      if (!SECRET.test(secret)) throw refused('That is no secret for an authenticator app.')
      return { secret, address: await appAddress(secret, name) }
    },
    keepSecondFactor: async (name, secret, code) => {
      const period = SECRET.test(secret) ? await codePeriodOf(secret, code, clock.now()) : null
      if (period === null) return false
      await setFactor(name, { secret: vault.lock(secret), lastPeriod: period }, (before) => {
        // Replacing a second factor is refused, because giving one up needs its code.
        if (typeof before?.secret === 'string')
          throw refused('There is a second factor already: give it up first.')
      })
      return true
    },
    dropSecondFactor: (name) => setFactor(name, { secret: null, lastPeriod: 0 }),
    stop,
  }
}

const LONGEST_PASSWORD = 200
/** 20 bytes in base32. */
const SECRET = /^[A-Z2-7]{32}$/
const OVER = 'This invitation is used, withdrawn or over.'

const refused = (what: string): BotError => new BotError('BOT_REQUEST_INVALID', what)

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url')

const read = (text: string | null): Kept =>
  text === null ? { people: [], invitations: [], operator: null } : (JSON.parse(text) as Kept)
