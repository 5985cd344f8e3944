import type { NamedVisitor } from '../store.ts'
import type { Operation, Results } from '../queues/operations.ts'
import type { LazyDatabase } from './lazy-database.ts'

type NameOperation = 'keep_name' | 'find_by_name'

const MOST_KEPT = 100_000

/** Facebook's names of visitors. */
export const visitorNameOperations = (
  db: LazyDatabase,
): { [K in NameOperation]: (operation: Extract<Operation, { op: K }>) => Results[K] } => {
  const put = db.prepare(
    `insert or replace into visitor_name (conversation, name, folded)
     select id, ?, ? from conversation where psid = ? and page = (select no from page where id = ?)`,
  )
  const trim = db.prepare('delete from visitor_name where id <= ?')
  const find = db.prepare(
    `select page.id as pageId, psid, name from visitor_name
       join conversation on conversation.id = visitor_name.conversation join page on page.no = conversation.page
     where instr(folded, ?) > 0 order by visitor_name.id desc limit ?`,
  )
  return {
    keep_name: ({ page, psid, name, folded }) => {
      const { changes, lastInsertRowid } = put.run(name, folded, psid, page)
      if (changes > 0) trim.run(Number(lastInsertRowid) - MOST_KEPT)
      return null
    },
    // node:sqlite rows have no prototype; a plain object travels between threads.
    find_by_name: ({ folded, limit }) =>
      find.all(folded, limit).map((row) => ({ ...row }) as unknown as NamedVisitor),
  }
}
