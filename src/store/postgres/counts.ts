import { SPANS, startOf } from '../../base/spans.ts'
import type { Operation } from '../queues/operations.ts'
import type { Query } from './connection.ts'
import type { Known } from './statements.ts'

/** Every span, as rows. */
export const ALL_SPANS = `(values ${SPANS.map((span) => `('${span}')`).join(', ')}) as s (span)`

/** Adds up, always in the same order, as two processes may do it at once. @param rows - each span, name, start, thing and Page at most once */
export const addCounts = (rows: string): string => `
  insert into evergreen.statistic as t (span, name, start_ms, what, page, count)
  select * from (${rows}) as added order by 1, 2, 3, 4, 5
  on conflict (span, name, start_ms, what, page) do update set count = t.count + excluded.count`

/** What the events of a transaction count as, added up: many messages share a few writes. */
export const countAll = (operations: readonly Operation[], known: Known): readonly Query[] => {
  const sums = new Map<string, { row: (string | number | null)[]; count: number }>()
  for (const operation of operations) {
    if (operation.op !== 'finish_event') continue
    for (const { what, name = '', by = 1 } of operation.counts) {
      for (const span of SPANS) {
        const row = [span, name, startOf(span, operation.acceptedMs), what, known.page(operation.page)]
        const key = row.join(' ')
        const sum = sums.get(key)
        if (sum !== undefined) sum.count += by
        else sums.set(key, { row, count: by })
      }
    }
  }
  if (sums.size === 0) return []
  const all = [...sums.values()]
  return [
    {
      text: COUNT,
      values: [...[0, 1, 2, 3, 4].map((at) => all.map(({ row }) => row[at])), all.map(({ count }) => count)],
    },
  ]
}

const COUNT = addCounts(
  'select * from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::int[], $6::bigint[])',
)
