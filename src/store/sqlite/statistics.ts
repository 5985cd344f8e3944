import type { DatabaseSync } from 'node:sqlite'
import { SPANS, startOf, type Span } from '../../base/spans.ts'
import type { Counted } from '../store.ts'
import type { Operation, Results } from '../queues/operations.ts'

interface Sum {
  span: Span
  startMs: number
  page: number
  what: Counted
  name: string
  count: number
}

/**
 * Sums by hour, day and month. What the operations of a transaction count is added up here and written once, at the end of the
 * transaction: under load, many messages share a few writes.
 */
export const createStatistics = (db: DatabaseSync) => {
  const add = db.prepare(
    `insert into statistic (span, name, start_ms, what, page, count) values (?, ?, ?, ?, ?, ?)
     on conflict do update set count = count + excluded.count`,
  )
  const since = `start_ms >= ?2 and (?3 is null or page = (select no from page where id = ?3))`
  const sums = db.prepare(
    `select start_ms as startMs, what, sum(count) as count from statistic
     where span = ?1 and name = '' and ${since} group by start_ms, what`,
  )
  const names = db.prepare(
    `select what, name, sum(count) as count from statistic
     where span = ?1 and name > '' and ${since} group by what, name order by count desc, name`,
  )
  const pending = new Map<string, Sum>()

  const countIn = (
    span: Span,
    startMs: number,
    page: number,
    what: Counted,
    name: string,
    by: number,
  ): void => {
    const key = `${span} ${startMs} ${page} ${what} ${name}`
    const known = pending.get(key)
    if (known !== undefined) known.count += by
    else pending.set(key, { span, startMs, page, what, name, count: by })
  }

  return {
    count: (page: number, atMs: number, what: Counted, { name = '', by = 1 } = {}): void => {
      for (const span of SPANS) countIn(span, startOf(span, atMs), page, what, name, by)
    },

    /** Counts a visitor in each span that begins with these words. @param beforeMs - when the visitor was heard before; null for never */
    countVisitor: (page: number, beforeMs: number | null, atMs: number): boolean => {
      const fresh = SPANS.filter((span) => beforeMs === null || startOf(span, beforeMs) < startOf(span, atMs))
      for (const span of fresh) countIn(span, startOf(span, atMs), page, 'visitors', '', 1)
      return fresh.length > 0
    },

    /** Writes what was counted: the last thing in a transaction. */
    write: (): void => {
      for (const { span, name, startMs, what, page, count } of pending.values())
        add.run(span, name, startMs, what, page, count)
      pending.clear()
    },

    clear: (): void => pending.clear(),

    operations: {
      statistics: ({
        span,
        fromMs,
        page,
        most,
      }: Extract<Operation, { op: 'statistics' }>): Results['statistics'] => {
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

// node:sqlite rows have no prototype; plain objects travel between threads.
const plain = <Row>(rows: object[]): Row[] => rows.map((row) => ({ ...row }) as Row)
