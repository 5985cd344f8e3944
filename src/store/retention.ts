import type { Log } from '../base/logger.ts'
import type { Clock } from '../base/clock.ts'
import type { History, Store } from './store.ts'

/** Deletes old history in small steps, so that other writes wait only briefly. */
export interface Retention {
  start: () => void
  /** Ends after the current step. */
  stop: () => Promise<void>
}

const DAY_MS = 24 * 60 * 60 * 1000

/** How long each kind of history is kept; KEEP_QUESTIONS_DAYS says it for questions. */
const KEEP_MS: Record<Exclude<History, 'questions'>, number> = {
  // Facebook repeats a callback for hours, at most for days; two weeks also cover a restored backup.
  seen: 14 * DAY_MS,
  // Needed for minutes, while a reply is in doubt; a month answers "was it sent?".
  sent: 30 * DAY_MS,
  // Dead letters hold texts for visitors: they are kept long enough for the operator to decide, then deleted for privacy.
  dead: 90 * DAY_MS,
  // The plots show a day, 30 days and 12 months; monthly sums are few and stay.
  hours: 3 * DAY_MS,
  days: 400 * DAY_MS,
}

// Keeps the work of a start free of it.
const FIRST_PASS_AFTER_MS = 10 * 60_000
const PASS_EVERY_MS = DAY_MS
// With steps of a millisecond, one percent of the database's time: a hundred million rows take a quarter of a day.
const BETWEEN_STEPS_MS = 100

export const createRetention = (deps: {
  store: Pick<Store, 'prune'>
  /** Whether this instance deletes history for all. */
  isHead: () => boolean
  keepQuestionsMs: number
  clock: Clock
  /** Facebook's time, ms since the epoch; null while it is not known. */
  facebookNow: () => number | null
  log: Pick<Log, 'info' | 'warn'>
}): Retention => {
  const { store, isHead, clock, facebookNow, log } = deps
  const keepMs: Record<History, number> = { ...KEEP_MS, questions: deps.keepQuestionsMs }
  const stopping = new AbortController()
  let running: Promise<void> = Promise.resolve()

  const passAfter = async (waitMs: number): Promise<void> => {
    for (let ms = waitMs; ; ms = PASS_EVERY_MS) {
      await clock.sleep(ms, stopping.signal)
      await pass().catch((error: unknown) => {
        if (!stopping.signal.aborted)
          log.warn({ err: error }, 'old history could not be forgotten; tried again tomorrow')
      })
    }
  }

  /** The clock that is behind: history deleted because of a clock ahead could not be restored. */
  const leastNow = (): number => Math.min(clock.now(), facebookNow() ?? Number.POSITIVE_INFINITY)

  const pass = async (): Promise<void> => {
    const dropped = { seen: 0, sent: 0, dead: 0, questions: 0, hours: 0, days: 0 } satisfies Record<
      History,
      number
    >
    for (const history of Object.keys(dropped) as History[]) {
      const beforeMs = leastNow() - keepMs[history]
      for (let more = isHead(); more;) {
        const step = await store.prune(history, beforeMs)
        dropped[history] += step.dropped
        more = step.more && isHead()
        await clock.sleep(BETWEEN_STEPS_MS, stopping.signal)
      }
    }
    if (Object.values(dropped).some((count) => count > 0)) log.info({ dropped }, 'old history was forgotten')
  }

  return {
    start: () => {
      running = passAfter(FIRST_PASS_AFTER_MS).catch(() => undefined)
    },
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}
