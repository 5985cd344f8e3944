import type { Clock } from '../../base/clock.ts'
import { SPANS, startOf, type Span } from '../../base/spans.ts'
import type { Counted } from '../../base/counts.ts'
import type { Query } from './connection.ts'

/** What a transaction has done so and so often. */
export interface CountedThing {
  what: Counted
  /** Of the reply or form in the script; none when left out. */
  name?: string
  /** The Page's number. */
  page: number
  /** Any moment of the hour. */
  atMs: number
  by: number
}

/**
 * What the transactions of this process count, added up in memory and written at most so often: a sum costs as much to write as the
 * message that it counts, and the messages of many transactions share a few sums. A process that is killed loses what it has
 * counted since the last writing, and nothing else.
 */
export interface Sums {
  /** Of a transaction that was committed. */
  add: (things: readonly CountedThing[]) => void
  /** Null where nothing waits, or it is not time yet. @param isDue - whether it is time in any case */
  take: (isDue: boolean) => TakenSums | null
}

export interface TakenSums {
  query: Query
  /** They were not written, and wait for the next time. */
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

/** What was counted within one hour. */
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

/** Adds up, always in the same order, as two processes may do it at once. @param rows - each span, name, start, thing and Page at most once */
export const addCounts = (rows: string): string => `
  insert into evergreen.statistic as t (span, name, start_ms, what, page, count)
  select * from (${rows}) as added order by 1, 2, 3, 4, 5
  on conflict (span, name, start_ms, what, page) do update set count = t.count + excluded.count`

const COUNT = addCounts(
  'select * from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::int[], $6::bigint[])',
)
