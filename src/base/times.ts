import { plural } from './numbers.ts'

/** A time to the minute, such as `2026-11-21 09:05 UTC`. */
export const utc = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`

const MINUTES = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const
const SECONDS = [...MINUTES, ['second', 1000]] as const

/** A duration in the largest unit that fits, rounded down, such as `3 minutes`. */
export const duration = (ms: number): string => inLargestUnit(ms, MINUTES) ?? 'less than a minute'

/** As {@link duration}, where seconds count, too. */
export const durationToTheSecond = (ms: number): string => inLargestUnit(ms, SECONDS) ?? 'a moment'

const inLargestUnit = (ms: number, units: readonly (readonly [string, number])[]): string | null => {
  const [unit, size] = units.find(([, each]) => ms >= each) ?? []
  return unit === undefined || size === undefined ? null : plural(Math.floor(ms / size), unit)
}
