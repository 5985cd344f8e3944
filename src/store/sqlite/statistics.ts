import { SPANS, startOf, type Span } from '../../base/spans.ts'
import type { Counted } from '../../base/counts.ts'
import type { Operation, Results } from '../queues/operations.ts'
import type { LazyDatabase } from './lazy-database.ts'

/** The sum of one hour. */
interface Sum {
  /** The spans whose sums it is part of. */
  spans: readonly Span[]
  hourMs: number
  page: number
  what: Counted
  name: string
  count: number
}

/**
 * Sums by hour, day and month. What transactions count is added up in memory, and {@link ./database.ts Database.writeSums} writes it: a sum
 * costs as much to write as the message it counts, and many messages share a few sums. A process that is killed loses what
 * it has counted since the last writing, and nothing else.
 */
export const createStatistics = (db: LazyDatabase) => {
  const add = db.prepare(
    `insert into statistic (span, name, start_ms, what, page, count) values (?, ?, ?, ?, ?, ?)
     on conflict do update set count = count + excluded.count`,
  )
  const since = `start_ms >= ?2 and (?3 is null or page = (select no from page where id = ?3))`
  const sums = db.prepare(
    `select start_ms as startMs, what, sum(count) as count from statistic
     where span = ?1 and name = '' and ${since} group by start_ms, what`,
  )
  // One name at a time: in the key the time comes after the name, so a range over all names would read years for a month.
  const names = db.prepare(
    `with recursive named (name) as (
       select min(name) from statistic where span = ?1 and name > ''
       union all
       select (select min(name) from statistic where span = ?1 and name > named.name) from named where named.name is not null
     )
     select what, named.name, sum(count) as count
     from named join statistic on span = ?1 and statistic.name = named.name
     where ${since} group by what, named.name order by count desc, named.name`,
  )
  /** Counts of committed transactions. */
  const committed: Sums = new Map()
  /** Counts of the current transaction, one by one. */
  let pending: Sum[] = []
  let isWritten = false

  const write = (): void => {
    for (const { spans, hourMs, name, what, page, count } of isWritten
      ? pending
      : [...committed.values(), ...pending])
      for (const span of spans) add.run(span, name, startOf(span, hourMs), what, page, count)
    isWritten = true
    pending = []
  }

  return {
    count: (page: number, atMs: number, what: Counted, { name = '', by = 1 } = {}): void => {
      pending.push({ spans: SPANS, hourMs: startOf('hour', atMs), page, what, name, count: by })
    },

    /**
     * Counts a visitor in each span that begins with this message.
     *
     * @param beforeMs - when the visitor was heard before; null for never
     */
    countVisitor: (page: number, beforeMs: number | null, atMs: number): boolean => {
      const fresh = SPANS.filter((span) => beforeMs === null || startOf(span, beforeMs) < startOf(span, atMs))
      if (fresh.length === 0) return false
      pending.push({
        spans: fresh,
        hourMs: startOf('hour', atMs),
        page,
        what: 'visitors',
        name: '',
        count: 1,
      })
      return true
    },

    areWaiting: (): boolean => committed.size > 0,

    /** Writes the sums within the current transaction. */
    write,

    /** The transaction was committed: its counts stay. */
    keep: (): void => {
      if (isWritten) committed.clear()
      for (const sum of pending) addTo(committed, sum)
      pending = []
      isWritten = false
    },

    /** The transaction was rolled back: its counts are dropped. */
    drop: (): void => {
      pending = []
      isWritten = false
    },

    operations: {
      statistics: ({
        span,
        fromMs,
        page,
        most,
      }: Extract<Operation, { op: 'statistics' }>): Results['statistics'] => {
        write()
        const perWhat = new Map<Counted, number>()
        return {
          sums: plain(sums.all(span, fromMs, page)),
          names: plain<Results['statistics']['names'][number]>(names.all(span, fromMs, page)).filter(
            ({ what }) => {
              const before = perWhat.get(what) ?? 0
              perWhat.set(what, before + 1)
              return before < most
            },
          ),
        }
      },
    },
  }
}

/** The key has the number of spans: the beginning of a month is also that of a day and an hour. */
type Sums = Map<string, Sum>

const addTo = (sums: Sums, sum: Sum): void => {
  const key = `${sum.spans.length} ${sum.hourMs} ${sum.page} ${sum.what} ${sum.name}`
  const known = sums.get(key)
  if (known !== undefined) known.count += sum.count
  else sums.set(key, sum)
}

// node:sqlite rows have no prototype; plain objects travel between threads.
const plain = <Row>(rows: object[]): Row[] => rows.map((row) => ({ ...row }) as Row)
