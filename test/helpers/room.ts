import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { runFiles } from '../../sandbox/test/room.ts'

const TEST = join(import.meta.dirname, '..')

/** The test files of one room, as paths inside `test/`. */
export const testFiles = (room: string): string[] =>
  readdirSync(join(TEST, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(room, name))
    .toSorted()

/**
 * Runs every test file of one room in this process, one after the other.
 * `tap test/NAME/file.test.ts` runs one of them alone. A time limit set on the root of a file would be that of the whole room.
 */
export const runRoom = (room: string): Promise<void> =>
  runFiles(testFiles(room).map((file) => join(TEST, file)))
