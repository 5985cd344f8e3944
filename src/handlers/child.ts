import { AsyncLocalStorage, createHook } from 'node:async_hooks'
import { readFileSync, writeFileSync, writeSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { BotError } from '../base/errors.ts'
import type { Bot } from './bot.ts'
import { runChain } from './chain.ts'
import { NOTE_FD, serializeError, type FromProcess, type Job, type Plan, type ToProcess } from './job.ts'
import { loadHandlers } from './load.ts'

/** The process that runs code handlers, apart from the bot so that a crash of theirs does not end the bot. */

/** Twenty carousels fit; more is a mistake that should not reach the bot. */
const LARGEST_PLAN = 1024 * 1024

const send = process.send?.bind(process)
// Libraries look for it to tell a process manager of themselves.
delete process.send

const tell = (message: FromProcess): void => {
  send?.(message)
}

const running = new AsyncLocalStorage<number>()
const aborts = new Map<number, AbortController>()
let bot: Bot | null = null

const take = (message: ToProcess): void => {
  if ('ping' in message) tell({ pong: true, bytes: process.memoryUsage.rss() })
  else if ('abort' in message) aborts.get(message.abort)?.abort(new Error('the time for this event is over'))
  else if ('job' in message) running.run(message.job.id, () => void work(message.job))
  else void load(message.load)
}

const load = async (file: string): Promise<void> => {
  try {
    bot = await loadHandlers(file)
    const { handlers, timeLimitMs } = bot.definition
    const all = handlers.some(({ kinds }) => kinds === null)
    const kinds = all ? null : handlers.flatMap((one) => [...(one.kinds ?? [])])
    tell({ loaded: { kinds, timeLimitMs } })
  } catch (error) {
    const remedy = error instanceof BotError ? (error.remedy ?? null) : null
    tell({ refused: { message: serializeError(error).message, remedy } })
  }
}

const work = async (job: Job): Promise<void> => {
  note(job.id)
  const abort = new AbortController()
  aborts.set(job.id, abort)
  try {
    if (bot === null) throw new Error('no handlers were loaded')
    tell({ plan: job.id, text: textOf(await runChain(bot.definition, job, abort.signal)) })
  } catch (error) {
    tell({ failed: job.id, problem: serializeError(error) })
  } finally {
    aborts.delete(job.id)
  }
}

const textOf = (plan: Plan): string => {
  const text = JSON.stringify(plan)
  if (text.length > LARGEST_PLAN) {
    throw new RangeError(`an answer has at most ${LARGEST_PLAN} characters, this one has ${text.length}`)
  }
  return text
}

/**
 * Notes whose code runs, in a file that outlives this process: when it ends, or has to be ended, the bot looks there
 * whose fault it was. In a pipe or a message it might still be under way.
 */
const note = (id: number): void => {
  if (id === noted) return
  noted = id
  bytes.writeInt32LE(id)
  writeSync(NOTE_FD, bytes, 0, bytes.length, 0)
}
const bytes = Buffer.alloc(4)
let noted = 0
createHook({ before: () => note(running.getStore() ?? 0) }).enable()

const broken = (error: unknown): void =>
  tell({ broken: running.getStore() ?? 0, problem: serializeError(error) })
process.on('uncaughtException', broken)
process.on('unhandledRejection', broken)

// A signal to the whole group is the bot's to answer: it may still need the handlers until it stops.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
process.on('disconnect', () => process.exit())

/** Linux, short of memory, shall end this process and not the bot, even where the bot is the larger one. */
const endFirst = (): void => {
  try {
    const score = Number(readFileSync(OOM_SCORE, 'utf8')) + 500
    writeFileSync(OOM_SCORE, String(Math.min(score, 1000)))
  } catch {
    // Another system, or a container that hides the file.
  }
}
const OOM_SCORE = '/proc/self/oom_score_adj'
endFirst()

new Worker(new URL('./orphan.ts', import.meta.url), { workerData: process.ppid }).unref()

process.on('message', take)
