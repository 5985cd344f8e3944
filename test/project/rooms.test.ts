import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { testFiles } from '../helpers/room.ts'

const TEST = join(import.meta.dirname, '..')

t.test('every test file is run: its room is in one entry', async (t) => {
  const folders = readdirSync(TEST, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const rooms = folders.map((folder) => folder.name).filter((name) => testFiles(name).length > 0)

  const entries = readdirSync(TEST)
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) => {
      const [, rooms] = /await runRooms\(([^)]+)\)/.exec(readFileSync(join(TEST, name), 'utf8')) ?? []
      return rooms?.match(/[\w-]+/g) ?? [name]
    })
  t.strictSame(entries.toSorted(), rooms.toSorted())
})

t.test('`npm run torture` runs the tests that are different there, and no others', (t) => {
  const { scripts } = JSON.parse(readFileSync(join(TEST, '../package.json'), 'utf8')) as {
    scripts: { torture: string }
  }
  const run = scripts.torture.split(' ').filter((word) => word.endsWith('.test.ts'))
  const drawing = ['test', 'sandbox/test']
    .flatMap((folder) =>
      readdirSync(join(TEST, '..', folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        join(folder, name),
      ),
    )
    .filter((name) => name.endsWith('.test.ts') && !name.startsWith('test/project/'))
    .filter((name) =>
      /isTorture|roundsOr|EVERGREEN_ROUNDS/.test(readFileSync(join(TEST, '..', name), 'utf8')),
    )
  t.strictSame(run.toSorted(), drawing.toSorted())
  t.end()
})

t.test('no test sets a time limit of its own: it would be too short on a machine that is busy', (t) => {
  const names = [TEST, join(TEST, '../sandbox/test')].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
      .map((name) => join(folder, name)),
  )
  t.ok(names.length > 300)
  const limits = names.filter((name) =>
    /\bt\.setTimeout\(|\{ timeout: [\d_]+ \}, async/.test(readFileSync(name, 'utf8')),
  )
  t.same(limits, [])
  t.end()
})
