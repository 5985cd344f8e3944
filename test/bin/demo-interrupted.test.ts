import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { findNote } from '../../bin/demo-note.ts'
import { until } from '../helpers/until.ts'

const PROGRAM = fileURLToPath(new URL('../..', import.meta.url))

t.test('Ctrl-C while the demo starts ends it without a word and leaves nothing behind', async (t) => {
  const TMPDIR = t.testdir()
  // A group of its own, which a terminal sends Ctrl-C to.
  const child = spawn(process.execPath, ['bin/demo.ts'], {
    cwd: PROGRAM,
    env: { ...process.env, TMPDIR },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  t.teardown(() => child.kill('SIGKILL'))
  const said = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  const hasNote = (): boolean =>
    Array.from({ length: 100 }, (_, n) => 4000 + n).some((port) => findNote(port, TMPDIR) !== null)
  await until(hasNote, { what: 'the demo starts its bot' })

  process.kill(-(child.pid ?? 0), 'SIGINT')

  const [stdout, stderr, [code]] = await said
  t.same([stdout, stderr, code], ['', '', 0])
  t.same(readdirSync(TMPDIR), [])
})
