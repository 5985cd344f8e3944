import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import t from 'tap'
import { runProcess } from './run.ts'

const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  scripts: Record<string, string>
}
const BIN = join(import.meta.dirname, '../../bin')
const COMMANDS = Object.entries(scripts).filter(([, script]) => /\bnode (bin|bench|sandbox)\//.test(script))

t.test('npm puts no shell between itself and a command: a signal reaches it', async (t) => {
  t.ok(COMMANDS.length > 14)
  for (const [name, script] of COMMANDS) t.match(script, /^exec node /, name)
})

t.test('each command is a file that explains itself, all in the same way', async (t) => {
  const ours = COMMANDS.filter(([, script]) => /^exec node bin\/[\w-]+\.ts$/.test(script))
  t.ok(ours.length > 10)
  const dir = t.testdir()
  // One after the other: each leaves in the compile cache what the next one loads.
  for (const [name, script] of ours) {
    const { code, stdout, stderr } = await runProcess(basename(script), dir, ['--help'])
    t.match({ code, stderr }, { code: 0, stderr: '' }, name)
    t.match(stdout, /^[A-Z][^]*\n\nOptions\n[^]* {2}--help {2,}this text\n[^]*\nExit code: 0 /, name)
    // The folder is not the program's, and the help says how to call it from there.
    t.match(stdout, `node ${join(BIN, basename(script))}`, name)
  }
})
