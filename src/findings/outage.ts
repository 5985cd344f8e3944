import type { Clock } from '../base/clock.ts'

/** Whether Facebook answers at all, by what became of the calls of the Graph API. */
export interface Outage {
  /** @param outcome - `ok`, or the verdict of a refusal */
  heard: (outcome: string) => void
  /** Since when no call was answered; null while calls are, or where none was made lately. */
  sinceMs: () => number | null
}

/** The verdicts of calls that Graph did not answer. */
const UNANSWERED = new Set(['transient', 'ambiguous'])
/** Older than this, a failed call says nothing of now. */
const FRESH_MS = 5 * 60_000

export const createOutage = ({ clock }: { clock: Pick<Clock, 'now'> }): Outage => {
  let firstMs: number | null = null
  let lastMs = 0
  return {
    heard: (outcome) => {
      if (!UNANSWERED.has(outcome)) {
        firstMs = null
        return
      }
      lastMs = clock.now()
      firstMs ??= lastMs
    },
    sinceMs: () => (firstMs !== null && clock.now() - lastMs <= FRESH_MS ? firstMs : null),
  }
}
