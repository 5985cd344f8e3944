import { createBoundedMap } from '../base/bounded-map.ts'
import { randomBytes } from 'node:crypto'
import type { Clock } from '../base/clock.ts'

/** Logins that were begun at Facebook and have not come back. */
export interface Logins {
  /** @returns the `state` to send along: unguessable, good once, for this session, for ten minutes */
  begin: (session: string, redirectUri: string) => string
  /** What the login was begun with; null when it was not begun in this session, is over, or took too long. */
  finish: (session: string, state: string) => { redirectUri: string } | null
}

const PATIENCE_MS = 10 * 60_000
const MOST = 100

/** Kept in memory, as the cookie could not tell whether a state was used already. */
export const createLogins = ({ clock }: { clock: Pick<Clock, 'now'> }): Logins => {
  const begun = createBoundedMap<string, { session: string; redirectUri: string; untilMs: number }>(MOST)

  return {
    begin: (session, redirectUri) => {
      const state = randomBytes(32).toString('base64url')
      begun.set(state, { session, redirectUri, untilMs: clock.now() + PATIENCE_MS })
      return state
    },
    finish: (session, state) => {
      const login = begun.get(state)
      // A foreign session that tries a state does not spoil it for the right one.
      if (login === undefined || login.session !== session) return null
      begun.delete(state)
      return clock.now() < login.untilMs ? { redirectUri: login.redirectUri } : null
    },
  }
}
