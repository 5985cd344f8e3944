import { createHash } from 'node:crypto'
import type { Instances } from '../base/duty.ts'
import { BotError } from '../base/errors.ts'
import type { Log } from '../base/logger.ts'
import { sharedNote, type Notes } from '../base/shared-note.ts'
import { OPERATOR } from '../web/password-check.ts'
import type { Role } from './roles.ts'

export interface KeptPerson extends KeptFactor {
  name: string
  role: Role
  hash: string
}

export interface KeptInvitation {
  name: string
  role: Role
  untilMs: number
  codeHash: string
}

export interface KeptFactor {
  /** Encrypted. */
  secret: string | null
  lastPeriod: number
}

export interface Kept {
  people: KeptPerson[]
  invitations: KeptInvitation[]
  /** The operator's second factor; valid while OPERATOR_PASSWORD is the one it was made with. */
  operator: (KeptFactor & { passwordMark: string }) | null
}

/** The people as they are kept: one note of the store, which all instances read and change. */
export interface KeptPeople {
  /** What this instance knows. */
  known: () => Kept
  /** Reads what another instance has written. */
  refresh: () => Promise<void>
  /**
   * Changes the newest text that any instance has written.
   *
   * @param apply - changes the draft or throws; called again if another instance has written meanwhile
   */
  change: <Result>(apply: (draft: Kept) => Result) => Promise<Result>
  stop: () => void
}

const NOTE = 'console.people'
const TOPIC = 'people'

/** @param deps.passwordMark - differs with each OPERATOR_PASSWORD */
export const openKeptPeople = async (deps: {
  store: Notes
  instances: Instances
  log: Pick<Log, 'warn'>
  passwordMark: string
}): Promise<KeptPeople> => {
  const { store, instances, log, passwordMark } = deps
  const take = (text: string | null): Kept => {
    const found = read(text)
    // A new OPERATOR_PASSWORD ends the operator's second factor: its owner controls the machine, and a lost phone must not lock
    // the operator out.
    return found.operator?.passwordMark === passwordMark ? found : { ...found, operator: null }
  }
  const note = sharedNote(store, NOTE)
  let known = take(await note.read())
  let changes = 0

  const refresh = async (): Promise<void> => {
    const before = changes
    const text = await note.read()
    // A change that this instance made during the read is newer than the text that was read.
    if (changes === before) known = take(text)
  }

  return {
    known: () => known,
    refresh,
    change: async (apply) => {
      const { draft, result } = await note.change((text) => {
        const newest = take(text)
        const before = JSON.stringify(newest)
        const given = apply(newest)
        const after = JSON.stringify(newest)
        return { becomes: after === before ? null : after, result: { draft: newest, result: given } }
      })
      known = draft
      changes += 1
      instances.tell(TOPIC)
      return result
    },
    // Needed besides the refresh at each request, because an open page of a removed person gets live updates without requests.
    stop: instances.onTold(TOPIC, () => {
      refresh().catch((error: unknown) =>
        log.warn({ err: error }, 'who may use the console could not be read'),
      )
    }),
  }
}

const read = (text: string | null): Kept =>
  text === null ? { people: [], invitations: [], operator: null } : (JSON.parse(text) as Kept)

export const findPerson = ({ people }: Kept, name: string): KeptPerson | undefined =>
  people.find((person) => person.name === name)

/** @throws BotError for the operator, and for an unknown name */
export const needPerson = (kept: Kept, name: string): KeptPerson => {
  const person = findPerson(kept, name)
  if (person !== undefined) return person
  throw refusedChange(
    name === OPERATOR ? 'The operator of OPERATOR_PASSWORD stays an owner.' : 'There is no such person.',
  )
}

export const refusedChange = (what: string): BotError => new BotError('BOT_REQUEST_INVALID', what)

/** A secret in a form that may be kept and compared. */
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url')
