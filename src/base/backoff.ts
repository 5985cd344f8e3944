/** How long waits grow: each twice the one before, up to a longest. */
export interface Backoff {
  baseMs: number
  capMs: number
}

/** How long to wait before try `attempt` (0 for the first retry). */
export const growingMs = (attempt: number, { baseMs, capMs }: Backoff): number =>
  Math.min(capMs, baseMs * 2 ** Math.min(attempt, 30))

/**
 * The same with full jitter, so that what failed together does not come back together.
 *
 * @param random - in [0, 1)
 */
export const backoffMs = (
  attempt: number,
  { random, ...backoff }: Backoff & { random: () => number },
): number => Math.ceil(random() * growingMs(attempt, backoff))
