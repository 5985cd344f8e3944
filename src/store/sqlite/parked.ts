import type { Operation, Results } from '../queues/operations.ts'
import type { LazyDatabase } from './lazy-database.ts'

/** The visitors with waiting replies. Reads the whole outbox, so it is used for alerts only, not for console pages. */
export const parkedOperation = (
  db: LazyDatabase,
): { parked: (operation: Extract<Operation, { op: 'parked' }>) => Results['parked'] } => {
  const sum = (waiting: string) =>
    db.prepare(
      `select count(*) as visitors, min(case when c.window_ends_ms > ? then c.window_ends_ms end) as firstWindowEndsMs
       from (${waiting}) o join conversation c on c.id = o.conversation`,
    )
  const ofAll = sum('select distinct page, conversation from outbox')
  const ofPage = sum(
    'select distinct conversation from outbox where page = (select no from page where id = ?)',
  )
  return {
    // The placeholder of the selected column comes first.
    parked: ({ page, nowMs }) =>
      (page === null ? ofAll.get(nowMs) : ofPage.get(nowMs, page)) as unknown as Results['parked'],
  }
}
