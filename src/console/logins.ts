import { randomBytes } from 'node:crypto'
import type { Records } from '../store/records.ts'

/** The facts with which a login was begun. */
export interface Login {
  redirectUri: string
  /** The Pages the operator named; empty for none. */
  pageIds: readonly string[]
}

/** Logins that were begun at Facebook and have not returned. */
export interface Logins {
  /** @returns the `state` for the dialog: random, for this session, valid for ten minutes */
  begin: (session: string, login: Login) => Promise<string>
  /**
   * Calls `redeem` once for each login, even if its answer comes to several instances. A browser that loads the answer again, or
   * goes back to it, gets the same outcome.
   *
   * @param outcome - the id of the repair that `redeem` will begin
   * @param redeem - called for the first answer only; if it throws, the login is over
   * @returns the outcome of the first answer; null if the login was not begun in this session or took too long
   */
  finish: (
    session: string,
    state: string,
    outcome: string,
    redeem: (login: Login) => Promise<void>,
  ) => Promise<string | null>
}

interface Begun extends Login {
  session: string
  outcome: string | null
}

const KIND = 'login'
const PATIENCE_MS = 10 * 60_000

/** Logins are rows in the store, because a cookie could not tell whether a state was used already. */
export const createLogins = ({ records }: { records: Pick<Records, 'get' | 'put' | 'take'> }): Logins => {
  const keep = (state: string, begun: Begun, ifVersion: number | null): Promise<number | null> =>
    records.put({ kind: KIND, id: state, data: JSON.stringify(begun), forMs: PATIENCE_MS, ifVersion })

  return {
    begin: async (session, login) => {
      const state = randomBytes(32).toString('base64url')
      await keep(state, { ...login, session, outcome: null }, null)
      return state
    },
    finish: async (session, state, outcome, redeem) => {
      for (;;) {
        const record = await records.get(KIND, state)
        if (record === null) return null
        const begun = JSON.parse(record.data) as Begun
        // Another session that tries a state does not use it up.
        if (begun.session !== session) return null
        if (begun.outcome !== null) return begun.outcome
        if ((await keep(state, { ...begun, outcome }, record.version)) === null) continue
        try {
          await redeem(begun)
        } catch (error) {
          await records.take(KIND, state)
          throw error
        }
        return outcome
      }
    },
  }
}
