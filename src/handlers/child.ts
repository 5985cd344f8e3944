import { AsyncLocalStorage, createHook } from 'node:async_hooks'
import { readFileSync, writeFileSync, writeSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { BotError } from '../base/errors.ts'
import { outliveOutput } from '../base/output.ts'
import type { Bot } from './bot.ts'
import { runChain } from './chain.ts'
import { NOTE_FD, serializeError, type FromProcess, type Job, type Plan, type ToProcess } from './job.ts'
import { loadHandlers } from './load.ts'

/** The process that runs code handlers. It is separate so that their crash does not end the bot. */

/** In characters: twenty carousels fit, and a larger plan is a mistake in a handler. */
const LARGEST_PLAN = 1024 * 1024

const send = process.send?.bind(process)
// Deleted, because libraries use `process.send` to report to a process manager.
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
 * Writes the number of the event whose code runs to a file that outlives this process. When the process ends or must be killed,
 * the bot reads there which event's handler was running. A pipe or a message could lose the number.
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

// Output that cannot be written must not fail the event of the handler that prints it.
outliveOutput()

const broken = (error: unknown): void =>
  tell({ broken: running.getStore() ?? 0, problem: serializeError(error) })
process.on('uncaughtException', broken)
process.on('unhandledRejection', broken)

// Signals to the whole process group are ignored here: the bot stops this process when it no longer needs the handlers.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
process.on('disconnect', () => process.exit())

/** Makes Linux, when it is short of memory, end this process rather than the bot, even if the bot is larger. */
const endFirst = (): void => {
  try {
    const score = Number(readFileSync(OOM_SCORE, 'utf8')) + 500
    writeFileSync(OOM_SCORE, String(Math.min(score, 1000)))
  } catch {
    // The file is missing on other systems and in some containers.
  }
}
const OOM_SCORE = '/proc/self/oom_score_adj'
endFirst()

new Worker(new URL('./orphan.ts', import.meta.url), { workerData: process.ppid }).unref()

process.on('message', take)
