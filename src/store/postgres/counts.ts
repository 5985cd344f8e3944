import type { Clock } from '../../base/clock.ts'
import { SPANS, startOf, type Span } from '../../base/spans.ts'
import type { Counted } from '../../base/counts.ts'
import { isConnectionLost, type Connection, type Query } from './connection.ts'
import { isOwnFault } from './faults.ts'

/** A thing that a transaction counts. */
export interface CountedThing {
  what: Counted
  /** Name of the reply or form in the script; absent for none. */
  name?: string
  /** The Page's number. */
  page: number
  /** Any moment within the hour. */
  atMs: number
  by: number
}

/**
 * Sums of the transactions of this process. They are added up in memory and written from time to time, because a sum costs as much to
 * write as the message that it counts, and many messages share a few sums. A process that is killed loses the counts since the last
 * write, and nothing else.
 */
export interface Sums {
  /** Adds the counts of a committed transaction. */
  add: (things: readonly CountedThing[]) => void
  /**
   * Takes the sums to write; null when there are none, or it is too early.
   *
   * @param isDue - takes them even if it is early
   */
  take: (isDue: boolean) => TakenSums | null
}

export interface TakenSums {
  query: Query
  /** The write failed: the sums are kept for the next time. */
  giveBack: () => void
}

const WRITE_EVERY_MS = 500

export const createSums = (clock: Pick<Clock, 'elapsed'>): Sums => {
  let waiting = new Map<string, Sum>()
  let writtenMs = Number.NEGATIVE_INFINITY

  const addTo = (key: string, sum: Sum): void => {
    const known = waiting.get(key)
    if (known === undefined) waiting.set(key, sum)
    else known.count += sum.count
  }

  return {
    add: (things) => {
      for (const { what, name = '', page, atMs, by } of things) {
        if (by === 0) continue
        const hourMs = startOf('hour', atMs)
        addTo(`${hourMs} ${page} ${what} ${name}`, { hourMs, page, what, name, count: by })
      }
    },
    take: (isDue) => {
      const nowMs = clock.elapsed()
      if (waiting.size === 0 || (!isDue && nowMs - writtenMs < WRITE_EVERY_MS)) return null
      writtenMs = nowMs
      const taken = waiting
      waiting = new Map()
      return {
        query: toQuery([...taken.values()]),
        giveBack: () => {
          for (const [key, sum] of taken) addTo(key, sum)
        },
      }
    },
  }
}

/** Writes the collected counts if they are due. A call before a transaction is carried out before that transaction. */
export const writeSums = async (sums: Sums, open: Connection, isDue: boolean): Promise<void> => {
  const taken = sums.take(isDue)
  if (taken === null) return
  await open.query([taken.query]).catch((error: unknown) => {
    // If the answer was lost, the sums may have been written; if the sums themselves are refused, a retry would fail for ever.
    if (!isConnectionLost(error) && !isOwnFault(error)) taken.giveBack()
  })
}

/** The sum of one hour. */
interface Sum {
  hourMs: number
  page: number
  what: Counted
  name: string
  count: number
}

const toQuery = (sums: readonly Sum[]): Query => {
  const rows = new Map<string, { span: Span; startMs: number; sum: Sum; count: number }>()
  for (const sum of sums) {
    for (const span of SPANS) {
      const startMs = startOf(span, sum.hourMs)
      const key = `${span} ${startMs} ${sum.page} ${sum.what} ${sum.name}`
      const row = rows.get(key)
      if (row === undefined) rows.set(key, { span, startMs, sum, count: sum.count })
      else row.count += sum.count
    }
  }
  const all = [...rows.values()]
  return {
    text: COUNT,
    values: [
      all.map(({ span }) => span),
      all.map(({ sum }) => sum.name),
      all.map(({ startMs }) => startMs),
      all.map(({ sum }) => sum.what),
      all.map(({ sum }) => sum.page),
      all.map(({ count }) => count),
    ],
  }
}

/** Every span, as rows. */
export const ALL_SPANS = `(values ${SPANS.map((span) => `('${span}')`).join(', ')}) as s (span)`

/**
 * Adds the rows to the sums in a fixed order, because two processes may do it at once.
 *
 * @param rows - each span, name, start, thing and Page at most once
 */
export const addCounts = (rows: string): string => `
  insert into evergreen.statistic as t (span, name, start_ms, what, page, count)
  select * from (${rows}) as added order by 1, 2, 3, 4, 5
  on conflict (span, name, start_ms, what, page) do update set count = t.count + excluded.count`

const COUNT = addCounts(
  'select * from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::int[], $6::bigint[])',
)
