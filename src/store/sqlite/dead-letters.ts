import type { DeadMarkRow, DeadRow, Operation, Results } from '../queues/operations.ts'
import type { LazyDatabase } from './lazy-database.ts'

type DeadOperation = 'list_dead' | 'get_dead' | 'retry_dead' | 'drop_dead'

/** Operations on dead letters. */
export const deadLetterOperations = (
  db: LazyDatabase,
): { [K in DeadOperation]: (operation: Extract<Operation, { op: K }>) => Results[K] } => {
  const listAll = db.prepare(
    `${SELECT} where (d.died_ms, d.seq) < (?, ?) and d.reason = ifnull(?, d.reason) ${NEWEST_FIRST}`,
  )
  const listPage = db.prepare(
    `${SELECT} where d.page = (select no from page where id = ?) and (d.died_ms, d.seq) < (?, ?)
       and d.reason = ifnull(?, d.reason) ${NEWEST_FIRST}`,
  )
  const find = db.prepare(`${SELECT} where d.seq = ?`)
  const putBack = db.prepare(
    `insert into outbox (page, conversation, seq, accepted_ms, doubt_ms, body)
     select page, conversation, seq, accepted_ms, null, body from dead where seq = ?`,
  )
  const remove = db.prepare('delete from dead where seq = ?')

  const take = (seqs: readonly number[], each: (seq: number) => void): DeadMarkRow[] =>
    seqs.flatMap((seq) => {
      const row = find.get(seq) as DeadRow | undefined
      if (row === undefined) return []
      each(seq)
      remove.run(seq)
      return [{ seq, page: row.page, windowEndsMs: row.windowEndsMs }]
    })

  return {
    list_dead: ({ page, reason, before, limit }) => {
      const { diedMs, seq } = before ?? { diedMs: Number.MAX_SAFE_INTEGER, seq: 0 }
      const rows =
        page === null
          ? listAll.all(diedMs, seq, reason, limit)
          : listPage.all(page, diedMs, seq, reason, limit)
      // node:sqlite rows have no prototype; a plain object travels between threads.
      return rows.map((row) => ({ ...row }) as unknown as DeadRow)
    },
    get_dead: ({ seq }) => {
      const row = find.get(seq)
      return row === undefined ? null : ({ ...row } as unknown as DeadRow)
    },
    retry_dead: ({ seqs }) => take(seqs, (seq) => putBack.run(seq)),
    drop_dead: ({ seqs }) => take(seqs, () => undefined),
  }
}

const SELECT = `
  select d.seq, p.id as page, c.psid, d.accepted_ms as acceptedMs, d.died_ms as diedMs, d.reason, d.error,
    c.window_ends_ms as windowEndsMs, d.body
  from dead d join page p on p.no = d.page join conversation c on c.id = d.conversation`

const NEWEST_FIRST = 'order by d.died_ms desc, d.seq desc limit ?'
