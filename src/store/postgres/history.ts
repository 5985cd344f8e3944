import type { Span } from '../../base/spans.ts'
import type { PruneStep } from '../store.ts'
import type { Row } from './connection.ts'
import { type Maker, NO_ROWS } from './statements.ts'

// A step takes some milliseconds; acceptance waits no longer than that.
const ROWS_A_STEP = 500

/**
 * Deletes old history in steps. Keys of events and sent replies are checked in the order of their keys: an index on the time would make
 * every accepted event more expensive.
 */
export const createPruning = (): Maker<'prune'> => {
  let seenFrom: unknown = Buffer.alloc(0)
  let sentFrom: { conversation: unknown; seq: unknown } = { conversation: 0, seq: 0 }

  const stepOf = (row: Row | undefined): PruneStep => ({
    dropped: Number(row?.['dropped'] ?? 0),
    more: Number(row?.['size'] ?? 0) === ROWS_A_STEP,
  })

  const byTime = (table: string, key: string, time: string, beforeMs: number) => ({
    queries: [
      {
        text: `with old as (select ${key} from ${table} where ${time} < $1 order by ${time} limit ${ROWS_A_STEP}),
                 gone as (delete from ${table} where ${key} in (select ${key} from old) returning 1)
               select count(*) as dropped, count(*) as size from gone`,
        values: [beforeMs],
      },
    ],
    result: ([[row] = NO_ROWS]: readonly (readonly Row[])[]) => stepOf(row),
  })

  const sums = (span: Span, beforeMs: number) => ({
    queries: [
      {
        text: `with gone as (
                 delete from evergreen.statistic where ctid in (
                   select ctid from evergreen.statistic where span = $1 and start_ms < $2 limit ${ROWS_A_STEP})
                 returning 1
               )
               select count(*) as dropped, count(*) as size from gone`,
        values: [span, beforeMs],
      },
    ],
    result: ([[row] = NO_ROWS]: readonly (readonly Row[])[]) => stepOf(row),
  })

  return ({ history, beforeMs }) => {
    switch (history) {
      case 'seen':
        return {
          queries: [
            {
              text: `with stretch as materialized (
                       select key, accepted_ms from evergreen.seen where key > $1 order by key limit ${ROWS_A_STEP}
                     ), gone as (
                       delete from evergreen.seen where key in (select key from stretch where accepted_ms < $2) returning 1
                     )
                     select (select count(*) from gone) as dropped, (select count(*) from stretch) as size,
                       (select key from stretch order by key desc limit 1) as last`,
              values: [seenFrom, beforeMs],
            },
          ],
          result: ([[row] = NO_ROWS]) => {
            const step = stepOf(row)
            seenFrom = step.more ? row?.['last'] : Buffer.alloc(0)
            return step
          },
        }
      case 'sent':
        return {
          queries: [
            {
              text: `with stretch as materialized (
                       select conversation, seq, sent_ms from evergreen.sent
                       where (conversation, seq) > ($1::bigint, $2::bigint) order by conversation, seq limit ${ROWS_A_STEP}
                     ), gone as (
                       delete from evergreen.sent where (conversation, seq) in
                         (select conversation, seq from stretch where sent_ms < $3) returning 1
                     ), last as (select conversation, seq from stretch order by conversation desc, seq desc limit 1)
                     select (select count(*) from gone) as dropped, (select count(*) from stretch) as size,
                       (select conversation from last) as conversation, (select seq from last) as seq`,
              values: [sentFrom.conversation, sentFrom.seq, beforeMs],
            },
          ],
          result: ([[row] = NO_ROWS]) => {
            const step = stepOf(row)
            sentFrom = step.more
              ? { conversation: row?.['conversation'], seq: row?.['seq'] }
              : { conversation: 0, seq: 0 }
            return step
          },
        }
      case 'dead':
        return byTime('evergreen.dead', 'seq', 'died_ms', beforeMs)
      case 'questions':
        return byTime('evergreen.open_question', 'id', 'asked_ms', beforeMs)
      case 'hours':
        return sums('hour', beforeMs)
      case 'days':
        return sums('day', beforeMs)
    }
  }
}
