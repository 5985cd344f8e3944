import { growingMs } from '../base/backoff.ts'
import { createBoundedMap } from '../base/bounded-map.ts'
import type { Clock } from '../base/clock.ts'
import type { Records } from '../store/records.ts'
import { networkOf } from './network.ts'

/**
 * Counts wrong passwords per network and locks networks out. Counts and locks are shared by all instances and survive restarts.
 */
export interface Lockout {
  /** Seconds until this client may try again; 0 if it may now. @param proof - as in {@link Lockout.succeeded} */
  secondsLeft: (client: string, proof: string) => Promise<number>
  failed: (client: string) => Promise<void>
  /**
   * Notes a right password: from then on, failures of other networks do not lock this network out. Its own failures still count,
   * because otherwise a guesser in the network of a Prometheus server could guess without limit.
   *
   * @param proof - names the person and the kind of proof: a password alone must not let a network guess a second factor, nor one
   *   person's password another person's
   */
  succeeded: (client: string, proof: string) => Promise<void>
  /** The failures of all clients since there was a week without any; null for none. */
  failures: () => Promise<Failures | null>
}

export interface Failures {
  count: number
  /** Ms since the epoch. */
  sinceMs: number
  lastMs: number
}

/** Failures before the first lock, and between locks. */
const TRIES = 20
const FIRST_LOCK_MS = 60_000
const LONGEST_LOCK_MS = 60 * 60_000
/** After this time without a failure the count is deleted. */
const FORGET_MS = 24 * 60 * 60_000
/** Failures that are further apart than this are not added up. */
const SLIP_MS = 15 * 60_000
const MOST_CLIENTS = 10_000
/** Failures of all networks together in an hour. Needed because one customer may have 65,536 networks. */
const MOST_OF_ALL = 300
const ALL_WINDOW_MS = 60 * 60_000
/** After this long without a failure the operator is told of none. */
const TOLD_MS = 7 * 24 * 60 * 60_000
const MOST_KNOWN = 100
/** After this long without a proof, the network may belong to another customer. */
const KNOWN_MS = 30 * 24 * 60 * 60_000
/** A record is not written again within this time. */
const KNOWN_NOTED_MS = 24 * 60 * 60_000
/** The most by which the clocks of several machines are taken to differ. */
const CLOCK_DOUBT_MS = 10 * 60_000
const LONGEST_MS = Math.max(LONGEST_LOCK_MS, ALL_WINDOW_MS)

const KIND = 'lockout'
/** The records of networks with a proof. */
const KNOWN = 'lockout-known'
/** The id of the record for all networks together; it is no address. */
const ALL = '*'

interface Guesser {
  failures: number
  locks: number
  lastMs: number
  lockedUntilMs: number
}

interface All {
  /** Within the hour that ends at `untilMs`. */
  failures: number
  untilMs: number
  /** Absent in a record of an earlier version. */
  lately?: Failures
}

/**
 * Locks a client out after 20 failures: for a minute, then for twice as long each time, up to an hour. After 300 failures of all
 * clients in an hour, clients without an earlier proof must wait until the hour is over. While the database does not answer, each
 * instance counts for itself.
 */
export const createLockout = (deps: {
  records: Pick<Records, 'get' | 'put'>
  clock: Pick<Clock, 'now'>
}): Lockout => {
  const { records, clock } = deps
  /** Records as last read or written, those of the latest failures last. */
  const counted = createBoundedMap<string, string>(MOST_CLIENTS)
  /** When each proof's record must be written again, ms since the epoch. */
  const known = createBoundedMap<string, number>(MOST_KNOWN)

  /** @returns `version` is undefined if the database does not answer */
  const read = async (id: string): Promise<{ data: string | null; version: number | null | undefined }> => {
    try {
      const record = await records.get(KIND, id)
      if (record === null) counted.delete(id)
      else counted.set(id, record.data)
      return { data: record?.data ?? null, version: record?.version ?? null }
    } catch {
      return { data: counted.get(id) ?? null, version: undefined }
    }
  }

  /** Whether the client has proved this before. If the database does not answer, only proofs on this instance count. */
  const isKnown = async (id: string): Promise<boolean> =>
    known.has(id) || (await records.get(KNOWN, id).catch(() => null)) !== null

  const find = async <State>(id: string): Promise<State | null> => {
    const { data } = await read(id)
    return data === null ? null : (JSON.parse(data) as State)
  }

  const change = async <State>(
    id: string,
    forMs: number,
    edit: (before: State | null) => State,
  ): Promise<void> => {
    for (;;) {
      const { data: before, version } = await read(id)
      const data = JSON.stringify(edit(before === null ? null : (JSON.parse(before) as State)))
      counted.set(id, data)
      if (version === undefined) return
      const written = await records.put({ kind: KIND, id, data, forMs, ifVersion: version }).catch(() => 0)
      if (written !== null) return
    }
  }

  return {
    secondsLeft: async (client, proof) => {
      const network = networkOf(client)
      const [own, all] = await Promise.all([find<Guesser>(network), find<All>(ALL)])
      const isShut = all !== null && all.failures >= MOST_OF_ALL && !(await isKnown(`${network} ${proof}`))
      const leftMs = [own?.lockedUntilMs ?? 0, isShut ? all.untilMs : 0].map((untilMs) =>
        leftOf(untilMs, clock.now()),
      )
      return Math.ceil(Math.max(...leftMs) / 1000)
    },

    failed: async (client) => {
      const nowMs = clock.now()
      await change<All>(ALL, TOLD_MS, (all) => ({
        ...(all === null || leftOf(all.untilMs, nowMs) === 0
          ? { failures: 1, untilMs: nowMs + ALL_WINDOW_MS }
          : { failures: all.failures + 1, untilMs: all.untilMs }),
        lately: {
          count: (all?.lately?.count ?? 0) + 1,
          sinceMs: all?.lately?.sinceMs ?? nowMs,
          lastMs: nowMs,
        },
      }))
      await change<Guesser>(networkOf(client), FORGET_MS, (before) => failedOnce(before, nowMs))
    },

    succeeded: async (client, proof) => {
      const id = `${networkOf(client)} ${proof}`
      // Not written each time, because Prometheus sends the password every 15 seconds.
      if ((known.get(id) ?? 0) > clock.now()) return
      known.set(id, 0)
      const written = await records.put({ kind: KNOWN, id, data: '', forMs: KNOWN_MS }).catch(() => null)
      if (written !== null) known.set(id, clock.now() + KNOWN_NOTED_MS)
    },

    failures: async () => (await find<All>(ALL))?.lately ?? null,
  }
}

/**
 * The rest of a lock, ms. A lock that is longer than the longest possible one was set by a clock that was ahead, and counts as
 * over.
 */
const leftOf = (untilMs: number, nowMs: number): number =>
  untilMs - nowMs > LONGEST_MS + CLOCK_DOUBT_MS ? 0 : Math.max(0, untilMs - nowMs)

const failedOnce = (before: Guesser | null, nowMs: number): Guesser => {
  const isFresh = before === null || nowMs - before.lastMs >= FORGET_MS
  const { failures, locks, lastMs, lockedUntilMs } = isFresh
    ? { failures: 0, locks: 0, lastMs: nowMs, lockedUntilMs: 0 }
    : before
  const counted = (nowMs - lastMs >= SLIP_MS ? 0 : failures) + 1
  if (counted < TRIES) return { failures: counted, locks, lastMs: nowMs, lockedUntilMs }
  const lockMs = growingMs(locks, { baseMs: FIRST_LOCK_MS, capMs: LONGEST_LOCK_MS })
  return { failures: 0, locks: Math.min(locks + 1, 10), lastMs: nowMs, lockedUntilMs: nowMs + lockMs }
}
