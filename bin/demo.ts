import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { DEMO_VARIABLE } from '../src/base/dot-env-file.ts'
import { BotError } from '../src/base/errors.ts'
import { codeOf } from '../src/base/error-code.ts'
import { WEBHOOK_FIELDS } from '../src/channel/messenger.ts'
import { createSandbox, type Sandbox } from '../sandbox/src/server.ts'
import { command, EXIT, wrongUsage } from '../src/cli/command.ts'
import { OWN_SCRIPT, SAMPLE_SCRIPT, scriptToRead } from '../src/script/own-script.ts'
import { DEMO_PORT, surroundingsOf } from '../src/cures/surroundings.ts'
import { DEMO_FOLDER, leaveNote } from './demo-note.ts'
import { endWithGrace, SIGNALS } from './end-with-grace.ts'
import { passedOn, type Environment } from './passed-on.ts'
import { processIo } from './process-io.ts'

const demo = command({
  name: 'demo',
  about: `The whole product on this machine, without a Facebook account, settings or the internet: the sandbox plays
Facebook, the real bot answers, and its token can be broken and mended.`,
  usage: [['npm run demo', 'runs until Ctrl-C, and leaves nothing behind']],
  noPlain: () => wrongUsage('It takes no arguments.'),
  run: async () => {
    await start()
    return EXIT.done
  },
})

/**
 * The operator's own script. If there is none, a copy of the sample, which the console can change and which is deleted with the
 * demo.
 */
const demoScript = (dir: string): string => {
  const script = scriptToRead(resolve(OWN_SCRIPT))
  if (script !== SAMPLE_SCRIPT) return script
  const copy = join(dir, OWN_SCRIPT)
  copyFileSync(script, copy)
  return copy
}

/** Starts the demo. The sandbox runs in this process, the real bot and the real bootstrap run in processes of their own. */
const start = async (): Promise<void> => {
  const undo: (() => unknown)[] = []
  let isEnding = false
  // Noted at once, because `endWithGrace` takes a moment, in which the demo's other processes may end.
  for (const signal of SIGNALS) process.once(signal, () => (isEnding = true))
  const cleanUp = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  endWithGrace({ delay: 8000 }, async ({ err }) => {
    if (err) process.stderr.write(`${err.message}\n`)
    await cleanUp()
  })
  try {
    await begin((step) => {
      if (isEnding) throw new Error('The demo is being ended.')
      undo.push(step)
    }, cleanUp)
  } catch (error) {
    // Ctrl-C also reaches the demo's other processes, perhaps earlier than this one. An error caused by it is not reported;
    // `endWithGrace` ends this process.
    if (!isEnding) await pause(CTRL_C_MS)
    if (isEnding) await new Promise(() => {})
    await cleanUp()
    throw error
  }
}

/** How much later than its child processes the demo may get the signal of Ctrl-C. */
const CTRL_C_MS = 500

/** @throws BotError where the system's temporary folder takes nothing */
const makeFolder = (): string => {
  try {
    return mkdtempSync(join(tmpdir(), DEMO_FOLDER))
  } catch (error) {
    throw new BotError(
      'BOT_STORE_UNAVAILABLE',
      `The demo cannot make a folder in ${tmpdir()} (${codeOf(error) ?? 'unknown error'}).`,
      { cause: error, remedy: 'Set TMPDIR to a folder that this user may write to, on a disk with room.' },
    )
  }
}

/** @param undoLater - adds a step of the clean-up, which runs in reverse order; throws if the clean-up has begun */
const begin = async (
  undoLater: (step: () => unknown) => void,
  cleanUp: () => Promise<void>,
): Promise<void> => {
  const dir = makeFolder()
  undoLater(() => rmSync(dir, { recursive: true, force: true }))
  const app = { appId: '600000000000001', appSecret: randomBytes(16).toString('hex') }
  const { sandbox, sandboxPort, repair } = await startSandbox(app)
  undoLater(() => sandbox.close())

  const env = {
    ...passedOn(process.env),
    // All calls stay on this machine.
    NO_PROXY: '*',
    no_proxy: '*',
    FB_APP_ID: app.appId,
    FB_APP_SECRET: app.appSecret,
    FB_VERIFY_TOKEN: randomBytes(12).toString('hex'),
    FB_GRAPH_URL: sandbox.origin,
    FB_LOGIN_URL: sandbox.origin,
    HOST: '127.0.0.1',
    PORT: String(await freePort(portsOfBot(sandboxPort))),
    DATA_DIR: join(dir, 'data'),
    OPERATOR_PASSWORD: randomBytes(6).toString('hex'),
    [DEMO_VARIABLE]: String(sandboxPort),
    BOT_SCRIPT: demoScript(dir),
  }
  leaveNote(dir, { port: sandboxPort, sandbox: sandbox.origin, settings: env })

  let bot: Bot | undefined
  undoLater(() => bot && stop(bot.process))
  // Printed because the start takes seconds without any other output.
  if (process.stdout.isTTY)
    process.stdout.write('Starting a Facebook of its own and the bot; this takes some seconds.\n')
  bot = startBot(env)
  const address = await bot.address
  await subscribeApp(sandbox, env, address)
  await bootstrap(env, sandbox.userToken())
  bot.process.once('exit', (code) => {
    process.stderr.write(`The bot has ended with code ${code}.\n`)
    void cleanUp().then(() => process.exit(1))
  })

  isShown = true
  process.stdout.write(`
Evergreen is running, with a Facebook of its own.

1. Chat with it, and write "when are you opn?":

${sandbox.origin}

2. Go on with "what is new?" for cards and a form, "talk to a person", whom you then are under "Page inbox".
3. Press "Password changed" there, which kills the token; write three messages; then mend it in a second terminal:

${repair}

4. Watch over it:

${address}/operator
user operator, password ${env.OPERATOR_PASSWORD}

Ctrl-C stops everything and leaves nothing behind.

`)
}

interface Bot {
  process: ChildProcess
  /** Resolves when the bot listens; rejects if it ends before. */
  address: Promise<string>
}

const root = new URL('..', import.meta.url)

/** False until the demo has given the bot its first token; until then the bot's requests for a token are not shown. */
let isShown = false
/** Whether a warning was shown, so that a notice of its end makes sense. */
let hasComplained = false

const startBot = (env: Environment): Bot => {
  const child = spawn(process.execPath, ['bin/serve.js'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
  const address = new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The bot could not start (code ${code}).`)))
    lines.on('line', (line) => {
      const { level = 0, msg = '', address: listening, notice } = readLine(line)
      if (msg === 'listening' && listening !== undefined) resolve(listening)
      // Shows only the log lines for operators: warnings, errors, and the notice that all is well again.
      if (isShown && level >= 40) hasComplained = true
      if (isShown && (level >= 40 || (notice === 'well' && hasComplained)))
        process.stdout.write(`bot: ${msg}\n`)
    })
  })
  return { process: child, address }
}

const readLine = (line: string): { level?: number; msg?: string; address?: string; notice?: string } => {
  try {
    return JSON.parse(line) as object
  } catch {
    return { level: 50, msg: line }
  }
}

/** Sets callback URL and verify token as in the App Dashboard; the bot answers the verification. */
const subscribeApp = async (sandbox: Sandbox, env: Environment, address: string): Promise<void> => {
  const answer = await fetch(`${sandbox.origin}/v25.0/${env['FB_APP_ID']}/subscriptions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${env['FB_APP_ID']}|${env['FB_APP_SECRET']}` },
    body: new URLSearchParams({
      object: 'page',
      callback_url: `${address}/webhook`,
      verify_token: env['FB_VERIFY_TOKEN'] ?? '',
      fields: WEBHOOK_FIELDS.join(','),
    }),
  })
  if (!answer.ok) throw new Error(`The sandbox refused the webhook: ${await answer.text()}`)
}

const bootstrap = async (env: Environment, userToken: string): Promise<void> => {
  const child = spawn(process.execPath, ['bin/bootstrap-token.ts', '--all', '--json'], {
    cwd: root,
    env: { ...env, FB_USER_TOKEN: userToken },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error('The token bootstrap failed.')
}

const stop = async (child: ChildProcess): Promise<void> => {
  child.removeAllListeners('exit')
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
  await ended
  clearTimeout(timer)
}

/** A sandbox on the first port that no other demo or program has. */
const startSandbox = async (app: {
  appId: string
  appSecret: string
}): Promise<{ sandbox: Sandbox; sandboxPort: number; repair: string }> => {
  for (const sandboxPort of SANDBOX_PORTS) {
    const repair = surroundingsOf({ [DEMO_VARIABLE]: String(sandboxPort) }).command('bootstrap-token')
    try {
      const sandbox = await createSandbox({
        ...app,
        port: sandboxPort,
        latencyMs: 40,
        repairCommand: repair,
        pages: [{ id: '100000000000001', name: 'Evergreen Crafts' }],
        visitors: [{ name: 'Vera Visitor' }, { name: 'Timo Tester' }],
      })
      return { sandbox, sandboxPort, repair }
    } catch (error) {
      if (!TAKEN.has(codeOf(error) ?? '')) throw error
    }
  }
  throw noneFree(SANDBOX_PORTS)
}

/** The codes of a port that another program has, or that the system lets none have, as Windows does for whole ranges. */
const TAKEN = new Set(['EADDRINUSE', 'EACCES'])

const portsFrom = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => first + index)

const SANDBOX_PORTS = portsFrom(DEMO_PORT, 100)

/**
 * Each demo has ten ports of its own for its bot, because the bot listens seconds after its port was seen to be free, and another
 * demo may start meanwhile. The others come after them, because the system may let none have a whole range.
 */
const portsOfBot = (sandboxPort: number): number[] => [
  ...portsFrom(3000 + 10 * (sandboxPort - DEMO_PORT), 10),
  ...portsFrom(3000, 10 * SANDBOX_PORTS.length),
]

const freePort = async (ports: readonly number[]): Promise<number> => {
  for (const port of ports) {
    if (await isFree(port)) return port
  }
  throw noneFree(ports)
}

const noneFree = (ports: readonly number[]): Error =>
  new Error(`No port from ${Math.min(...ports)} to ${Math.max(...ports)} is free.`)

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })

process.exitCode = await demo(process.argv.slice(2), processIo())
