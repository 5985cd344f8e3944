import { statSync } from 'node:fs'

/** SQLITE_READONLY_DBMOVED, which SQLite says by itself only where it keeps no log. */
export const MOVED = 1032

/**
 * @param file - a database that is open
 * @returns throws, with {@link MOVED} as `errcode`, where one of its files does not stand in its place any more: what is written then
 *   is gone with the process, or lies where the next start does not look
 */
export const watchPlace = (file: string): (() => void) => {
  const places = ['', '-wal', '-shm'].map((suffix) => ({ path: file + suffix, was: markOf(file + suffix) }))
  return () => {
    for (const { path, was } of places) {
      if (markOf(path) === was) continue
      throw Object.assign(new Error(`${path} was moved, removed or replaced while it was open`), {
        errcode: MOVED,
      })
    }
  }
}

const markOf = (path: string): string | null => {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? null : `${found.dev}:${found.ino}`
}
