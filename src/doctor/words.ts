/** Such as `2026-11-21`. */
export const isoDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** "412 MB". */
export const bytes = (number: number): string => {
  const [unit, size] = SIZES.find(([, least]) => number >= least) ?? ['bytes', 1]
  return `${Math.floor(number / size)} ${unit}`
}

/** The message of an error, without its full stop, for the middle of a sentence. */
export const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\.$/, '')

const SIZES: [string, number][] = [
  ['GB', 1e9],
  ['MB', 1e6],
  ['kB', 1e3],
]
