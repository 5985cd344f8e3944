import type { Clock } from '../base/clock.ts'
import { createSilence } from './silence.ts'

/** Whether Facebook does its work at all, by what became of the calls of the Graph API. */
export interface GraphFailure {
  /** @param outcome - `ok`, or the verdict of a refusal */
  heard: (outcome: string) => void
  /** Since when no call was answered; null while calls are, or where none was made lately. */
  sinceMs: () => number | null
}

/** The verdicts of calls that Graph did not answer, or answered with its own trouble. */
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
