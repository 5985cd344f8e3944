import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { COMPILED } from './compiled.ts'
import { signed } from './sign.ts'
import { ENV } from './surface.ts'
import { witness } from './until.ts'

const SERVE = fileURLToPath(new URL('../../bin/serve.js', import.meta.url))
const SCRIPT = fileURLToPath(new URL('../../bot.example.yaml', import.meta.url))

/** The bot as `npm start` runs it, in a process of its own. */
export interface SpawnedBot {
  child: ChildProcess
  /** Resolves to the address once the bot listens; to an empty text if it ended before. */
  listening: Promise<string>
  /** Its standard error so far. */
  stderr: () => string
  /** Log lines so far. */
  lines: string[]
  /** Code and signal, once it has ended. */
  ended: Promise<[code: number | null, signal: NodeJS.Signals | null]>
  /** Posts a signed callback as Facebook does. */
  post: (callback: unknown) => Promise<Response>
}

export interface BotProcess extends SpawnedBot {
  /** The address; empty if the bot ended before it listened. */
  address: string
}

export interface BotProcessOptions {
  dataDir: string
  env?: Record<string, string>
  /** A command that runs the command after it. */
  wrap?: readonly string[]
}

/** Starts the bot, and waits until it listens or has ended. The process is killed at the end of the test. */
export const startBotProcess = async (t: Test, options: BotProcessOptions): Promise<BotProcess> => {
  const bot = spawnBotProcess(t, options)
  return { ...bot, address: await bot.listening }
}

/** Starts the bot. The process is killed at the end of the test. */
export const spawnBotProcess = (t: Test, { dataDir, env = {}, wrap = [] }: BotProcessOptions): SpawnedBot => {
  const [command, ...args] = [...wrap, process.execPath, SERVE]
  const child = spawn(command, args, {
    cwd: t.testdirName,
    env: {
      PATH: process.env['PATH'],
      ...COMPILED,
      ...ENV,
      PORT: '0',
      DATA_DIR: dataDir,
      BOT_SCRIPT: SCRIPT,
      // No server listens there.
      FB_GRAPH_URL: 'http://127.0.0.1:9',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const ended = once(child, 'exit') as SpawnedBot['ended']
  const lines: string[] = []
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  witness(t, "the bot's log", () => lines)
  witness(t, 'its standard error', () => stderr)
  const heard = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line)
      const { msg, address } = JSON.parse(line) as { msg?: string; address?: string }
      if (msg === 'listening') resolve(address ?? '')
    })
  })
  const listening = Promise.race([heard, ended.then(() => '')])
  return {
    child,
    listening,
    stderr: () => stderr,
    lines,
    ended,
    post: async (callback) => {
      const { url, method, headers, payload } = signed(callback)
      return fetch(`${await listening}${url}`, { method, headers, body: payload })
    },
  }
}
