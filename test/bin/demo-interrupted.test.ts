import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { findNote } from '../../bin/demo-note.ts'
import { until } from '../helpers/until.ts'

const PROGRAM = fileURLToPath(new URL('../..', import.meta.url))

/** In a group of its own, to which a terminal sends its signals. */
const startDemo = (t: Test, TMPDIR: string, options: readonly string[] = []) => {
  const child = spawn(process.execPath, [...options, 'bin/demo.ts'], {
    cwd: PROGRAM,
    env: { ...process.env, TMPDIR },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  t.teardown(() => child.kill('SIGKILL'))
  return {
    signal: (signal: NodeJS.Signals) => process.kill(-(child.pid ?? 0), signal),
    said: Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]),
  }
}

t.test('Ctrl-C while the demo starts ends it without a word and leaves nothing behind', async (t) => {
  const TMPDIR = t.testdir()
  const { signal, said } = startDemo(t, TMPDIR)
  const hasNote = (): boolean =>
    Array.from({ length: 100 }, (_, n) => 4000 + n).some((port) => findNote(port, TMPDIR) !== null)
  await until(hasNote, { what: 'the demo starts its bot' })

  signal('SIGINT')

  const [stdout, stderr, [code]] = await said
  t.same([stdout, stderr, code], ['', '', 0])
  t.same(readdirSync(TMPDIR), [])
})

t.test('a terminal that is closed while the demo looks for a port starts no bot', async (t) => {
  const dir = t.testdir({ tmp: {} })
  const looking = join(dir, 'looking')
  // The demo closes one server when it has found a port, and the sandbox when it ends. Here it finds the port while it ends.
  const late = `data:text/javascript,${encodeURIComponent(`
    import { ChildProcess } from 'node:child_process'
    import { Server } from 'node:net'
    import { writeFileSync, writeSync } from 'node:fs'
    ChildProcess.prototype.spawn = () => process.exit(writeSync(2, 'a process was started'))
    const { close } = Server.prototype
    Server.prototype.close = function (found) {
      const portServer = this
      Server.prototype.close = function (closed) {
        Server.prototype.close = close
        close.call(portServer, () => {
          found()
          setImmediate(() => close.call(this, closed))
        })
        return this
      }
      writeFileSync(${JSON.stringify(looking)}, '')
      return this
    }`)}`
  const { signal, said } = startDemo(t, join(dir, 'tmp'), [`--import=${late}`])
  await until(() => existsSync(looking), { what: 'the demo looks for a port' })

  signal('SIGHUP')

  const [stdout, stderr, [code]] = await said
  t.same([stdout, stderr, code], ['', '', 0])
  t.same(readdirSync(join(dir, 'tmp')), [])
})
