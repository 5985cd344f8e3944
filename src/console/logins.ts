import { randomBytes } from 'node:crypto'
import type { Records } from '../store/records.ts'

/** What a login was begun with. */
export interface Login {
  redirectUri: string
  /** The Pages the operator named; empty for none. */
  pageIds: readonly string[]
}

/** Logins that were begun at Facebook. */
export interface Logins {
  /** @returns the `state` to send along: unguessable, for this session, for ten minutes */
  begin: (session: string, login: Login) => Promise<string>
  /**
   * Does what follows a login, once, whichever instances its answer comes to: a browser that fetches the answer twice, or goes
   * back to it, gets the same outcome.
   *
   * @param outcome - names what `redeem` is about to make, before it does
   * @param redeem - is called for the first answer alone; where it throws, the login is over
   * @returns null when the login was not begun in this session, or took too long
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

/** Kept as rows, as the cookie could not tell whether a state was used already. */
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
        // A foreign session that tries a state does not spoil it for the right one.
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
