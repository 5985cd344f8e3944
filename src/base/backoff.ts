/**
 * How long to wait before try `attempt` (0 for the first retry): exponential with full jitter, so that what failed
 * together does not come back together.
 *
 * @param random - in [0, 1)
 */
export const backoffMs = (
  attempt: number,
  options: { baseMs: number; capMs: number; random: () => number },
): number =>
  Math.ceil(options.random() * Math.min(options.capMs, options.baseMs * 2 ** Math.min(attempt, 30)))
