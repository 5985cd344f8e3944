import { randomBytes } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/logger.ts'
import type { Instances } from '../base/duty.ts'
import type { Records } from '../store/records.ts'
import type { Store } from '../store/store.ts'

/**
 * Operator sessions. The session itself is in the operator's cookie; the store keeps the ids of those that ended before their
 * expiry.
 */
export interface Sessions {
  begin: () => Session
  /** Whether the session of a cookie is valid, as far as this instance knows. */
  isOpen: (session: Session) => boolean
  /**
   * Asks the database whether another instance has ended the session. If the database does not answer, {@link isOpen} stays as it
   * is.
   */
  ask: (id: string) => Promise<void>
  /** Ends a session on all instances and across restarts, so that a copy of the cookie is useless. */
  end: (id: string) => Promise<void>
  stop: () => void
}

export interface Session {
  id: string
  /** Ms since the epoch. */
  sinceMs: number
}

export const SESSION_MS = 12 * 60 * 60_000
const KIND = 'ended-session'
/** The note in which version 0.1 stored ended sessions. */
const NOTE = 'operator.sessions_ended'
const TOPIC = 'sessions'

export const openSessions = async (deps: {
  store: Pick<Store, 'recall' | 'remember'> & { records: Pick<Records, 'list' | 'get' | 'put'> }
  instances: Instances
  clock: Pick<Clock, 'now'>
  log: Pick<Log, 'warn'>
}): Promise<Sessions> => {
  const { store, instances, clock, log } = deps
  const { records } = store
  let ended: ReadonlySet<string> = new Set()

  const read = async (): Promise<void> => {
    ended = new Set((await records.list(KIND)).map(({ id }) => id))
  }
  await takeOver(deps)
  await read()
  const stop = instances.onTold(TOPIC, () => {
    read().catch((error: unknown) => log.warn({ err: error }, 'which sessions have ended could not be read'))
  })

  return {
    begin: () => ({ id: randomBytes(16).toString('base64url'), sinceMs: clock.now() }),
    isOpen: ({ id, sinceMs }) => !ended.has(id) && clock.now() - sinceMs < SESSION_MS,
    ask: async (id) => {
      if ((await records.get(KIND, id)) !== null) ended = new Set([...ended, id])
    },
    end: async (id) => {
      ended = new Set([...ended, id])
      await records.put({ kind: KIND, id, data: '', forMs: SESSION_MS })
      instances.tell(TOPIC)
    },
    stop,
  }
}

/** Moves the ended sessions of version 0.1 into records. */
const takeOver = async ({ store, clock }: Pick<Parameters<typeof openSessions>[0], 'store' | 'clock'>) => {
  const text = await store.recall(NOTE)
  if (text === null || text === NONE) return
  for (const [id, untilMs] of JSON.parse(text) as [string, number][]) {
    if (untilMs > clock.now())
      await store.records.put({ kind: KIND, id, data: '', forMs: untilMs - clock.now() })
  }
  await store.remember(NOTE, NONE)
}

const NONE = '[]'
