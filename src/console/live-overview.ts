import { createPump } from '../base/pump.ts'
import type { Log } from '../base/logger.ts'
import type { Clock } from '../base/clock.ts'

/** Keeps every open overview up to date; it is rendered once for all of them. */
export interface LiveOverview {
  /** Renders again soon; call it after a change. */
  poke: () => void
  /** @returns the function that ends the watching */
  watch: (watcher: Watcher) => () => void
  stop: () => void
}

export interface Watcher {
  /** Whether the session of this page is still valid. */
  mayLook: () => boolean
  /** Called with the parts that have changed; the first time with all of them. */
  changed: (parts: Record<string, string>) => void
  /** Called when nothing changed, as a keep-alive. */
  beat: () => void
  /** Called when the session is no longer valid; `end` follows. */
  dismissed: () => void
  end: () => void
}

const EVERY_MS = 2000
// A short wait, because several changes come together: a new token, a settled need, sent replies.
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
