import { createPump } from '../base/pump.ts'
import { growingMs, type Backoff } from '../base/backoff.ts'
import type { Log } from '../base/logger.ts'
import { stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { stampOf, watchFile } from '../base/watch-file.ts'
import { createJobs } from './jobs.ts'
import { startHandlersProcess, type HandlersProcess, type ProcessEvents } from './process.ts'
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

/** The file is loaded this long after its last change, because editors may write it in several steps. */
const SETTLE_MS = 100
const POLL_MS = 2000
/** Loading that takes longer than this is logged. */
const SLOW_MS = 2000
/** At most this many replaced processes may still be finishing their events. */
const MOST_RETIRED = 2
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
  const retired = new Set<HandlersProcess>()
  let current: HandlersProcess | null = null
  /** The last process in service: it tells kinds and time limit while none is in service. */
  let known: HandlersProcess
  let stopped = false
  let fruitless = 0
  let unloadable: Error | null = null
  let stamp = await stampOfFile(file)
  let stopWatching = (): void => undefined
  let cancelStart = (): void => undefined
  let cancelSettle = (): void => undefined
  let loading = new AbortController()

  const begin = async (): Promise<HandlersProcess> => {
    let one: HandlersProcess | null = null
    const on: ProcessEvents = {
      done: (id, result) => {
        if (!(result instanceof Error)) fruitless = 0
        jobs.settle(id, result)
        if (one !== null) endIfDone(one)
      },
      broken: (id, error) => {
        const eventKey = jobs.eventKeyOf(id)
        log.error({ err: error, eventKey }, 'a handler left an error uncaught; its process is replaced')
        jobs.settle(id, error)
        if (one !== null && one === current) replacing.wake()
      },
      late: () => {
        if (one === null || one !== current || retired.size >= MOST_RETIRED) return
        // The blocked process gets no new events; they wait for the next process.
        retired.add(one)
        current = null
        replacing.wake()
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
    const before = current
    current = known = next
    if (unloadable !== null) log.info({ file }, 'the handlers are loaded again')
    unloadable = null
    if (before !== null) {
      retired.add(before)
      endIfDone(before)
    }
    jobs.placeAll()
  }

  const refused = (error: Error): void => {
    // The file has changed while it was loaded; the next version is loaded at once.
    if (stopped || loading.signal.aborted) return
    const facts = { file, err: error }
    const busy = [...retired].at(-1)
    if (current === null && busy !== undefined) {
      retired.delete(busy)
      current = busy
      jobs.placeAll()
    }
    if (current !== null) {
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
    const wasExpected = retired.delete(one) && jobs.isIdle(one)
    if (one === current) current = null
    const facts = { reason, ...jobs.lost(one, culprit, reason) }
    if (!wasExpected) log.error(facts, 'the process of the handlers has ended; another one takes its place')
    if (current === null && !replacing.isBusy()) startLater(AGAIN)
  }

  const endIfDone = (one: HandlersProcess): void => {
    if (retired.has(one) && jobs.isIdle(one)) one.kill()
  }

  const look = async (): Promise<void> => {
    const now = await stampOfFile(file)
    // While an editor replaces the file, it may be missing.
    if (stopped || now === null || now === stamp) return
    stamp = now
    cancelSettle()
    cancelSettle = clock.after(SETTLE_MS, () => {
      log.info({ file }, 'the file of the handlers has changed')
      if (replacing.isBusy()) loading.abort()
      replacing.wake()
    })
  }

  const jobs = createJobs({
    clock,
    current: () => current,
    timeLimitMs: () => known.timeLimitMs,
    onDone: endIfDone,
  })

  current = known = await begin()

  return {
    wants: (kind) => known.wants(kind),
    run: async (asked) => {
      if (unloadable !== null) throw unloadable
      return jobs.run(asked)
    },
    start: () => {
      const path = resolve(file)
      stopWatching = watchFile({
        dir: dirname(path),
        name: basename(path),
        pollMs: POLL_MS,
        clock,
        check: () => void look(),
      })
    },
    stop: () => {
      stopped = true
      loading.abort()
      stopWatching()
      cancelStart()
      cancelSettle()
      jobs.stop()
      for (const one of retired) one.kill()
      current?.kill()
    },
  }
}

/** Null where the file cannot be read. */
const stampOfFile = (file: string): Promise<string | null> => stat(file).then(stampOf, () => null)
