import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const TEST = join(import.meta.dirname, '..')

/** The test files of one room, as paths inside `test/`. */
export const testFiles = (room: string): string[] =>
  readdirSync(join(TEST, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(room, name))
    .toSorted()

/**
 * Runs every test file of one room in this process, one after the other: a process for each file costs 0.85 s of CPU.
 * `tap test/NAME/file.test.ts` runs one of them alone. A time limit set on the root of a file would be that of the whole room.
 */
export const runRoom = async (room: string): Promise<void> => {
  for (const file of testFiles(room)) {
    await import(join(TEST, file))
    // What is added after the end is not run, and tap does not call that a failure.
    if (t.ended) throw new Error(`The room has ended before ${file} was run.`)
  }
}
