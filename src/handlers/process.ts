import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { withoutSecrets } from '../base/config.ts'
import { BotError } from '../base/errors.ts'
import { isJsonObject } from '../base/json.ts'
import { within } from '../base/within.ts'
import type { EventKind } from '../webhook/events.ts'
import {
  deserializeError,
  type FromProcess,
  type Job,
  type LoadedHandlers,
  type Plan,
  type ToProcess,
} from './job.ts'

/** One process with the handlers loaded, as seen from the bot. */
export interface HandlersProcess {
  wants: (kind: EventKind) => boolean
  timeLimitMs: number
  give: (job: Job) => void
  /** Signals that the time for this event is nearly over. */
  abort: (id: number) => void
  /** Forgets this event: its result is no longer awaited. */
  drop: (id: number) => void
  /** Kills the process at once; {@link ProcessEvents.ended} follows. */
  kill: () => void
}

export interface ProcessEvents {
  done: (id: number, result: Plan | Error) => void
  /** An uncaught error; `id` is the event it belongs to, 0 for none that is known. */
  broken: (id: number, error: Error) => void
  /** The handlers have blocked the event loop for half a second. */
  late: () => void
  /** `culprit` is the event whose code ran at the end, 0 for none. Not called for a process whose handlers did not load. */
  ended: (culprit: number, reason: string) => void
}

const LOAD_WITHIN_MS = 20_000
const LOOK_EVERY_MS = 250
const LATE_MS = 250
/** The process is ended when its handlers block the event loop for longer than this. */
const BLOCKED_MS = 3000
/** Limits of the handlers' heap, and of the whole process, because buffers are outside the heap. */
const HEAP_MB = 256
const WHOLE_MB = 768

/**
 * Starts a process and loads the handlers in it.
 *
 * @param deps.signal - ends the process while it loads; ignored later
 * @throws BotError `BOT_HANDLERS_INVALID` when they cannot be loaded
 */
export const startHandlersProcess = async (deps: {
  file: string
  clock: Pick<Clock, 'after'>
  on: ProcessEvents
  signal?: AbortSignal
}): Promise<HandlersProcess> => {
  const { file, clock, on, signal } = deps
  const note = openNote()
  const child = fork(new URL('./child.ts', import.meta.url), {
    // The operator's code gets all environment variables except the bot's secrets.
    env: withoutSecrets(process.env),
    // Two processes cannot use one inspector port, and `--env-file` would bring the secrets back.
    execArgv: [
      ...process.execArgv.filter((argument) => !/^--(inspect|env-file)/.test(argument)),
      `--max-old-space-size=${HEAP_MB}`,
      // As in bin/serve.js: SIGUSR1 would open the inspector, which could read visitors' messages.
      '--disable-sigusr1',
    ],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', note.fd],
  })
  const pending = new Set<number>()
  let reason: string | null = null
  let watching = false
  let cancel = (): void => undefined

  // Sending to a process that has just ended fails; its exit event follows anyway.
  const tell = (message: ToProcess): void => void child.send(message, () => undefined)

  const endFor = (why: string): void => {
    reason = why
    child.kill('SIGKILL')
  }

  /** While the process has events: sends a ping at intervals, which shows that its event loop runs. */
  const watch = (): void => {
    watching = pending.size > 0
    if (watching) cancel = clock.after(LOOK_EVERY_MS, ask)
  }
  const ask = (): void => {
    tell({ ping: true })
    cancel = unlessAnswered(LATE_MS, () => {
      on.late()
      cancel = unlessAnswered(BLOCKED_MS - LATE_MS, () => {
        endFor(`it kept the processor for longer than ${BLOCKED_MS} ms`)
      })
    })
  }
  /** Runs `task` after `ms` unless cancelled. The bot itself may have been blocked, so its pending messages are read first. */
  const unlessAnswered = (ms: number, task: () => void): (() => void) => {
    let answered = false
    const stop = clock.after(ms, () => setImmediate(() => answered || task()))
    return () => {
      answered = true
      stop()
    }
  }

  const settle = (id: number, result: Plan | Error): void => {
    if (pending.delete(id)) on.done(id, result)
  }

  const { promise: answered, resolve: answer } = Promise.withResolvers<FromProcess>()
  const hear = (message: FromProcess): void => {
    if ('loaded' in message || 'refused' in message) answer(message)
    else if ('pong' in message) {
      cancel()
      if (message.bytes > WHOLE_MB * 1024 * 1024) endFor(`it took more than ${WHOLE_MB} MB of memory`)
      else watch()
    } else if ('plan' in message) settle(message.plan, planOf(message.text))
    else if ('failed' in message) settle(message.failed, deserializeError(message.problem))
    else if ('broken' in message) on.broken(message.broken, deserializeError(message.problem))
  }

  const { promise: ended, resolve: end } = Promise.withResolvers<string>()
  const mayHaveEnded = (): void => {
    // The process may exit before its last message is read, so both exit and disconnect must have happened.
    if (child.connected || (child.exitCode === null && child.signalCode === null)) return
    end(reason ?? `it ended with ${child.signalCode ?? `code ${child.exitCode}`}`)
  }
  child.on('message', (message) => hear(message as FromProcess))
  child.on('exit', mayHaveEnded).on('disconnect', mayHaveEnded)
  child.on('error', (error) => end(`it could not be started: ${error.message}`))

  const giveUp = (): void => endFor('it was given up')
  signal?.addEventListener('abort', giveUp)
  tell({ load: resolve(file) })
  const loaded = await loadedOf(file, { answered, ended, clock })
    .catch((error: unknown) => {
      child.kill('SIGKILL')
      note.close()
      throw error
    })
    .finally(() => signal?.removeEventListener('abort', giveUp))
  void ended.then((how) => {
    cancel()
    pending.clear()
    const culprit = note.read()
    note.close()
    on.ended(culprit, how)
  })

  const kinds = loaded.kinds === null ? null : new Set(loaded.kinds)
  return {
    wants: (kind) => kinds === null || kinds.has(kind),
    timeLimitMs: loaded.timeLimitMs,
    give: (job) => {
      pending.add(job.id)
      tell({ job })
      if (!watching) watch()
    },
    abort: (id) => tell({ abort: id }),
    drop: (id) => void pending.delete(id),
    kill: () => void child.kill('SIGKILL'),
  }
}

/** Loads the handlers and ends them. @throws BotError `BOT_HANDLERS_INVALID` when they cannot be loaded */
export const checkHandlers = async (file: string, clock: Pick<Clock, 'after'>): Promise<void> => {
  const nothing = (): void => undefined
  const on = { done: nothing, broken: nothing, late: nothing, ended: nothing }
  const { kill } = await startHandlersProcess({ file, clock, on })
  kill()
}

const loadedOf = async (
  file: string,
  deps: { answered: Promise<FromProcess>; ended: Promise<string>; clock: Pick<Clock, 'after'> },
): Promise<LoadedHandlers> => {
  const { answered, ended, clock } = deps
  const late = `it takes longer than ${LOAD_WITHIN_MS / 1000} s`
  const first = await within(clock, LOAD_WITHIN_MS, Promise.race([answered, ended]), late)
  if (typeof first === 'object' && 'loaded' in first) return first.loaded
  const reason = typeof first === 'string' ? first : 'their process said nothing'
  const { message, remedy } =
    typeof first === 'object' && 'refused' in first
      ? first.refused
      : { message: `The handlers in ${file} cannot be loaded: ${reason}`, remedy: null }
  throw new BotError('BOT_HANDLERS_INVALID', message, {
    remedy: remedy ?? 'Correct the file that BOT_HANDLERS names; docs/handlers.md shows what it holds.',
  })
}

/** Reads a plan. It is validated, because handlers share their process with child.ts and could send messages of any shape. */
const planOf = (text: string): Plan | Error => {
  try {
    const plan: unknown = JSON.parse(text)
    if (isJsonObject(plan) && Array.isArray(plan['steps'])) return plan as unknown as Plan
  } catch {
    // No JSON is treated like JSON of another shape.
  }
  return new Error('the handlers gave no answer that makes sense')
}

/**
 * Opens a file without a name, which the system removes when both processes have closed it. @throws BotError
 * `BOT_HANDLERS_INVALID`
 */
const openNote = (): { fd: number; read: () => number; close: () => void } => {
  const fd = openUnnamed([tmpdir(), SHARED_MEMORY])
  const bytes = Buffer.alloc(NOTE_BYTES)
  return {
    fd,
    read: () => (readSync(fd, bytes, 0, NOTE_BYTES, 0) === NOTE_BYTES ? bytes.readInt32LE() : 0),
    close: () => closeSync(fd),
  }
}

/** A number of 32 bits. */
const NOTE_BYTES = 4

/** Writable also in a container with a read-only root file system. */
const SHARED_MEMORY = '/dev/shm'

const openUnnamed = (folders: readonly string[]): number => {
  for (const folder of folders) {
    const path = join(folder, `evergreen-${randomUUID()}`)
    let fd: number | undefined
    try {
      fd = openSync(path, 'wx+', 0o600)
      unlinkSync(path)
      // Takes its room now: a disk that is full later must not fail every event.
      writeSync(fd, Buffer.alloc(NOTE_BYTES), 0, NOTE_BYTES, 0)
      return fd
    } catch {
      // The next folder may be writable.
      if (fd !== undefined) closeSync(fd)
    }
  }
  throw new BotError(
    'BOT_HANDLERS_INVALID',
    `Code handlers need a temporary file of four bytes, and none can be written in ${folders.join(' or ')}.`,
    { remedy: 'Make one of them writable (a tmpfs on /tmp will do), or set TMPDIR to a folder that is.' },
  )
}
