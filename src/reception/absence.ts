import type { Clock } from '../base/clock.ts'
import type { Graph } from '../graph/graph.ts'
import type { Log } from '../base/logger.ts'
import type { Store } from '../store/store.ts'
import { STANDARD_WINDOW_MS } from '../channel/messenger.ts'

/** Measures how long the bot was down: it stores the time every minute, and the next start compares that time with its own. */
export interface Absence {
  /** @returns whether the bot was away; `onAway` has then been called */
  start: () => Promise<boolean>
  /** Stores the time until which the bot was up. */
  stop: () => Promise<void>
}

const BEAT_MS = 60_000
/** A restart takes less time, and Facebook repeats the webhooks of a shorter absence. */
export const AWAY_MS = 5 * 60_000
const ALIVE = 'alive'

/** Facebook's time, which also dates the messages in its conversations; before Facebook's first answer, this machine's time. */
export const timeOf = ({ graph, clock }: { graph: Pick<Graph, 'now'>; clock: Clock }): number =>
  graph.now() ?? clock.now()

/**
 * The stored time until which the bot was up. A time in the future was stored before the clock was set back, so it proves
 * nothing: the bot may then have been away for the whole time whose messages can still be recovered.
 */
export const knownUntil = (untilMs: number, nowMs: number): number =>
  untilMs > nowMs + AWAY_MS ? nowMs - STANDARD_WINDOW_MS : untilMs

export const createAbsence = (deps: {
  store: Pick<Store, 'remember' | 'recall'>
  graph: Pick<Graph, 'now'>
  clock: Clock
  log: Pick<Log, 'debug' | 'warn'>
  /** Called with the time since which the bot was away, ms since the epoch. */
  onAway: (sinceMs: number) => void
}): Absence => {
  const { store, graph, clock, log, onAway } = deps
  let stopped = false
  let lastBeatMs: number | null = null
  let cancelBeat = (): void => undefined
  /** Repeats the comparison with the time that the previous run stored, as soon as Facebook's time is known. */
  let judgeLater: (() => void) | null = null

  const beat = (): void => {
    const nowMs = clock.now()
    if (graph.now() !== null) {
      judgeLater?.()
      judgeLater = null
    }
    // A machine that slept counts as away, too.
    if (lastBeatMs !== null && nowMs - lastBeatMs > AWAY_MS) onAway(timeOf(deps) - (nowMs - lastBeatMs))
    lastBeatMs = nowMs
    store
      .remember(ALIVE, String(timeOf(deps)))
      .catch((error: unknown) => log.debug({ err: error }, 'could not note the time'))
    cancelBeat = clock.after(BEAT_MS, beat)
  }

  /** @param agoMs - ms since the bot was started. @returns whether the bot was away until its start */
  const judge = (aliveMs: number, agoMs: number): boolean => {
    const startedMs = timeOf(deps) - agoMs
    const sinceMs = knownUntil(aliveMs, startedMs)
    const wasAway = startedMs - sinceMs > AWAY_MS
    if (wasAway) onAway(sinceMs)
    return wasAway
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
      let wasAway = false
      if (Number.isFinite(aliveMs)) {
        const startMs = clock.elapsed()
        const isUnheard = graph.now() === null
        // If the stored time is in the future, only Facebook's time tells whether this machine's clock is slow or was set back.
        wasAway = !(isUnheard && aliveMs > clock.now() + AWAY_MS) && judge(aliveMs, 0)
        // A clock that was set while the bot was down may hide an absence.
        if (isUnheard && !wasAway) judgeLater = () => judge(aliveMs, clock.elapsed() - startMs)
      }
      beat()
      return wasAway
    },
    stop: async () => {
      stopped = true
      cancelBeat()
      // A failed start must not shorten the absence that the next start measures.
      if (lastBeatMs !== null) await store.remember(ALIVE, String(timeOf(deps))).catch(() => undefined)
    },
  }
}
