import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { createSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/src/server.ts'
import { bootstrapToken } from '../../src/cli/bootstrap-token.ts'
import { run, runProcess } from '../cli/run.ts'
import { isTorture } from './faults.ts'
import { freePort } from './ports.ts'
import { sign } from './sign.ts'
import { until, witness } from './until.ts'

/** The real bot as a process, on a data folder that survives it; it can be killed and started again. */
export interface BotProcess {
  address: string
  /** The id of the running process; undefined while none runs. */
  pid: () => number | undefined
  env: Record<string, string>
  /** The folder of the program that the next start runs: this one's, or another version's. */
  program: string
  /** Every log line of this run. */
  log: LogLine[]
  /** Resolves with a matching line in the log of this run. @throws Error if there is none within two minutes */
  logged: (isIt: (line: LogLine) => boolean) => Promise<LogLine>
  /** `kill -9`, at once. Resolves when the process is gone. */
  kill9: () => Promise<void>
  /** Stops the bot in order. @returns the exit code */
  sigterm: () => Promise<number | null>
  start: () => Promise<void>
  /** `npm run bootstrap-token`; that of this program runs in this process, which saves 0.5 s of CPU. */
  bootstrap: (userToken: string) => Promise<void>
  /** Freezes the process until {@link BotProcess.thaw}. */
  freeze: () => void
  thaw: () => void
  /** The exit code of this run, once it has ended by itself. */
  ended: () => Promise<number | null>
  /** Another instance with the same settings, at the same address or another one; not started. */
  twin: (where?: 'here' | 'elsewhere') => Promise<BotProcess>
  /** Posts a given callback to the webhook, signed as Facebook signs it. @returns the status */
  callBack: (body: unknown) => Promise<number>
  /** As {@link BotProcess.callBack}. @returns the whole answer */
  post: (body: unknown) => Promise<Response>
}

export interface LogLine {
  level: number
  msg: string
  [fact: string]: unknown
}

/** A bot and a sandbox, with subscribed Pages whose tokens do not expire. */
export interface Town {
  sandbox: Sandbox
  bot: BotProcess
  pageIds: string[]
  psids: string[]
}

export interface TownOptions extends Partial<SandboxOptions> {
  /** How many Pages and visitors. */
  size?: { pages: number; visitors: number }
  /** The fields the app subscribes to; by default all that a bot can use. */
  fields?: readonly string[]
  env?: Record<string, string>
  script?: string
  /** See {@link BotProcess.program}. */
  program?: string
  /** Uses the real times of leases and doubts instead of short ones; the torture always does. */
  inEarnest?: boolean
}

/** A script in which the replies identify the visitor's message. */
export const SCRIPT = `
replies:
  say:
    when: /^say (?<what>\\w+)$/
    say: heard {{what}}
  pair:
    when: /^pair (?<what>\\w+)$/
    say: ['first {{what}}', 'second {{what}}']
fallback:
  say: what
`

/** {@link SCRIPT} without the call that marks messages as seen, so that each call of `messages` is a message. */
export const SCRIPT_OF_TALK = `${SCRIPT}seen: false\n`

/** The replies that {@link SCRIPT} gives to a text. */
export const repliesTo = (text: string): string[] => {
  const [word, what = ''] = text.split(' ')
  if (word === 'say') return [`heard ${what}`]
  return word === 'pair' ? [`first ${what}`, `second ${what}`] : ['what']
}

export const FIELDS = [
  'messages',
  'messaging_postbacks',
  'message_echoes',
  'message_deliveries',
  'message_reads',
  'message_reactions',
  'messaging_referrals',
  'messaging_handovers',
]
/** The fields without receipts, which are half of a conversation's events and do not matter for most tests. */
export const FIELDS_OF_TALK = FIELDS.filter(
  (field) => !['message_deliveries', 'message_reads'].includes(field),
)
export const FIELDS_WITHOUT_ECHOES = FIELDS_OF_TALK.filter((field) => field !== 'message_echoes')

const APP = { appId: '600000000000001', appSecret: 'app-secret-1' }
const VERIFY_TOKEN = 'verify-1'
/** The folder of this program. */
export const PROGRAM = fileURLToPath(new URL('../..', import.meta.url))

const SHORT_TIMES = new URL('short-times.ts', import.meta.url).href

/** Starts the sandbox in this process and the bot in its own, subscribes the app, and runs the real bootstrap. */
export const startTown = async (t: Test, options: TownOptions = {}): Promise<Town> => {
  const { size = { pages: 1, visitors: 1 }, fields = FIELDS, env = {}, script = SCRIPT, ...rest } = options
  const { program = PROGRAM, inEarnest = isTorture, ...more } = rest
  const sandbox = await createSandbox({
    ...APP,
    pages: Array.from({ length: size.pages }, (_, n) => ({ name: `Page ${n}` })),
    visitors: Array.from({ length: size.visitors }, (_, n) => ({ name: `Visitor ${n}` })),
    ...more,
  })
  t.teardown(() => sandbox.close())
  const dir = mkdtempSync(join(tmpdir(), 'evergreen-test-'))
  t.teardown(() => rmSync(dir, { recursive: true, force: true }))
  const nodeArgs = inEarnest ? [] : [`--import=${SHORT_TIMES}`]
  const bot = createBot(
    t,
    await envOf(dir, { ...env, FB_GRAPH_URL: sandbox.origin }, script),
    program,
    nodeArgs,
  )
  await bot.start()
  await subscribeApp(sandbox, bot.address, fields)
  await bot.bootstrap(sandbox.userToken())
  return {
    sandbox,
    bot,
    pageIds: sandbox.state().pages.map(({ id }) => id),
    psids: sandbox.state().visitors.map(({ psid }) => psid),
  }
}

const envOf = async (
  dir: string,
  more: Record<string, string>,
  script: string,
): Promise<Record<string, string>> => {
  const scriptFile = join(dir, 'bot.yaml')
  writeFileSync(scriptFile, script)
  const port = await freePort()
  return {
    ...passedOn(process.env),
    FB_APP_ID: APP.appId,
    FB_APP_SECRET: APP.appSecret,
    FB_VERIFY_TOKEN: VERIFY_TOKEN,
    HOST: '127.0.0.1',
    PORT: String(port),
    DATA_DIR: join(dir, 'data'),
    BOT_SCRIPT: scriptFile,
    ...more,
  }
}

const createBot = (
  t: Test,
  env: Record<string, string>,
  program: string,
  nodeArgs: readonly string[],
): BotProcess => {
  let child: ChildProcess | null = null
  t.teardown(() => child?.kill('SIGKILL'))

  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    const ending = child
    child = null
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return null
    const ended = once(ending, 'exit')
    ending.kill(signal)
    const [code] = (await ended) as [number | null]
    return code
  }

  witness(t, `the log of the bot on port ${env['PORT']}`, () => bot.log)
  const bot: BotProcess = {
    address: `http://127.0.0.1:${env['PORT']}`,
    pid: () => child?.pid,
    env,
    program,
    log: [],
    logged: async (isIt) => {
      await until(() => bot.log.some(isIt), { what: `the bot logs ${isIt.toString()}` })
      return bot.log.find(isIt)!
    },
    kill9: async () => {
      await end('SIGKILL')
    },
    sigterm: () => end('SIGTERM'),
    start: async () => {
      const started = spawn(process.execPath, [...nodeArgs, 'bin/serve.js'], {
        cwd: bot.program,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      child = started
      bot.log = []
      let complaints = ''
      started.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
      await new Promise<void>((resolve, reject) => {
        started.once('exit', (code) => reject(new Error(`the bot ended with code ${code}: ${complaints}`)))
        createInterface({ input: started.stdout }).on('line', (text) => {
          const line = JSON.parse(text) as LogLine
          bot.log.push(line)
          if (line.msg === 'listening') resolve()
        })
      })
    },
    bootstrap: async (userToken) => {
      const args = ['--all', '--json']
      const settings = { ...env, FB_USER_TOKEN: userToken }
      const { code, stderr } =
        bot.program === PROGRAM
          ? await run(bootstrapToken, env['DATA_DIR'] ?? '', args, { env: settings })
          : await runProcess('bin/bootstrap-token.ts', bot.program, args, settings, bot.program)
      if (code !== 0) throw new Error(`the bootstrap failed: ${stderr}`)
    },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    ended: async () => {
      if (child === null || child.exitCode !== null) return child?.exitCode ?? null
      const [code] = (await once(child, 'exit')) as [number | null]
      return code
    },
    twin: async (where = 'here') =>
      createBot(
        t,
        where === 'here' ? env : { ...env, PORT: String(await freePort()) },
        bot.program,
        nodeArgs,
      ),
    callBack: async (body) => {
      const answer = await bot.post(body)
      await answer.arrayBuffer()
      return answer.status
    },
    post: (body) => {
      const text = JSON.stringify(body)
      return fetch(`${bot.address}/webhook`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-hub-signature-256': sign(text, APP.appSecret) },
        body: text,
      })
    },
  }
  return bot
}

/** Subscribes the app to these fields at that address. */
export const subscribeApp = async (
  sandbox: Sandbox,
  address: string,
  fields: readonly string[],
): Promise<void> => {
  const answer = await fetch(`${sandbox.origin}/v25.0/${APP.appId}/subscriptions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${APP.appId}|${APP.appSecret}` },
    body: new URLSearchParams({
      object: 'page',
      callback_url: `${address}/webhook`,
      verify_token: VERIFY_TOKEN,
      fields: fields.join(','),
    }),
  })
  if (!answer.ok) throw new Error(`the sandbox refused the webhook: ${await answer.text()}`)
}

/** The callback that the sandbox made for a visitor's message, for another delivery. */
export const callbackOf = (
  pageId: string,
  psid: string,
  ...messages: { mid: string; text: string | null; atMs: number }[]
) => ({
  object: 'page',
  entry: messages.map(({ mid, text, atMs }) => ({
    id: pageId,
    time: atMs,
    messaging: [{ sender: { id: psid }, recipient: { id: pageId }, timestamp: atMs, message: { mid, text } }],
  })),
})

const passedOn = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR', 'LANG', 'NODE_COMPILE_CACHE'].flatMap((name) => {
      const value = env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
