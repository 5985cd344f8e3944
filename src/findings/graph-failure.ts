import type { Clock } from '../base/clock.ts'
import { createSilence } from './silence.ts'

/** Whether Facebook answers at all, judged by the results of calls to the Graph API. */
export interface GraphFailure {
  /** @param outcome - `ok`, or the verdict of a refusal */
  heard: (outcome: string) => void
  /** Since when no call was answered, ms since the epoch; null while calls are answered, or if none was made lately. */
  sinceMs: () => number | null
}

/** The verdicts of calls that Graph did not answer, or answered with an error of its own service. */
const UNANSWERED = new Set(['transient', 'ambiguous'])

/** A failed call counts for this long. */
const FRESH_MS = 5 * 60_000

export const createGraphFailure = ({ clock }: { clock: Pick<Clock, 'now'> }): GraphFailure => {
  const { heard, span } = createSilence({ nowMs: clock.now, freshMs: FRESH_MS })
  return {
    heard: (outcome) => heard(!UNANSWERED.has(outcome)),
    sinceMs: () => span()?.firstMs ?? null,
  }
}
