import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import type { Records } from '../store/records.ts'
import { createLockout, type Lockout } from './lockout.ts'
import { createInTurn } from '../base/in-turn.ts'

/** Compares user name and password, and locks out clients that guess. */
export interface PasswordCheck {
  /** @param client - an IP address; its network's failures are counted together */
  admit: (client: string, given: Credentials | null) => Promise<Admission>
  /** Whether these are the operator's credentials. Does not count failures. */
  isRight: (given: Credentials) => boolean
  /**
   * As {@link admit}, for an asynchronous check. Checks run one after the other, so that each guess is counted before the next
   * one is checked.
   *
   * @param user - the person whose proof is checked
   */
  admitBy: (client: string, user: string, check: () => Promise<boolean>) => Promise<Admission>
  /** Wrong proofs of all clients lately; null for none. */
  failures: Lockout['failures']
}

export interface Credentials {
  user: string
  password: string
}

export type Admission = { is: 'right' } | { is: 'wrong' } | { is: 'locked'; waitSeconds: number }

/** The name that belongs to OPERATOR_PASSWORD. */
export const OPERATOR = 'operator'

export const createPasswordCheck = ({
  password,
  records,
  clock,
}: {
  password: string
  records: Pick<Records, 'get' | 'put'>
  clock: Pick<Clock, 'now'>
}): PasswordCheck => {
  const lockout = createLockout({ records, clock })
  const isOperator = createComparison(OPERATOR)
  const isPassword = createComparison(password)

  const isRight = ({ user, password: typed }: Credentials): boolean =>
    [isOperator(user), isPassword(typed)].every(Boolean)
  const count = async (client: string, proof: string, wasRight: boolean): Promise<Admission> => {
    if (wasRight) await lockout.succeeded(client, proof)
    else await lockout.failed(client)
    return { is: wasRight ? 'right' : 'wrong' }
  }
  const inTurn = createInTurn()

  /** @param check - null for a request without credentials, which is no guess */
  const admit = (
    client: string,
    proof: string,
    check: (() => boolean | Promise<boolean>) | null,
  ): Promise<Admission> =>
    inTurn(async () => {
      const waitSeconds = await lockout.secondsLeft(client, proof)
      // A locked-out client gets the same answer for a right guess.
      if (waitSeconds > 0) return { is: 'locked', waitSeconds }
      return check === null ? { is: 'wrong' } : count(client, proof, await check())
    })

  return {
    isRight,
    failures: lockout.failures,
    admitBy: (client, user, check) => admit(client, `sign-in ${user}`, check),
    admit: (client, given) => admit(client, PASSWORD_ALONE, given === null ? null : () => isRight(given)),
  }
}

/** Names the proof by password without a second factor. */
const PASSWORD_ALONE = 'password'

/** Reads `Authorization: Basic`; null for anything else. */
export const readBasic = (header: string | undefined): Credentials | null => {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return null
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** Makes a comparison whose time depends neither on the place of a difference nor on the length of the secret. */
export const createComparison = (expected: string): ((given: string) => boolean) => {
  const key = randomBytes(32)
  const digest = (text: string): Buffer => createHmac('sha256', key).update(text).digest()
  const wanted = digest(expected)
  return (given) => timingSafeEqual(digest(given), wanted)
}
