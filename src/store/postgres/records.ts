import type { KeptRecord } from '../records.ts'
import { select, selectOne, type Maker } from './statements.ts'

const OPEN = '(r.until is null or r.until > clock_timestamp())'

/** Shared records. Each of several writers sees the writes before it, because PostgreSQL reads the row again. */
export const recordStatements: {
  [Op in 'list_records' | 'put_record' | 'take_record']: Maker<Op>
} = {
  list_records: ({ kind, id }) =>
    select<KeptRecord[]>(
      `select r.id, r.version, r.data from evergreen.record r
       where r.kind = $1 and ($2::text is null or r.id = $2) and ${OPEN} order by r.id collate "C"`,
      [kind, id],
    ),

  put_record: ({ kind, id, data, forMs, condition }) => ({
    queries: [
      // Records that another writer is about to write are left to it.
      {
        text: `delete from evergreen.record where (kind, id) in (
                 select r.kind, r.id from evergreen.record r where r.until <= clock_timestamp() for update skip locked)`,
      },
      {
        text: `insert into evergreen.record as r (kind, id, version, data, until)
               select $1, $2, nextval('evergreen.seq'), $3, clock_timestamp() + $4::bigint * interval '1 ms'
               where $5::bigint is null or exists (
                 select from evergreen.record r where r.kind = $1 and r.id = $2 and r.version = $5 and ${OPEN})
               on conflict (kind, id) do update set version = excluded.version, data = excluded.data, until = excluded.until
               where case when $5::bigint is not null then r.version = $5 and ${OPEN}
                          else $6::boolean or not ${OPEN} end
               returning r.version`,
        values: [
          kind,
          id,
          data,
          forMs,
          typeof condition === 'number' ? condition : null,
          condition === 'any',
        ],
      },
    ],
    result: ([, written = []]) => (written[0]?.['version'] as number | undefined) ?? null,
  }),

  take_record: ({ kind, id, version }) =>
    selectOne<KeptRecord | null>(
      `delete from evergreen.record r
       where r.kind = $1 and r.id = $2 and ($3::bigint is null or r.version = $3) and ${OPEN}
       returning r.id, r.version, r.data`,
      [kind, id, version],
    ),
}
