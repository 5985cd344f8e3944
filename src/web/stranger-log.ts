import type { Clock } from '../base/clock.ts'
import { createBoundedMap } from '../base/bounded-map.ts'
import type { Log } from '../base/logger.ts'
import { networkOf } from './network.ts'
import { clipped } from '../base/clip.ts'

/** Logs a warning about an unauthenticated client. @param client - its IP address */
export type StrangerLog = (client: string, facts: Readonly<Record<string, unknown>>, message: string) => void

const WINDOW_MS = 60_000
const MOST_OF_A_NETWORK = 20
const MOST_OF_ALL = 200
const MOST_NETWORKS = 5000
const LONGEST = 200

/**
 * Failures must be logged, so that an operator with a wrong secret finds the cause, but strangers must not fill the disk. So
 * lines are bounded for each network and for all together, and texts from requests are cut.
 */
export const createStrangerLog = ({
  clock,
  log,
}: {
  clock: Pick<Clock, 'elapsed'>
  log: Pick<Log, 'warn'>
}): StrangerLog => {
  let counts = createBoundedMap<string, number>(MOST_NETWORKS)
  let all = 0
  let startMs = clock.elapsed()

  return (client, facts, message) => {
    if (clock.elapsed() - startMs >= WINDOW_MS) {
      counts = createBoundedMap(MOST_NETWORKS)
      all = 0
      startMs = clock.elapsed()
    }
    const network = networkOf(client)
    const count = counts.get(network) ?? 0
    if (count >= MOST_OF_A_NETWORK || all >= MOST_OF_ALL) return
    counts.set(network, count + 1)
    all += 1
    const short = Object.entries({ client, ...facts }).map(([name, value]) => [name, cut(value)])
    log.warn(Object.fromEntries(short), message)
  }
}

const cut = (value: unknown): unknown => (typeof value === 'string' ? clipped(value, LONGEST) : value)
