import type { Operation, Results } from '../queues/operations.ts'
import type { Forgotten } from '../store.ts'
import type { LazyDatabase } from './lazy-database.ts'

/**
 * Deletes visitors so that no data of them can be found in the files.
 *
 * @param folder - of the database
 */
export const createForgetting = ({
  db,
  nextVersion,
  folder,
}: {
  db: LazyDatabase
  nextVersion: () => number
  folder: string
}) => {
  const findAll = db.prepare('select id, page from conversation where psid = ?')
  const findOne = db.prepare(
    'select id, page from conversation where psid = ? and page = (select no from page where id = ?)',
  )
  // The inbox has no index by conversation: it is small, and forgetting is rare.
  const deletions = [
    'delete from inbox where conversation = ?',
    'delete from sent where conversation = ?',
    'delete from dead where conversation = ?',
    'delete from answers where conversation = ?',
    'delete from open_question where conversation = ?',
    'delete from visitor_name where conversation = ?',
    'delete from conversation where id = ?',
  ].map((text) => db.prepare(text))
  const deleteOutbox = db.prepare('delete from outbox where page = ? and conversation = ?')
  const count = db.prepare(
    `insert into meta (name, value) values ('forgotten', 1) on conflict (name) do update set value = value + 1`,
  )
  const readCount = db.prepare(`select value from meta where name = 'forgotten'`)
  const setErased = db.prepare(
    `insert into meta (name, value) select 'erased', value from meta where name = 'forgotten'
     on conflict (name) do update set value = excluded.value`,
  )
  const readErased = db.prepare(`select value from meta where name = 'erased'`)
  // A need may name its visitor. The new version keeps an instance with an older copy from writing it back.
  const findNaming = db.prepare(`select kind, id from record where instr(data, ?1) > 0 and ?1 <> ''`)
  const blank = db.prepare(
    `update record set data = replace(data, ?, 'forgotten'), version = ? where kind = ? and id = ?`,
  )
  const findGone = db.prepare(
    'select value as id from json_each(?) where value not in (select id from conversation)',
  )

  const counted = (): number => numberIn(readCount.get())
  let known = counted()

  return {
    operations: {
      forget: ({ psid, page }: Extract<Operation, { op: 'forget' }>): Results['forget'] => {
        const rows = (page === null ? findAll.all(psid) : findOne.all(psid, page)) as {
          id: number
          page: number
        }[]
        for (const { id, page: number } of rows) {
          for (const statement of deletions) statement.run(id)
          deleteOutbox.run(number, id)
        }
        for (const { kind, id } of findNaming.all(psid) as { kind: string; id: string }[])
          blank.run(psid, nextVersion(), kind, id)
        if (rows.length > 0) count.run()
        return { conversations: rows.length, erased: false, late: false }
      },

      gone: ({ conversations }: Extract<Operation, { op: 'gone' }>): Results['gone'] =>
        (findGone.all(JSON.stringify(conversations)) as { id: number }[]).map(({ id }) => id),
    },

    /**
     * Rewrites the files without the deleted data, which otherwise stay in free pages, in gaps between rows and in the write-ahead log.
     * It takes about a second for 200 MB, and writes wait for it. SQLite's `secure_delete` would slow down every write, and leaves copies
     * where rows have moved between pages.
     *
     * @param last - how many were forgotten just now
     * @returns `erased`: false where that was not possible (disk full, another process at work), and the next call tries again; `late`:
     * whether it has made up for an earlier call, which failed or was killed
     */
    erase: (last: number): Pick<Forgotten, 'erased' | 'late'> => {
      try {
        const left = counted() - numberIn(readErased.get())
        if (left === 0) return { erased: true, late: false }
        rewrite(db, folder)
        const { busy } = db.prepare('pragma wal_checkpoint(truncate)').get() as { busy: number }
        if (busy === 0) setErased.run()
        return { erased: busy === 0, late: busy === 0 && left > last }
      } catch {
        return { erased: false, late: false }
      }
    },

    /** Whether a visitor was forgotten since the last call. */
    happened: (): boolean => {
      const before = known
      known = counted()
      return known !== before
    },
  }
}

/**
 * The copy that SQLite makes may be large, so it is a file. It holds no deleted data. It is made beside the database, because the
 * folder for temporary files may be small or in memory, as in a container; there only where this disk has no room for it.
 */
const rewrite = (db: LazyDatabase, folder: string): void => {
  try {
    rewriteBy(db, folder)
  } catch (error) {
    const isBusy = error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
    if (isBusy) throw error
    rewriteBy(db, '')
  }
}

/** @param folder - for the copy; empty for that of the system */
const rewriteBy = (db: LazyDatabase, folder: string): void => {
  try {
    db.exec(
      `pragma temp_store_directory = '${folder.replaceAll("'", "''")}'; pragma temp_store = file; vacuum;`,
    )
  } catch (error) {
    // What was written until the disk was full stays in the log, and the disk stays full.
    db.exec('pragma wal_checkpoint(truncate)')
    throw error
  } finally {
    // The folder is a setting of the whole process.
    db.exec(`pragma temp_store_directory = ''; pragma temp_store = memory;`)
  }
}

const SQLITE_BUSY = 5

const numberIn = (row: object | undefined): number => (row as { value: number } | undefined)?.value ?? 0
