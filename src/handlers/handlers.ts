import { growingMs, type Backoff } from '../base/backoff.ts'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/logger.ts'
import { createPump } from '../base/pump.ts'
import { changesOf } from './changes.ts'
import { createJobs } from './jobs.ts'
import { startHandlersProcess, type HandlersProcess, type ProcessEvents } from './process.ts'
import { createProcesses } from './processes.ts'
import type { Runner } from './run.ts'

/**
 * The code handlers of a file, in a process of their own that is replaced when the file changes, or when the process fails or
 * hangs.
 */
export interface Handlers extends Runner {
  /** Starts to watch the file. */
  start: () => void
  /** Ends the processes. Events under way stay unanswered: they are handled again after the next start. */
  stop: () => void
}

/** Loading that takes longer than this is logged. */
const SLOW_MS = 2000
/**
 * The waits before the next start: after a process that ended without having handled an event, and after one that did not load.
 */
const AGAIN = { baseMs: 100, capMs: 1000 }
const RELOAD = { baseMs: 1000, capMs: 30_000 }

/**
 * Loads the handlers.
 *
 * @throws BotError `BOT_HANDLERS_INVALID` when they cannot be loaded
 */
export const openHandlers = async (deps: {
  file: string
  clock: Clock
  log: Pick<Log, 'info' | 'warn' | 'error'>
}): Promise<Handlers> => {
  const { file, clock, log } = deps
  let stopped = false
  let fruitless = 0
  let unloadable: Error | null = null
  let cancelStart = (): void => undefined
  let loading = new AbortController()
  // Followed from before the first load, so that a change during it is seen.
  const changes = await changesOf({
    file,
    clock,
    onChange: () => {
      log.info({ file }, 'the file of the handlers has changed')
      if (replacing.isBusy()) loading.abort()
      replacing.wake()
    },
  })

  const begin = async (): Promise<HandlersProcess> => {
    let one: HandlersProcess | null = null
    const on: ProcessEvents = {
      done: (id, result) => {
        if (!(result instanceof Error)) fruitless = 0
        jobs.settle(id, result)
        if (one !== null) processes.endIfDone(one)
      },
      broken: (id, error) => {
        const eventKey = jobs.eventKeyOf(id)
        log.error({ err: error, eventKey }, 'a handler left an error uncaught; its process is replaced')
        jobs.settle(id, error)
        if (one !== null && one === processes.current()) replacing.wake()
      },
      late: () => {
        // The blocked process gets no new events; they wait for the next process.
        if (one !== null && processes.retire(one)) replacing.wake()
      },
      ended: (culprit, reason) => {
        if (one !== null) ended(one, culprit, reason)
      },
    }
    const cancelSlow = clock.after(SLOW_MS, () =>
      log.warn({ file }, 'the handlers are still loading, such as by an await outside of every function'),
    )
    loading = new AbortController()
    one = await startHandlersProcess({ file, clock, on, signal: loading.signal }).finally(cancelSlow)
    return one
  }

  /** Starts another process. The present one stays in service until the new one is ready, and then finishes its events. */
  const replacing = createPump({
    run: async () => {
      cancelStart()
      if (!stopped) await begin().then(takeOver, refused)
    },
    onError: (error) => log.error({ err: error }, 'the handlers could not be started'),
  })

  const takeOver = (next: HandlersProcess): void => {
    if (stopped) return next.kill()
    processes.put(next)
    if (unloadable !== null) log.info({ file }, 'the handlers are loaded again')
    unloadable = null
    jobs.placeAll()
  }

  const refused = (error: Error): void => {
    // The file has changed while it was loaded; the next version is loaded at once.
    if (stopped || loading.signal.aborted) return
    const facts = { file, err: error }
    if (processes.recall()) jobs.placeAll()
    if (processes.current() !== null) {
      log.warn(facts, 'the handlers were not changed; the last good ones stay in use')
      return
    }
    log.error(facts, 'the handlers cannot be loaded; the script says its fallback for them')
    unloadable = error
    jobs.failUnplaced(error)
    startLater(RELOAD)
  }

  const startLater = (backoff: Backoff): void => {
    const waitMs = fruitless === 0 ? 0 : growingMs(fruitless - 1, backoff)
    fruitless = Math.min(fruitless + 1, 16)
    cancelStart()
    cancelStart = clock.after(waitMs, replacing.wake)
  }

  const ended = (one: HandlersProcess, culprit: number, reason: string): void => {
    if (stopped) return
    const wasExpected = processes.ended(one)
    const facts = { reason, ...jobs.lost(one, culprit, reason) }
    if (!wasExpected) log.error(facts, 'the process of the handlers has ended; another one takes its place')
    if (processes.current() === null && !replacing.isBusy()) startLater(AGAIN)
  }

  const processes = createProcesses((one) => jobs.isIdle(one))
  const jobs = createJobs({
    clock,
    current: processes.current,
    timeLimitMs: () => processes.known().timeLimitMs,
    onDone: processes.endIfDone,
  })

  processes.put(await begin())

  return {
    wants: (kind) => processes.known().wants(kind),
    run: async (asked) => {
      if (unloadable !== null) throw unloadable
      return jobs.run(asked)
    },
    start: changes.start,
    stop: () => {
      stopped = true
      loading.abort()
      changes.stop()
      cancelStart()
      jobs.stop()
      processes.stop()
    },
  }
}
