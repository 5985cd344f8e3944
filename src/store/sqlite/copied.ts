import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'

/**
 * Marks the waiting replies as in doubt where the file is not the one that the last bot worked on: a copy that came there by other means
 * than `npm run restore` has replies that may have been sent since it was made. The file's inode and time of birth tell; both stay when a
 * folder is moved. A file system may give the inode of a removed file to the next one, so that the inode alone does not tell.
 */
export const doubtCopied = (db: DatabaseSync, file: string): void => {
  const mark = markOf(file)
  const was = db.prepare(`select value from meta where name = 'inode'`).get()?.['value']
  if (was === mark) return
  try {
    db.exec('begin immediate')
    if (was !== undefined && !isOfOneFile(String(was), mark))
      db.exec('update outbox set doubt_ms = coalesce(doubt_ms, accepted_ms)')
    db.prepare(
      `insert into meta (name, value) values ('inode', ?) on conflict (name) do update set value = excluded.value`,
    ).run(mark)
    db.exec('commit')
  } catch (error) {
    if (db.isTransaction) db.exec('rollback')
    // From a version without the mark, on a full disk: the bot starts, and a later start makes the mark.
    if (was !== undefined) throw error
  }
}

/** Inode and time of birth in ns, as "12:34"; the inode alone where the time of birth is not known. */
const markOf = (file: string): string => {
  const { ino, birthtimeNs, ctimeNs } = statSync(file, { bigint: true })
  // A system that does not tell the time of birth has 0 there, or the time of the last change.
  return birthtimeNs === 0n || birthtimeNs === ctimeNs ? String(ino) : `${ino}:${birthtimeNs}`
}

const isOfOneFile = (one: string, other: string): boolean => {
  const [ino, birth] = one.split(':')
  const [otherIno, otherBirth] = other.split(':')
  return ino === otherIno && (birth === undefined || otherBirth === undefined || birth === otherBirth)
}
