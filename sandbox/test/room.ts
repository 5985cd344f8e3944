import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

let loading = Promise.resolve()

/** Resolves when the last file of the room is loaded; at once where a file is run alone. */
export const loaded = (): Promise<void> => loading

/** Runs these test files in this process, one after the other: a process for each costs 0.85 s of CPU, and 1.5 s more where a browser is started. */
export const runFiles = async (files: string[]): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>()
  loading = promise
  try {
    for (const file of files) {
      await import(file)
      // What is added after the end is not run, and tap does not call that a failure.
      if (t.ended) throw new Error(`The room has ended before ${file} was run.`)
    }
  } finally {
    resolve()
  }
}

/** Runs the test files of a folder beside this file. */
export const runRoom = (room: string): Promise<void> => {
  const folder = join(import.meta.dirname, room)
  const names = readdirSync(folder).filter((name) => name.endsWith('.test.ts'))
  return runFiles(names.toSorted().map((name) => join(folder, name)))
}
