import type { LeftToPerson } from '../store.ts'
import type { Operation, Results } from '../queues/operations.ts'
import { LEFT_SINCE } from './schema.ts'
import type { LazyDatabase } from './lazy-database.ts'

/** The conversations that a person has by their state, the longest first. */
export const leftToPeopleOperation = (
  db: LazyDatabase,
): {
  left_to_people: (operation: Extract<Operation, { op: 'left_to_people' }>) => Results['left_to_people']
} => {
  const find = db.prepare(
    `select page.id as pageId, psid, state, window_ends_ms as windowEndsMs
     from conversation join page on page.no = conversation.page
     where ${LEFT_SINCE} is not null order by ${LEFT_SINCE} limit ?`,
  )
  return {
    // node:sqlite rows have no prototype; a plain object travels between threads.
    left_to_people: ({ limit }) => find.all(limit).map((row) => ({ ...row }) as unknown as LeftToPerson),
  }
}
