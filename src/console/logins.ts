import { randomBytes } from 'node:crypto'
import type { Clock } from '../base/clock.ts'

/** What a login was begun with. */
export interface Login {
  redirectUri: string
  /** The Pages the operator named; empty for none. */
  pageIds: readonly string[]
}

/** Logins that were begun at Facebook. */
export interface Logins {
  /** @returns the `state` to send along: unguessable, for this session, for ten minutes */
  begin: (session: string, login: Login) => string
  /**
   * Does what follows a login, once: a browser that fetches the answer twice, or goes back to it, gets the same outcome.
   *
   * @param redeem - is called for the first answer alone
   * @returns null when the login was not begun in this session, or took too long
   */
  finish: (
    session: string,
    state: string,
    redeem: (login: Login) => Promise<string>,
  ) => Promise<string> | null
}

interface Begun extends Login {
  session: string
  untilMs: number
  outcome: Promise<string> | null
}

const PATIENCE_MS = 10 * 60_000
const MOST = 100

/** Kept in memory, as the cookie could not tell whether a state was used already. */
export const createLogins = ({ clock }: { clock: Pick<Clock, 'now'> }): Logins => {
  const begun = new Map<string, Begun>()

  return {
    begin: (session, login) => {
      const state = randomBytes(32).toString('base64url')
      begun.set(state, { ...login, session, untilMs: clock.now() + PATIENCE_MS, outcome: null })
      if (begun.size > MOST) {
        const [oldest] = begun.keys()
        if (oldest !== undefined) begun.delete(oldest)
      }
      return state
    },
    finish: (session, state, redeem) => {
      const login = begun.get(state)
      // A foreign session that tries a state does not spoil it for the right one.
      if (login === undefined || login.session !== session || clock.now() >= login.untilMs) return null
      login.outcome ??= redeem(login)
      return login.outcome
    },
  }
}
