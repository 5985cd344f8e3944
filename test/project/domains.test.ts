import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'

const PRELOADED = join(import.meta.dirname, '../helpers/cheap-domains.js')

/** Each of the first three breaks while its callback waits, which goes on 30 ms after the error at the earliest; `sound` does not. */
const FILE = `
import t from 'tap'
import { setTimeout as wait } from 'node:timers/promises'
const turns = async (t, broken) => { await broken; await wait(30); t.pass('went on') }
t.test('a timer', async (t) => {
  const broken = new Promise((resolve) => setTimeout(() => { resolve(); throw new Error('of a timer') }, 5))
  await turns(t, broken)
})
t.test('a rejection', async (t) => { void Promise.reject(new Error('of a rejection')); await turns(t) })
t.test('outer', async (t) => {
  await t.test('inner', async (t) => {
    const broken = wait(3)
    void (async () => { await broken; throw new Error('of inner') })()
    await turns(t, broken)
  })
})
t.test('sound', async (t) => turns(t))
`

t.test('an error that a test has not caught fails that test and no other', async (t) => {
  const dir = t.testdir({ 'broken.js': FILE })
  const { status, stdout } = spawnSync(process.execPath, ['--import', PRELOADED, join(dir, 'broken.js')], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  })
  t.equal(status, 1)
  t.match(stdout, /not ok 1 - of a timer[^]*^not ok \d - a timer/m)
  t.match(stdout, /not ok 1 - of a rejection[^]*^not ok \d - a rejection/m)
  t.match(stdout, /not ok \d - of inner[^]*^ +not ok 1 - inner[^]*^not ok \d - outer/m)
  t.match(stdout, /^ok \d - sound/m)
})

t.test('a test process notes nothing for a report of coverage that is not made', (t) => {
  const notes = Symbol.for('@tapjs/processinfo.ProcessInfoNodeData')
  if (process.env['TAP_DISABLE_COVERAGE'] === '1') t.notOk(notes in globalThis)
  t.equal(process.env['NODE_OPTIONS'], undefined, 'the processes that it starts have nothing of tap')
  t.end()
})
