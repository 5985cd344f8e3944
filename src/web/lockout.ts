import { isIPv6 } from 'node:net'
import type { Clock } from '../base/clock.ts'

/** Remembers who guessed wrong, and for how long they may not guess again. */
export interface Lockout {
  /** Seconds until this client may try again; 0 for now. */
  secondsLeft: (client: string) => number
  failed: (client: string) => void
  /** Knew the password: earlier failures were slips. */
  succeeded: (client: string) => void
}

/** Wrong tries before the first lock, and between locks. */
const TRIES = 20
const FIRST_LOCK_MS = 60_000
const LONGEST_LOCK_MS = 60 * 60_000
/** So long without a failure, and all is forgotten. */
const FORGET_MS = 24 * 60 * 60_000
/** Slips further apart than this do not add up. */
const SLIP_MS = 15 * 60_000
const MOST_CLIENTS = 10_000

interface Guesser {
  failures: number
  locks: number
  lastMs: number
  lockedUntilMs: number
}

/** Locks a client out after 20 wrong tries: for a minute, then for twice as long each time, up to an hour. */
export const createLockout = ({ clock }: { clock: Pick<Clock, 'now'> }): Lockout => {
  /** Those that failed last come last. */
  const guessers = new Map<string, Guesser>()

  return {
    secondsLeft: (client) => {
      const guesser = guessers.get(networkOf(client))
      return Math.max(0, Math.ceil(((guesser?.lockedUntilMs ?? 0) - clock.now()) / 1000))
    },

    failed: (client) => {
      const key = networkOf(client)
      const nowMs = clock.now()
      const known = guessers.get(key)
      const guesser: Guesser =
        known !== undefined && nowMs - known.lastMs < FORGET_MS
          ? known
          : { failures: 0, locks: 0, lastMs: nowMs, lockedUntilMs: 0 }
      if (nowMs - guesser.lastMs >= SLIP_MS) guesser.failures = 0
      guesser.failures += 1
      guesser.lastMs = nowMs
      if (guesser.failures >= TRIES) {
        guesser.failures = 0
        guesser.lockedUntilMs = nowMs + Math.min(LONGEST_LOCK_MS, FIRST_LOCK_MS * 2 ** guesser.locks)
        guesser.locks = Math.min(guesser.locks + 1, 10)
      }
      guessers.delete(key)
      guessers.set(key, guesser)
      if (guessers.size > MOST_CLIENTS) {
        const [oldest] = guessers.keys()
        if (oldest !== undefined) guessers.delete(oldest)
      }
    },

    succeeded: (client) => {
      guessers.delete(networkOf(client))
    },
  }
}

/** One customer has a whole /64 of IPv6 addresses, so these count as one client. */
const networkOf = (address: string): string => {
  // Some proxies tell the port, too, which is another one for each connection.
  const alone = address.replace(/^\[(.*)\](:\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1')
  const plain = alone.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  if (!isIPv6(plain)) return plain
  const [head = '', tail] = plain.split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : 8 - groups.length - after.length
  const all = [...groups, ...Array.from({ length: zeros }, () => '0'), ...after]
  return all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}
