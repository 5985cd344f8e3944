import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import type { Records } from '../store/records.ts'
import { createLockout } from './lockout.ts'
import { createInTurn } from '../base/in-turn.ts'

/** Compares user name and password, and locks a client out that guesses. */
export interface PasswordCheck {
  /** @param client - whose failures count together, such as an IP address */
  admit: (client: string, given: Credentials | null) => Promise<Admission>
  /** Whether they are the operator's; counts nothing. */
  isRight: (given: Credentials) => boolean
  /**
   * The same for a check that takes time. One after the other, so that guesses sent at once are counted before the next is
   * looked at.
   *
   * @param user - whose proof is checked
   */
  admitBy: (client: string, user: string, check: () => Promise<boolean>) => Promise<Admission>
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

  /** @param check - null for one who has said nothing yet, which is no guess */
  const admit = (
    client: string,
    proof: string,
    check: (() => boolean | Promise<boolean>) | null,
  ): Promise<Admission> =>
    inTurn(async () => {
      const waitSeconds = await lockout.secondsLeft(client, proof)
      // A client that is locked out learns nothing, not even by guessing right.
      if (waitSeconds > 0) return { is: 'locked', waitSeconds }
      return check === null ? { is: 'wrong' } : count(client, proof, await check())
    })

  return {
    isRight,
    admitBy: (client, user, check) => admit(client, `sign-in ${user}`, check),
    admit: (client, given) => admit(client, PASSWORD_ALONE, given === null ? null : () => isRight(given)),
  }
}

/** Without a second factor, where the operator has one. */
const PASSWORD_ALONE = 'password'

/** Reads `Authorization: Basic`; null for anything else. */
export const readBasic = (header: string | undefined): Credentials | null => {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return null
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** Compares in a time that depends neither on where two texts differ nor on how long the secret one is. */
export const createComparison = (expected: string): ((given: string) => boolean) => {
  const key = randomBytes(32)
  const digest = (text: string): Buffer => createHmac('sha256', key).update(text).digest()
  const wanted = digest(expected)
  return (given) => timingSafeEqual(digest(given), wanted)
}
