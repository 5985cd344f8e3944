import type { Operation, Results } from '../queues/operations.ts'
import type { KeptRecord } from '../records.ts'
import type { LazyDatabase } from './lazy-database.ts'

type RecordOperation = 'list_records' | 'put_record' | 'take_record'

const OPEN = '(until_ms is null or until_ms > ?)'

/** Records that instances share. With an embedded database there is one instance; it reads them after a restart. */
export const recordOperations = (
  db: LazyDatabase,
  nextVersion: () => number,
): { [K in RecordOperation]: (operation: Extract<Operation, { op: K }>) => Results[K] } => {
  const list = db.prepare(`select id, version, data from record where kind = ? and ${OPEN} order by id`)
  const find = db.prepare(`select id, version, data from record where kind = ? and id = ? and ${OPEN}`)
  const put = db.prepare(
    `insert into record (kind, id, version, data, until_ms) values (?, ?, ?, ?, ?)
     on conflict (kind, id) do update set version = excluded.version, data = excluded.data, until_ms = excluded.until_ms`,
  )
  const drop = db.prepare('delete from record where kind = ? and id = ?')
  const dropOver = db.prepare('delete from record where until_ms <= ?')

  const get = (kind: string, id: string, nowMs: number): KeptRecord | null => {
    const row = find.get(kind, id, nowMs)
    return row === undefined ? null : toRecord(row)
  }

  return {
    list_records: ({ kind, id, nowMs }) =>
      id === null
        ? list.all(kind, nowMs).map(toRecord)
        : [get(kind, id, nowMs)].filter((record) => record !== null),

    put_record: ({ kind, id, data, forMs, condition, nowMs }) => {
      dropOver.run(nowMs)
      const before = condition === 'any' ? null : get(kind, id, nowMs)
      if (condition !== 'any' && (before?.version ?? 'absent') !== condition) return null
      const version = nextVersion()
      put.run(kind, id, version, data, forMs === null ? null : nowMs + forMs)
      return version
    },

    take_record: ({ kind, id, version, nowMs }) => {
      const record = get(kind, id, nowMs)
      if (record === null || (version !== null && record.version !== version)) return null
      drop.run(kind, id)
      return record
    },
  }
}

// node:sqlite rows have no prototype; a plain object travels between threads.
const toRecord = (row: object): KeptRecord => ({ ...row }) as KeptRecord
