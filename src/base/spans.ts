/** The spans over which {@link ../store/store.ts Statistics} sums up; each begins at a full hour, day or month of UTC. */
export const SPANS = ['hour', 'day', 'month'] as const
export type Span = (typeof SPANS)[number]

const HOUR_MS = 3_600_000

/** The beginning of the span that contains `atMs`; both in ms since the epoch. */
export const startOf = (span: Span, atMs: number): number => {
  switch (span) {
    case 'hour':
      return atMs - (atMs % HOUR_MS)
    case 'day':
      return atMs - (atMs % (24 * HOUR_MS))
    case 'month': {
      const date = new Date(atMs)
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth())
    }
  }
}
