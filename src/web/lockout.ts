import { growingMs } from '../base/backoff.ts'
import { createBoundedMap } from '../base/bounded-map.ts'
import type { Clock } from '../base/clock.ts'
import type { Records } from '../store/records.ts'
import { networkOf } from './network.ts'

/** Counts wrong passwords per network, and how long each network is locked out, on all instances and over restarts. */
export interface Lockout {
  /** Seconds until this client may try again; 0 for now. @param proof - what it is about to prove, as in {@link Lockout.succeeded} */
  secondsLeft: (client: string, proof: string) => Promise<number>
  failed: (client: string) => Promise<void>
  /**
   * A right password came: failures of other networks do not lock this network out. Its own failures still count, or a
   * guesser in the network of a Prometheus server could guess without limit.
   *
   * @param proof - whose it was, and how much: a password alone must not free a network to guess at a second factor, nor
   *   one person's at another's
   */
  succeeded: (client: string, proof: string) => Promise<void>
}

/** Wrong tries before the first lock, and between locks. */
const TRIES = 20
const FIRST_LOCK_MS = 60_000
const LONGEST_LOCK_MS = 60 * 60_000
/** After this time without a failure the count is deleted. */
const FORGET_MS = 24 * 60 * 60_000
/** Slips further apart than this do not add up. */
const SLIP_MS = 15 * 60_000
const MOST_CLIENTS = 10_000
/** Wrong tries of all networks together in an hour: one customer may have 65,536 networks. */
const MOST_OF_ALL = 300
const ALL_WINDOW_MS = 60 * 60_000
const MOST_KNOWN = 100
/** A network that has proved nothing for so long may have another customer. */
const KNOWN_MS = 30 * 24 * 60 * 60_000
/** A proof within this time after a record was written does not write it anew. */
const KNOWN_NOTED_MS = 24 * 60 * 60_000
/** Of the clocks of several machines. */
const CLOCK_DOUBT_MS = 10 * 60_000
const LONGEST_MS = Math.max(LONGEST_LOCK_MS, ALL_WINDOW_MS)

const KIND = 'lockout'
/** Networks that have proved something, with what. */
const KNOWN = 'lockout-known'
/** Stands for all networks together; no address is written so. */
const ALL = '*'

interface Guesser {
  failures: number
  locks: number
  lastMs: number
  lockedUntilMs: number
}

interface All {
  failures: number
  untilMs: number
}

/**
 * Locks a client out after 20 wrong tries: for a minute, then for twice as long each time, up to an hour. After 300 wrong tries
 * of all clients in an hour, those that never knew what is asked of them wait for its end. While the database does not answer, each
 * instance counts for itself.
 */
export const createLockout = (deps: {
  records: Pick<Records, 'get' | 'put'>
  clock: Pick<Clock, 'now'>
}): Lockout => {
  const { records, clock } = deps
  /** As last read or written. Those that failed last come last. */
  const counted = createBoundedMap<string, string>(MOST_CLIENTS)
  /** When the record of each has to be written anew, by what was last proved here. */
  const known = createBoundedMap<string, number>(MOST_KNOWN)

  /** @returns `version` undefined where the database does not answer */
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

  /** A database that does not answer locks no client out that this instance knows. */
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
      await change<All>(ALL, ALL_WINDOW_MS, (all) =>
        all === null || leftOf(all.untilMs, nowMs) === 0
          ? { failures: 1, untilMs: nowMs + ALL_WINDOW_MS }
          : { ...all, failures: all.failures + 1 },
      )
      await change<Guesser>(networkOf(client), FORGET_MS, (before) => failedOnce(before, nowMs))
    },

    succeeded: async (client, proof) => {
      const id = `${networkOf(client)} ${proof}`
      // Prometheus proves it every 15 seconds.
      if ((known.get(id) ?? 0) > clock.now()) return
      known.set(id, 0)
      const written = await records.put({ kind: KNOWN, id, data: '', forMs: KNOWN_MS }).catch(() => null)
      if (written !== null) known.set(id, clock.now() + KNOWN_NOTED_MS)
    },
  }
}

/** A lock that is longer than any was set by a clock that was ahead, and would end when this one gets there: it counts as over. */
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
