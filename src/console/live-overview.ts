import { createPump } from '../base/pump.ts'
import type { Log } from '../base/logger.ts'
import type { Clock } from '../base/clock.ts'

/** Keeps every open overview up to date, drawing it once for all of them. */
export interface LiveOverview {
  /** Draws anew soon: something has happened. */
  poke: () => void
  /** @returns the function that ends it */
  watch: (watcher: Watcher) => () => void
  stop: () => void
}

export interface Watcher {
  /** Whether the session of this page is still valid. */
  mayLook: () => boolean
  /** Hears the parts that are not as they were; at first all of them. */
  changed: (parts: Record<string, string>) => void
  /** Keep-alive: nothing changed. */
  beat: () => void
  /** May look no longer; the end follows. */
  dismissed: () => void
  end: () => void
}

const EVERY_MS = 2000
// Several things happen together: a token comes, a need is settled, replies leave.
const SOON_MS = 50
const BEAT_MS = 20_000

export const createLiveOverview = (deps: {
  draw: () => Promise<Record<string, string>>
  clock: Pick<Clock, 'elapsed' | 'after'>
  log: Pick<Log, 'error'>
}): LiveOverview => {
  const { draw, clock, log } = deps
  /** The parts last sent to each page. */
  const watchers = new Map<Watcher, Record<string, string>>()
  let cancel = (): void => undefined
  let dueMs = Number.POSITIVE_INFINITY
  let beatMs = 0

  const schedule = (ms: number): void => {
    if (watchers.size === 0 || clock.elapsed() + ms >= dueMs) return
    cancel()
    dueMs = clock.elapsed() + ms
    cancel = clock.after(ms, () => {
      dueMs = Number.POSITIVE_INFINITY
      round.wake()
    })
  }

  const round = createPump({
    run: async () => {
      try {
        tell(await draw())
      } finally {
        schedule(EVERY_MS)
      }
    },
    onError: (error) => log.error({ err: error }, 'the console could not be drawn'),
  })

  const tell = (parts: Record<string, string>): void => {
    const beatIsDue = clock.elapsed() - beatMs >= BEAT_MS
    if (beatIsDue) beatMs = clock.elapsed()
    for (const [watcher, told] of watchers) {
      if (!watcher.mayLook()) {
        watchers.delete(watcher)
        watcher.dismissed()
        watcher.end()
        continue
      }
      const changed = Object.entries(parts).filter(([id, markup]) => told[id] !== markup)
      if (changed.length > 0) watcher.changed(Object.fromEntries(changed))
      else if (beatIsDue) watcher.beat()
      watchers.set(watcher, parts)
    }
  }

  return {
    poke: () => schedule(SOON_MS),
    watch: (watcher) => {
      watchers.set(watcher, {})
      schedule(0)
      return () => {
        watchers.delete(watcher)
      }
    },
    stop: () => {
      cancel()
      for (const watcher of watchers.keys()) watcher.end()
      watchers.clear()
    },
  }
}
