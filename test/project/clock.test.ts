import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const ROOT = join(import.meta.dirname, '../..')
const READS_THE_MACHINE =
  /\bDate\.now\(|\bnew Date\(\)|\bDate\(\)|\bsystemClock\b|\bTemporal\.Now\b|unixepoch|\('now'/

/** Where a process begins, and what a process is given when nothing else is said. */
const MAY = [
  'app/bot.ts',
  'plugins/errors.ts',
  'plugins/failed-proof-limit.ts',
  'src/base/clock.ts',
  'src/cli/',
  'src/doctor/',
  'src/store/tokens/token-store.ts',
]

t.test('only commands and the doctor read the machine’s clock: all else is given one', (t) => {
  const files = globSync('{app,plugins,routes,src}/**/*.ts', { cwd: ROOT })
  t.ok(files.length > 300)
  const readers = files.filter((file) => READS_THE_MACHINE.test(readFileSync(join(ROOT, file), 'utf8')))
  t.ok(readers.includes('src/base/clock.ts'))
  t.same(
    readers.filter((file) => !MAY.some((place) => file.startsWith(place))),
    [],
  )
  t.end()
})
