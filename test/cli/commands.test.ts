import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, cpSync, existsSync, globSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { COMPILED } from '../helpers/compiled.ts'
import { helpOf, runProcess } from './run.ts'

const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  scripts: Record<string, string>
}
const BIN = join(import.meta.dirname, '../../bin')
/** What says that Node is too old, before one that is cannot read the file. */
const GUARD = '--import ./bin/node-version.js '
const COMMANDS = Object.entries(scripts).filter(([, script]) =>
  /\bnode (bin|bench|sandbox)\//.test(script.replace(GUARD, '')),
)

t.test('npm puts no shell between itself and a command: a signal reaches it', async (t) => {
  t.ok(COMMANDS.length > 14)
  for (const [name, script] of COMMANDS) t.match(script, /^exec node /, name)
})

t.test('each command is a file that explains itself, all in the same way', async (t) => {
  const ours = COMMANDS.filter(([, script]) => script.startsWith(`exec node ${GUARD}bin/`))
  t.ok(ours.length > 10)
  // The help names the commands as they are given in this folder, which is not the program's.
  const [dir, before] = [t.testdir(), process.cwd()]
  process.chdir(dir)
  t.teardown(() => process.chdir(before))
  for (const [name, script] of ours) {
    const { code, stdout, stderr } = await helpOf(script.replace(`exec node ${GUARD}`, ''), dir)
    t.match({ code, stderr }, { code: 0, stderr: '' }, name)
    t.match(stdout, /^[A-Z][^]*\n\nOptions\n[^]* {2}--help {2,}this text\n[^]*\nExit code: 0 /, name)
    t.match(stdout, `node ${join(BIN, basename(script))}`, name)
  }
})

t.test('what a command prints as JSON steers no terminal', (t) => {
  const folder = join(import.meta.dirname, '../../src/cli')
  const files = globSync('*.ts', { cwd: folder })
  t.ok(files.length > 14)
  for (const name of files) {
    const source = readFileSync(join(folder, name), 'utf8')
    t.notMatch(source, /(?:stdout|say\()[^\n]*JSON\.stringify/, `${name}: by jsonLine`)
  }
  t.end()
})

t.test('an old Node is told what it lacks by every command whose file it could not read', async (t) => {
  const files = COMMANDS.filter(
    ([name, script]) => script.endsWith('.ts') && !['clients', 'bench'].includes(name),
  )
  for (const [name, script] of files) t.match(script, GUARD, name)
  // The numbers of an old one, put in place before the guard looks.
  const old = 'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"20.20.2"})'
  const guard = ['--import', './bin/node-version.js']
  const child = spawn(process.execPath, ['--import', old, ...guard, 'bin/ask.ts', 'hello'], {
    cwd: join(BIN, '..'),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  t.match(
    { stderr, code },
    { stderr: /^Evergreen needs Node 24\.\d+ or newer; this is 20\.20\.2\./, code: 1 },
  )
})

t.test('where the packages are not installed a line says so', async (t) => {
  // Outside of this repository: its packages would be found from any folder in it.
  const folder = mkdtempSync(join(tmpdir(), 'evergreen-test-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  for (const name of ['package.json', 'bin/node-version.js'])
    cpSync(join(BIN, '..', name), join(folder, name))
  t.strictSame(await runProcess('bin/node-version.js', folder, [], {}, folder), {
    code: 1,
    stdout: '',
    stderr:
      'The packages that Evergreen needs are not installed.\nRun `npm ci` in the folder of the program.\n',
  })
})

t.test(
  'an installed program says that it needs node_modules, which Plug and Play of Yarn makes none of',
  async (t) => {
    const pnp = "data:text/javascript,Object.defineProperty(process.versions,'pnp',{value:'3'})"
    const env = { NODE_OPTIONS: `--import=${pnp}` }
    t.match(await runProcess('bin/evergreen.js', t.testdir(), ['doctor'], env), {
      code: 1,
      stderr: /nodeLinker: node-modules/,
    })
    t.match(
      await runProcess('bin/evergreen.js', t.testdir(), ['init', '--help'], env),
      { code: 0, stdout: /Makes a folder/ },
      'init makes a folder for which that is settled',
    )
  },
)

t.test('a file that only calls its command prints as a process what the command prints', async (t) => {
  const { isSpawned, ...help } = await helpOf('bin/ask.ts', t.testdir())
  t.notOk(isSpawned)
  t.strictSame(await runProcess('bin/ask.ts', process.cwd(), ['--help']), help)
})

t.test(
  'a command whose output cannot be written says so in a line and fails; one whose reader has gone goes on to its end',
  existsSync('/dev/full') ? {} : { skip: 'this system has no /dev/full' },
  async (t) => {
    const full = openSync('/dev/full', 'w')
    t.teardown(() => closeSync(full))
    const spawned = async (stdout: 'pipe' | number, args = ['ask.ts', 'hello']) => {
      const [file = '', ...rest] = args
      const child = spawn(process.execPath, [join(BIN, file), ...rest], {
        cwd: t.testdir({
          'bot.yaml': 'replies: { hi: { when: [hello], say: Hi } }\nfallback: { say: What? }\n',
        }),
        env: COMPILED,
        stdio: ['ignore', stdout, 'pipe'],
      }) as ChildProcessByStdio<null, Readable | null, Readable>
      child.stdout?.destroy()
      const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
      return { code, stderr }
    }
    const [failed, done] = [
      { code: 1, stderr: 'The output could not be written (ENOSPC).\n' },
      { code: 0, stderr: '' },
    ]
    for (const args of [['ask.ts', 'hello'], ['serve.js', '--help'], ['evergreen.js']]) {
      t.strictSame(await spawned(full, args), failed, args.join(' '))
      t.strictSame(await spawned('pipe', args), done, args.join(' '))
    }
  },
)
