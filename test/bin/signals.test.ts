import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { databaseIn } from '../../src/store/sqlite/data-dir.ts'
import { callbackOf } from '../helpers/bot.ts'
import { startBotProcess } from '../helpers/bot-process.ts'
import { freePort } from '../helpers/ports.ts'
import { ENV } from '../helpers/surface.ts'
import { until } from '../helpers/until.ts'
import { readUntil } from '../helpers/read-until.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SERVE = join(ROOT, 'bin/serve.js')
// No server listens there.
const OFFLINE = { FB_GRAPH_URL: 'http://127.0.0.1:9', PORT: '0' }

const ended = async (child: ChildProcess): Promise<number | null> =>
  child.exitCode ?? ((await once(child, 'exit')) as [number | null])[0]

t.test('SIGTERM to npm start alone ends the bot: port and data folder are free afterwards', async (t) => {
  const dataDir = join(t.testdir(), 'data')
  const env = { ...process.env, ...ENV, ...OFFLINE, PORT: String(await freePort()), DATA_DIR: dataDir }
  const npm = spawn('npm', ['start', '--silent'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => npm.kill('SIGKILL'))
  const said = await readUntil(npm.stdout, /"listening"/)
  const { address, pid } = JSON.parse(
    said.split('\n').find((line) => line.includes('"listening"')) ?? '{}',
  ) as {
    address: string
    pid: number
  }
  t.not(pid, npm.pid, 'npm and the bot are two processes')

  npm.kill('SIGTERM')
  await ended(npm)
  const isAlive = (): boolean => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }
  await until(() => !isAlive(), { everyMs: 20 })
  await t.rejects(fetch(`${address}/healthz`), 'nothing listens any more')
})

t.test('Ctrl-C reaches the bot from the terminal and once more from npm, and is one', async (t) => {
  const dataDir = join(t.testdir(), 'data')
  const env = { ...process.env, ...ENV, ...OFFLINE, DATA_DIR: dataDir }
  const npm = spawn('npm', ['start', '--silent'], {
    cwd: ROOT,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => npm.kill('SIGKILL'))
  let said = ''
  npm.stdout.on('data', (chunk: Buffer) => (said += String(chunk)))
  while (!said.includes('"listening"')) await once(npm.stdout, 'data')
  // As a terminal does: to the whole group.
  process.kill(-(npm.pid ?? 0), 'SIGINT')
  await once(npm, 'close')
  t.match(said, /"stopped"/, 'it ends in order')
})

t.test('a terminal that is closed says so twice, and the end is in order all the same', async (t) => {
  const script = `
    const { endWithGrace } = await import('./bin/end-with-grace.ts')
    const hangUp = () => process.kill(process.pid, 'SIGHUP')
    endWithGrace({ delay: 10_000 }, async () => {
      const again = new Promise((resolve) => process.once('SIGHUP', resolve))
      hangUp()
      await again
      console.log('in order')
    })
    setInterval(() => {}, 1000)
    hangUp()`
  const args = ['--input-type=module', '--eval', script]
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })
  t.strictSame({ status, stdout }, { status: 0, stdout: 'in order\n' })
})

t.test('whatever is thrown, undefined included, ends the process as a failure that is told', async (t) => {
  const script = `
    const { endWithGrace } = await import('./bin/end-with-grace.ts')
    endWithGrace({ delay: 10_000 }, async ({ err }) => console.log(err.message))
    void Promise.reject()`
  const args = ['--input-type=module', '--eval', script]
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })
  t.strictSame({ status, stdout }, { status: 1, stdout: 'undefined was thrown\n' })
})

for (const signal of ['SIGHUP', 'SIGINT'] as const) {
  t.test(`${signal} ends the bot in order, with 0, and loses nothing that got its 200`, async (t) => {
    const dataDir = join(t.testdir(), 'data')
    const bot = await startBotProcess(t, { dataDir })
    const { status } = await bot.post(
      callbackOf('1001', '7001', { mid: 'm_1', text: 'hello', atMs: Date.now() }),
    )
    t.equal(status, 200)
    bot.child.kill(signal)
    t.strictSame(await bot.ended, [0, null])
    t.ok(bot.lines.some((line) => line.includes('"stopped"')))
    t.notOk(existsSync(join(dataDir, 'evergreen.pid')))
    const db = new DatabaseSync(databaseIn(dataDir))
    // Without a token the event, or the reply to it, waits.
    const waiting = db
      .prepare('select (select count(*) from inbox) + (select count(*) from outbox) as n')
      .get()
    t.ok(Number(waiting?.['n']) > 0)
    db.close()
  })
}

const mayUnshare = spawnSync('unshare', ['--pid', '--fork', 'true']).status === 0
const asProcessOne =
  mayUnshare || process.env['CI'] === 'true'
    ? {}
    : { skip: 'this user may not make a process 1 (unshare --pid)' }

/** As the first process of a container: the kernel drops signals that have no handler. */
const startAsProcessOne = (args: readonly string[], env: NodeJS.ProcessEnv, cwd: string) =>
  spawn('unshare', ['--pid', '--fork', '--kill-child', process.execPath, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })

/** Sends the signal to the child of `unshare`, which is process 1 in there. */
const signalInside = (unshare: ChildProcess, signal: string): void => {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(unshare.pid)], { encoding: 'utf8' })
  process.kill(Number(stdout.trim()), signal)
}

t.test('as process 1 it ends in the first moments of a start', asProcessOne, async (t) => {
  // Tells who takes the signal first, and keeps the process from getting further for a moment.
  const slow = `data:text/javascript,${encodeURIComponent(`
    process.on('newListener', (name) => {
      if (name !== 'SIGTERM') return
      console.log('taken in', /bin.serve\\.js/.test(new Error().stack) ? 'serve.js' : 'another file')
      const end = Date.now() + 300
      while (Date.now() < end);
    })`)}`
  const bot = startAsProcessOne(
    ['--import', slow, SERVE],
    { ...ENV, ...OFFLINE, DATA_DIR: join(t.testdir(), 'data') },
    t.testdirName,
  )
  t.match(await readUntil(bot.stdout, /taken in .*\n/), 'taken in serve.js')
  signalInside(bot, 'SIGTERM')
  t.equal(await ended(bot), 0)
})

t.test(
  'as process 1 the set-up ends when told to, and says what fits a container',
  asProcessOne,
  async (t) => {
    const dir = t.testdir()
    const bot = startAsProcessOne([SERVE, '--setup'], { PORT: '0' }, dir)
    const said = await readUntil(bot.stderr, /ssh -L/)
    t.match(said, /http:\/\/localhost:\d+\/setup\/code\/\S+\n[^]*-p 127\.0\.0\.1:\d+:\d+/)
    t.notMatch(said, /npm run/)
    signalInside(bot, 'SIGTERM')
    t.equal(await ended(bot), 0)
  },
)

t.test(
  'as process 1 a start without settings says what a container can do about it',
  asProcessOne,
  async (t) => {
    const bot = startAsProcessOne([SERVE], { PORT: '0' }, t.testdir())
    const said = await readUntil(bot.stderr, /At any time[^\n]*\n/)
    t.equal(await ended(bot), 1)
    t.match(said, /--env-file[^]*--setup[^]*docker compose run --rm --entrypoint node bot \S*bin\/doctor\.ts/)
    t.notMatch(said, /npm run|cp \.env\.example/)
  },
)

t.test('SIGUSR1 opens no inspector in a command', async (t) => {
  const code = `const { processIo } = await import('./bin/process-io.ts')
processIo().stdin.resume()
console.log('ready')`
  const command = spawn(process.execPath, ['--input-type=module', '-e', code], { cwd: ROOT })
  t.teardown(() => command.kill('SIGKILL'))
  await readUntil(command.stdout, /ready/)
  const said = text(command.stderr)
  command.kill('SIGUSR1')
  command.stdin.end()
  t.equal(await ended(command), 0)
  t.equal(await said, '')
})
