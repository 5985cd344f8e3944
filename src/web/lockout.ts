import { createBoundedMap } from '../base/bounded-map.ts'
import type { Clock } from '../base/clock.ts'
import { networkOf } from './network.ts'

/** Counts wrong passwords per network, and how long each network is locked out. */
export interface Lockout {
  /** Seconds until this client may try again; 0 for now. */
  secondsLeft: (client: string) => number
  failed: (client: string) => void
  /**
   * A right password came: failures of other networks do not lock this network out. Its own failures still count, or a
   * guesser in the network of a Prometheus server could guess without limit.
   */
  succeeded: (client: string) => void
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

interface Guesser {
  failures: number
  locks: number
  lastMs: number
  lockedUntilMs: number
}

/**
 * Locks a client out after 20 wrong tries: for a minute, then for twice as long each time, up to an hour. After 300 wrong tries
 * of all clients in an hour, those that never knew the password wait for its end.
 */
export const createLockout = ({ clock }: { clock: Pick<Clock, 'now'> }): Lockout => {
  /** Those that failed last come last. */
  const guessers = createBoundedMap<string, Guesser>(MOST_CLIENTS)
  const known = createBoundedMap<string, true>(MOST_KNOWN)
  let failuresOfAll = 0
  let allUntilMs = 0

  return {
    secondsLeft: (client) => {
      const network = networkOf(client)
      const ownMs = guessers.get(network)?.lockedUntilMs ?? 0
      const allMs = failuresOfAll >= MOST_OF_ALL && !known.has(network) ? allUntilMs : 0
      return Math.max(0, Math.ceil((Math.max(ownMs, allMs) - clock.now()) / 1000))
    },

    failed: (client) => {
      const key = networkOf(client)
      const nowMs = clock.now()
      if (nowMs >= allUntilMs) {
        failuresOfAll = 0
        allUntilMs = nowMs + ALL_WINDOW_MS
      }
      failuresOfAll += 1
      const before = guessers.get(key)
      const guesser: Guesser =
        before !== undefined && nowMs - before.lastMs < FORGET_MS
          ? before
          : { failures: 0, locks: 0, lastMs: nowMs, lockedUntilMs: 0 }
      if (nowMs - guesser.lastMs >= SLIP_MS) guesser.failures = 0
      guesser.failures += 1
      guesser.lastMs = nowMs
      if (guesser.failures >= TRIES) {
        guesser.failures = 0
        guesser.lockedUntilMs = nowMs + Math.min(LONGEST_LOCK_MS, FIRST_LOCK_MS * 2 ** guesser.locks)
        guesser.locks = Math.min(guesser.locks + 1, 10)
      }
      guessers.set(key, guesser)
    },

    succeeded: (client) => known.set(networkOf(client), true),
  }
}
