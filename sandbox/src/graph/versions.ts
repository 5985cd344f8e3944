/** Versions alive in late 2026, oldest first (docs/messenger-platform.md#a). */
const ALIVE = ['v21.0', 'v22.0', 'v23.0', 'v24.0', 'v25.0', 'v26.0', 'v27.0']

/**
 * The version a call runs on: an expired one silently runs on the oldest one alive; null for a version that never existed.
 *
 * @param asked - the path's first word, such as `v25.0`
 */
export const runningVersion = (asked: string): string | null => {
  const major = Number(/^v(\d{1,3})\.\d{1,2}$/.exec(asked)?.[1] ?? Number.NaN)
  if (Number.isNaN(major)) return null
  if (ALIVE.includes(asked)) return asked
  return major < 21 ? (ALIVE[0] ?? null) : null
}

export const looksLikeVersion = (word: string): boolean => /^v\d+\.\d+$/.test(word)
