import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { LoadPlan, LoadResult } from './load.ts'

/** A server under test, in a process of its own. */
export interface Subject {
  port: number
  /** The time of the process's start, by `performance.now()`. */
  startedMs: number
  /** CPU spent so far, all threads, in ms. */
  cpuMs: () => number
  /** Resident memory, in MiB. */
  memoryMiB: () => number
  /** The peak of the resident memory, in MiB. */
  peakMiB: () => number
  /** Sends the process a question; it answers by `process.send`. */
  ask: <T>(question: unknown) => Promise<T>
  /** Ends the process in order; resolves when it has ended. */
  end: () => Promise<void>
  /** Kills it, and removes its folder. */
  stop: () => Promise<void>
}

// The compile cache, as `npm start` has one; the references get it, too. Code is run from it, so it is in a folder that other
// users cannot write to.
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/bench', import.meta.url))

export const makeFolder = (): string => mkdtempSync(join(tmpdir(), 'evergreen-bench-'))

/**
 * Starts `file`, which reports its port by `process.send({ port })`. It gets the folder as `BENCH_DIR`.
 *
 * @param env - further variables
 */
export const startSubject = async (
  file: string,
  env: Record<string, string> = {},
  folder = makeFolder(),
): Promise<Subject> => {
  const startedMs = performance.now()
  const child = forkIn(folder, file, { NODE_COMPILE_CACHE: CACHE, ...env })
  const { port } = await message<{ port: number }>(child)
  return toSubject(child, { port, startedMs, folder })
}

/**
 * The bot as `npm start` runs it. Its warnings go to standard error. It answers no questions.
 *
 * @param folder - its working directory, where the script and tokens are
 */
export const startBot = async (env: Record<string, string>, folder: string): Promise<Subject> => {
  const startedMs = performance.now()
  const child = spawn(process.execPath, ['--max-semi-space-size=32', '--expose-gc', BOT], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      MALLOC_ARENA_MAX: '2',
      MALLOC_MMAP_THRESHOLD_: '131072',
      PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the bot ended with code ${String(code)}`)))
    createInterface(child.stdout).on('line', (line) => {
      const { level, msg, address } = JSON.parse(line) as { level: number; msg: string; address?: string }
      if (level >= PINO_WARN) process.stderr.write(`${line}\n`)
      if (msg === 'listening' && address !== undefined) resolve(Number(new URL(address).port))
    })
  })
  return toSubject(child, { port, startedMs, folder })
}

const BOT = fileURLToPath(new URL('../../bin/serve.js', import.meta.url))
const PINO_WARN = 40

const toSubject = (
  child: ChildProcess,
  { port, startedMs, folder }: { port: number; startedMs: number; folder: string },
): Subject => ({
  port,
  startedMs,
  cpuMs: () => cpuMs(child),
  memoryMiB: () => memoryMiB(child, 'VmRSS'),
  peakMiB: () => memoryMiB(child, 'VmHWM'),
  ask: (question) => {
    const answer = message<never>(child)
    child.send(question as object)
    return answer
  },
  end: async () => {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  },
  stop: async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }
    rmSync(folder, { recursive: true, force: true })
  },
})

/** Runs `file` to its end. It gets the folder as `BENCH_DIR`. */
export const runToEnd = async (file: string, env: Record<string, string>, folder: string): Promise<void> => {
  const [code] = (await once(forkIn(folder, file, env), 'exit')) as [number | null]
  if (code !== 0) throw new Error(`${file} ended with code ${String(code)}`)
}

const forkIn = (folder: string, file: string, env: Record<string, string>): ChildProcess =>
  fork(new URL(`../${file}`, import.meta.url), [], {
    env: { PATH: process.env['PATH'] ?? '', BENCH_DIR: folder, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })

/** Runs the load generator in a process of its own. */
export const runLoad = async (plan: LoadPlan): Promise<LoadResult> => {
  const child = fork(new URL('./load.ts', import.meta.url), ['child'], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  child.send(plan)
  const result = await message<LoadResult>(child)
  await once(child, 'exit')
  return result
}

const message = async <T>(child: ChildProcess): Promise<T> => {
  const over = new AbortController()
  const { signal } = over
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`the process ended with code ${String(code)}`)
  })
  ended.catch(() => undefined)
  try {
    const [answer] = (await Promise.race([once(child, 'message', { signal }), ended])) as [T]
    return answer
  } finally {
    over.abort()
  }
}

// Linux counts in hundredths of a second.
const cpuMs = ({ pid }: ChildProcess): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

const memoryMiB = ({ pid }: ChildProcess, field: 'VmRSS' | 'VmHWM'): number => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024
}
