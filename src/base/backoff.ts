/** Waits that double from `baseMs` up to `capMs`. */
export interface Backoff {
  baseMs: number
  capMs: number
}

/** The wait before retry `attempt` (0 for the first one), ms. */
export const growingMs = (attempt: number, { baseMs, capMs }: Backoff): number =>
  Math.min(capMs, baseMs * 2 ** Math.min(attempt, 30))

/**
 * As {@link growingMs} with full jitter, so that calls that failed together are not repeated together.
 *
 * @param random - in [0, 1)
 */
export const backoffMs = (
  attempt: number,
  { random, ...backoff }: Backoff & { random: () => number },
): number => Math.ceil(random() * growingMs(attempt, backoff))
