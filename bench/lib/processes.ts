import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LoadPlan, LoadResult } from './load.ts'

/** A server under test, in a process of its own. */
export interface Subject {
  port: number
  /** CPU spent so far, all threads, in ms. */
  cpuMs: () => number
  /** Resident memory, in MiB. */
  memoryMiB: () => number
  /** Asks the process something; it answers by `process.send`. */
  ask: <T>(question: unknown) => Promise<T>
  stop: () => Promise<void>
}

// As `npm start` does; the references get the same.
const CACHE = join(tmpdir(), 'evergreen-bench-compiled')

export const makeFolder = (): string => mkdtempSync(join(tmpdir(), 'evergreen-bench-'))

/**
 * Starts `file`, which reports its port by `process.send({ port })`. It gets a folder as `BENCH_DIR`.
 *
 * @param env - further variables
 * @param dir - left out: a fresh one, removed afterwards
 */
export const startSubject = async (
  file: string,
  env: Record<string, string> = {},
  dir?: string,
): Promise<Subject> => {
  const folder = dir ?? makeFolder()
  const child = fork(new URL(`../${file}`, import.meta.url), [], {
    env: { PATH: process.env['PATH'] ?? '', BENCH_DIR: folder, NODE_COMPILE_CACHE: CACHE, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const { port } = await message<{ port: number }>(child)
  return {
    port,
    cpuMs: () => cpuMs(child),
    memoryMiB: () => memoryMiB(child),
    ask: (question) => {
      const answer = message<never>(child)
      child.send(question as object)
      return answer
    },
    stop: async () => {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      if (dir === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

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
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the process ended with code ${String(code)}`)
  })
  const [answer] = (await Promise.race([once(child, 'message'), ended])) as [T]
  ended.catch(() => undefined)
  return answer
}

// Linux counts in hundredths of a second.
const cpuMs = ({ pid }: ChildProcess): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

const memoryMiB = ({ pid }: ChildProcess): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
