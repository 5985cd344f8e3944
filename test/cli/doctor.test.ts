import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { stripVTControlCharacters } from 'node:util'
import t, { type Test } from 'tap'
import { createPlainReport, createScreenReport } from '../../src/cli/doctor/report.ts'
import type { Result } from '../../src/doctor/run.ts'
import { buildWorld } from '../doctor/lab.ts'
import { doctor } from '../../src/cli/doctor.ts'
import { run as runCommand } from './run.ts'
import { COMPILED } from '../helpers/compiled.ts'

const BIN = join(import.meta.dirname, '../../bin/doctor.ts')

const spawned = async (
  t: Test,
  args: string[],
  env: Record<string, string> = {},
  cwd = import.meta.dirname,
) => {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd,
    env: { ...COMPILED, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  return { code: code as number, stdout, stderr }
}

/** In this process, which may say of itself that the bot holds the data folder. */
const run = (args: string[], env: Record<string, string> = {}) => runCommand(doctor, 'data', args, { env })

t.test('with everything in order it ends with 0; while something failed, with 1', async (t) => {
  const world = await buildWorld(t)
  const well = await spawned(t, ['--json'], world.env)
  t.equal(well.code, 0, well.stdout)
  t.equal(well.stderr, '')
  const { ok, checks } = JSON.parse(well.stdout) as { ok: boolean; checks: Record<string, unknown>[] }
  t.equal(ok, true)
  t.strictSame(Object.keys(checks[0] ?? {}), ['id', 'pageId', 'title', 'status', 'what', 'next'])
  t.ok(checks.every(({ status }) => status === 'ok'))

  world.sandbox.trouble('password-changed')
  const sick = await run([], world.env)
  t.equal(sick.code, 1)
  t.match(
    sick.stdout,
    /^FAILURE {2}Corner Bakery \(\d+\): Token: dead: .* -> npm run bootstrap-token -- --page \d+$/m,
  )
  t.match(sick.stdout, /^1 failed, \d+ not checked, \d+ in order\.$/m)
  t.notMatch(sick.stdout, 'hush')
})

t.test('without any configuration it still says all it can', async (t) => {
  const { code, stdout } = await run(['--json'], {
    FB_GRAPH_URL: 'http://127.0.0.1:9',
    DATA_DIR: join(t.testdir(), 'data'),
  })
  t.equal(code, 1)
  const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: { id: string; status: string }[] }
  t.equal(ok, false)
  t.match(
    checks.find(({ id }) => id === 'configuration'),
    { status: 'failure', what: /FB_APP_ID is missing/ },
  )
  t.match(
    checks.find(({ id }) => id === 'data-folder'),
    { status: 'ok' },
  )
})

t.test('handlers that leave something running do not keep the doctor', async (t) => {
  const world = await buildWorld(t, { isRunning: false })
  const file = join(world.dir, 'handlers.ts')
  const source = join(import.meta.dirname, '../../src/handlers/bot.ts')
  await writeFile(
    file,
    `import { defineBot } from ${JSON.stringify(source)}\nsetInterval(() => {}, 1000)\nexport const bot = defineBot()\n`,
  )
  const { stdout } = await spawned(t, [], { ...world.env, BOT_HANDLERS: file })
  t.match(stdout, /^ok {7}This machine: Handlers: .*handlers\.ts loads$/m)
})

t.test('a .env that cannot be read is a failure of the configuration', async (t) => {
  const { code, stdout } = await spawned(
    t,
    [],
    { FB_GRAPH_URL: 'http://127.0.0.1:9' },
    t.testdir({ '.env': {} }),
  )
  t.equal(code, 1)
  t.match(
    stdout,
    /^FAILURE {2}This machine: Configuration: The file \.env is there but cannot be read \(EISDIR\)/m,
  )
})

t.test('wrong usage ends with 2 and is not repeated; --help with 0', async (t) => {
  const wrong = await run(['--token=hush'])
  t.equal(wrong.code, 2)
  t.match(wrong.stderr, /takes options only[^]*--help/)
  t.notMatch(wrong.stderr, 'hush')
  t.match(await run(['--help']), { code: 0, stdout: /--json/, stderr: '' })
})

const result = (over: Partial<Result> = {}): Result => ({
  id: 'token 1',
  pageId: '1',
  section: 'Bakery (1)',
  title: 'Token',
  status: 'ok',
  what: 'works and never expires',
  next: null,
  ...over,
})

const show = (create: typeof createScreenReport, results: Result[], columns = 80): string => {
  const output = Object.assign(new PassThrough({ encoding: 'utf8' }), { columns })
  const report = create(output)
  for (const one of results) {
    report.start(one)
    report.result(one)
  }
  report.end(results)
  // What was drawn and wiped again is not there.
  const lines = String(output.read()).split('\n')
  return lines.map((line) => stripVTControlCharacters(line.split('\r\u001b[2K').at(-1) ?? '')).join('\n')
}

const SICK = result({
  status: 'failure',
  what: `dead: ${'the password was changed and '.repeat(4)}`,
  next: `npm run x ${'and then something else '.repeat(6)}`,
})

t.test('in a terminal each section has its heading, and what is to do stands beneath', async (t) => {
  const screen = show(createScreenReport, [
    result(),
    SICK,
    result({ section: 'The operator', title: 'Alerts' }),
  ])
  t.match(screen, /\n Bakery \(1\)\n {3}✔ {2}Token {11}works and never expires\n {3}✖ {2}Token/)
  t.match(screen, /\n {22}→ npm run x and then[^\n]*\n {24}[a-z][^]*\n\n The operator\n/)
  t.match(screen, / 1 failed, 2 in order\.\n Begin with: Bakery \(1\), Token\.\n/)
  for (const line of screen.split('\n')) t.ok(line.length <= 80, line)
})

t.test('all in order is one friendly line, also in a narrow terminal', async (t) => {
  t.match(show(createScreenReport, [result()], 30), /All is well: 1 check\./)
  t.match(
    show(createPlainReport, [result()]),
    /^ok {7}Bakery \(1\): Token: works and never expires\nAll is well/,
  )
})
