/** A time to the minute, such as `2026-11-21 09:05 UTC`. */
export const utc = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const

/** A duration in the largest unit that fits, such as `3 minutes`. */
export const duration = (ms: number): string => {
  for (const [unit, size] of UNITS) {
    const count = Math.floor(ms / size)
    if (count > 0) return `${count} ${unit}${count === 1 ? '' : 's'}`
  }
  return 'less than a minute'
}
