import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'

/**
 * Marks the waiting replies as in doubt where the file is not the one that the last bot worked on: a copy that came there by other means
 * than `npm run restore` has replies that may have been sent since it was made. The file's inode tells; it stays when a folder is moved.
 */
export const doubtCopied = (db: DatabaseSync, file: string): void => {
  const inode = String(statSync(file, { bigint: true }).ino)
  const was = db.prepare(`select value from meta where name = 'inode'`).get()?.['value']
  if (was === inode) return
  try {
    db.exec('begin immediate')
    if (was !== undefined) db.exec('update outbox set doubt_ms = coalesce(doubt_ms, accepted_ms)')
    db.prepare(
      `insert into meta (name, value) values ('inode', ?) on conflict (name) do update set value = excluded.value`,
    ).run(inode)
    db.exec('commit')
  } catch (error) {
    if (db.isTransaction) db.exec('rollback')
    // From a version without the mark, on a full disk: the bot starts, and a later start makes the mark.
    if (was !== undefined) throw error
  }
}
