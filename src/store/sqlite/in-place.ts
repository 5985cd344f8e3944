import { statSync } from 'node:fs'

/** SQLITE_READONLY_DBMOVED, which SQLite reports by itself only without a log. */
export const MOVED = 1032

/**
 * @param file - an open database
 * @returns a check that throws, with {@link MOVED} as `errcode`, when one of its files is not in its place any more: data written then
 * are lost with the process, or are in a file that the next start does not read
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

/** Identifies the file at a path; null where there is none. */
export const markOf = (path: string): string | null => {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? null : `${found.dev}:${found.ino}`
}
