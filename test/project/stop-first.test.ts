import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'

const PRELOADED = join(import.meta.dirname, '../helpers/stop-first.js')

const FILE = `
import { existsSync } from 'node:fs'
import t from 'tap'
const stopsAfterwards = (t) => {
  const dir = t.testdir()
  t.teardown(() => process.stderr.write('stopped, the folder is ' + (existsSync(dir) ? 'there\\n' : 'gone\\n')))
}
t.test('outer', async (t) => {
  stopsAfterwards(t)
  await t.test('inner', async (t) => stopsAfterwards(t))
})
stopsAfterwards(t)
`

t.test('the folder of a test is removed after what the test started has stopped', (t) => {
  const dir = t.testdir({ 'stops.test.ts': FILE })
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', PRELOADED, join(dir, 'stops.test.ts')],
    {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
    },
  )
  t.equal(status, 0)
  t.equal(stderr, 'stopped, the folder is there\n'.repeat(3))
  t.end()
})
