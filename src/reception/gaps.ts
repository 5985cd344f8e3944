import { AWAY_MS, knownUntil } from './absence.ts'
import type { Coverage, Gap } from './coverage.ts'

const MINUTE_MS = 60_000
/** How long Facebook repeats a callback that fails, before it unsubscribes the app (docs/messenger-platform.md#e3). */
const FACEBOOK_REPEATS_MS = 60 * MINUTE_MS
/** After this long without a proof that webhooks arrive, the subscription may have been lost and renewed meanwhile. */
const UNSEEN_MS = 2 * FACEBOOK_REPEATS_MS
/**
 * The wait after an absence with the subscription intact: Facebook repeats the webhooks, which tell more than the conversations
 * do.
 */
const LET_REPEAT_MS = 10 * MINUTE_MS

/** The stored coverage with its times limited: a time too far in the future was stored before the clock was set back. */
export const notAhead = ({ untilMs, gap }: Coverage, nowMs: number): Coverage => ({
  untilMs: knownUntil(untilMs, nowMs),
  gap: gap && { ...gap, notBeforeMs: Math.min(gap.notBeforeMs, nowMs + LET_REPEAT_MS) },
})

/** The time in which messages may have been missed; null if there is none. */
export const gapOf = ({
  untilMs,
  isHeard,
  awaySinceMs,
  nowMs,
}: {
  untilMs: number
  /** Whether the Page was found subscribed. */
  isHeard: boolean
  /** The beginning of an absence of the bot; null for none. */
  awaySinceMs: number | null
  nowMs: number
}): Gap | null => {
  const lostSinceMs = untilMs - FACEBOOK_REPEATS_MS
  if (!isHeard) return { sinceMs: lostSinceMs, notBeforeMs: nowMs }
  if (awaySinceMs !== null) {
    return { sinceMs: Math.min(awaySinceMs - AWAY_MS, lostSinceMs), notBeforeMs: nowMs + LET_REPEAT_MS }
  }
  return nowMs - untilMs > UNSEEN_MS ? { sinceMs: lostSinceMs, notBeforeMs: nowMs } : null
}

export const widest = (one: Gap | null, other: Gap | null): Gap | null =>
  one === null || other === null
    ? (one ?? other)
    : {
        sinceMs: Math.min(one.sinceMs, other.sinceMs),
        notBeforeMs: Math.min(one.notBeforeMs, other.notBeforeMs),
      }
