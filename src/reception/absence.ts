import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/logger.ts'
import type { Store } from '../store/store.ts'

/** Measures how long the bot was down: it stores the time every minute, and the next start compares. */
export interface Absence {
  /** @returns whether the bot was away; `onAway` was called then */
  start: () => Promise<boolean>
  /** Stores the time until which the bot was up. */
  stop: () => Promise<void>
}

const BEAT_MS = 60_000
/** A restart takes less, and Facebook repeats the webhooks of so short an absence. */
export const AWAY_MS = 5 * 60_000
const ALIVE = 'alive'

export const createAbsence = (deps: {
  store: Pick<Store, 'remember' | 'recall'>
  clock: Clock
  log: Pick<Log, 'debug' | 'warn'>
  /** Called with the time since which the bot was away, ms since the epoch. */
  onAway: (sinceMs: number) => void
}): Absence => {
  const { store, clock, log, onAway } = deps
  let stopped = false
  let lastBeatMs: number | null = null
  let cancelBeat = (): void => undefined

  const beat = (): void => {
    const nowMs = clock.now()
    // A machine that slept counts as away, too.
    if (lastBeatMs !== null && nowMs - lastBeatMs > AWAY_MS) onAway(lastBeatMs)
    lastBeatMs = nowMs
    store
      .remember(ALIVE, String(nowMs))
      .catch((error: unknown) => log.debug({ err: error }, 'could not note the time'))
    cancelBeat = clock.after(BEAT_MS, beat)
  }

  const lastAlive = (): Promise<string | null> =>
    store.recall(ALIVE).catch((error: unknown) => {
      log.warn({ err: error }, 'how long the bot was away could not be read')
      return null
    })

  return {
    start: async () => {
      const aliveMs = Number((await lastAlive()) ?? Number.NaN)
      if (stopped) return false
      const wasAway = Number.isFinite(aliveMs) && clock.now() - aliveMs > AWAY_MS
      if (wasAway) onAway(aliveMs)
      beat()
      return wasAway
    },
    stop: async () => {
      stopped = true
      cancelBeat()
      // A failed start must not shorten the absence that the next start measures.
      if (lastBeatMs !== null) await store.remember(ALIVE, String(clock.now())).catch(() => undefined)
    },
  }
}
