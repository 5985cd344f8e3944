import { randomBytes } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import type { Store } from '../store/store.ts'

/** Operator sessions. A session is in the operator's cookie; the store keeps those that were ended before their expiry. */
export interface Sessions {
  begin: () => Session
  /** Whether what a cookie holds is a session that has not ended. */
  isOpen: (session: Session) => boolean
  /** A copy of the cookie must not be good any more, not even after a restart. */
  end: (id: string) => Promise<void>
}

export interface Session {
  id: string
  /** Ms since the epoch. */
  sinceMs: number
}

export const SESSION_MS = 12 * 60 * 60_000
const ENDED = 'operator.sessions_ended'

export const openSessions = async (deps: {
  store: Pick<Store, 'recall' | 'remember'>
  clock: Pick<Clock, 'now'>
}): Promise<Sessions> => {
  const { store, clock } = deps
  /** When each would have been over, by id. */
  const ended = readEnded(await store.recall(ENDED))
  return {
    begin: () => ({ id: randomBytes(16).toString('base64url'), sinceMs: clock.now() }),
    isOpen: ({ id, sinceMs }) => !ended.has(id) && clock.now() - sinceMs < SESSION_MS,
    end: async (id) => {
      const nowMs = clock.now()
      for (const [other, untilMs] of ended) if (untilMs <= nowMs) ended.delete(other)
      ended.set(id, nowMs + SESSION_MS)
      await store.remember(ENDED, JSON.stringify([...ended]))
    },
  }
}

const readEnded = (text: string | null): Map<string, number> =>
  new Map(text === null ? [] : (JSON.parse(text) as [string, number][]))
