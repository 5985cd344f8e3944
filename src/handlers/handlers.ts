import { createPump } from '../base/pump.ts'
import { growingMs, type Backoff } from '../base/backoff.ts'
import type { Log } from '../base/logger.ts'
import { stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { watchFile } from '../base/watch-file.ts'
import type { Job, Plan } from './job.ts'
import { startHandlersProcess, type HandlersProcess, type ProcessEvents } from './process.ts'
import type { Runner } from './run.ts'

/** The code handlers of a file, in a process of their own that is replaced whenever it does not serve any more. */
export interface Handlers extends Runner {
  /** Begins to follow the file. */
  start: () => void
  /** Ends the processes. Events under way stay unanswered: they are handled again after the next start. */
  stop: () => void
}

interface Entry {
  job: Job
  resolve: (plan: Plan) => void
  reject: (error: Error) => void
  /** Where it is being worked on; null while there is nowhere. */
  at: HandlersProcess | null
  /** Processes that ended over it, or over another one: that could not be told. */
  suspectedOf: number
  cancel: () => void
}

/** An editor may write a file in several steps; it is loaded once it was left alone this long. */
const SETTLE_MS = 100
const POLL_MS = 2000
/** Whoever was there when so many processes ended for no known reason is the reason. */
const MOST_SUSPICIONS = 2
/** Besides the one in service, so many may still be at their last events. */
const MOST_RETIRED = 2
/** The next try after one that ended without having answered anything, and after one that did not load. */
const AGAIN = { baseMs: 100, capMs: 1000 }
const RELOAD = { baseMs: 1000, capMs: 30_000 }
/** The signal comes a little before the event is given up. */
const SIGNAL_SHARE = 0.9

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
  const entries = new Map<number, Entry>()
  const retired = new Set<HandlersProcess>()
  let current: HandlersProcess | null = null
  /** The last that was in service: tells what is wanted while there is none. */
  let known: HandlersProcess
  let stopped = false
  let fruitless = 0
  let unloadable: Error | null = null
  let nextId = 1
  let stamp = await stampOf(file)
  let stopWatching = (): void => undefined
  let cancelStart = (): void => undefined
  let cancelSettle = (): void => undefined

  const begin = async (): Promise<HandlersProcess> => {
    let one: HandlersProcess | null = null
    const on: ProcessEvents = {
      done: (id, result) => {
        if (!(result instanceof Error)) fruitless = 0
        settle(id, result)
        if (one !== null) endIfDone(one)
      },
      broken: (id, error) => {
        const eventKey = entries.get(id)?.job.event.key
        log.error({ err: error, eventKey }, 'a handler left an error uncaught; its process is replaced')
        settle(id, error)
        if (one !== null && one === current) replacing.wake()
      },
      late: () => {
        if (one === null || one !== current || retired.size >= MOST_RETIRED) return
        // What comes now waits for the next one rather than for the end of this.
        retired.add(one)
        current = null
        replacing.wake()
      },
      ended: (culprit, reason) => {
        if (one !== null) ended(one, culprit, reason)
      },
    }
    one = await startHandlersProcess({ file, clock, on })
    return one
  }

  /** Starts another process; the one in service stays there until it is ready, and finishes what it has begun. */
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
    placeAll()
  }

  const refused = (error: Error): void => {
    if (stopped) return
    const facts = { file, err: error }
    const busy = [...retired].at(-1)
    if (current === null && busy !== undefined) {
      retired.delete(busy)
      current = busy
      placeAll()
    }
    if (current !== null) {
      log.warn(facts, 'the handlers were not changed; the last good ones stay in use')
      return
    }
    log.error(facts, 'the handlers cannot be loaded; the script says its fallback for them')
    unloadable = error
    for (const { job, at } of entries.values()) if (at === null) settle(job.id, error)
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
    const left = [...entries.values()].filter(({ at }) => at === one)
    const wasExpected = retired.delete(one) && left.length === 0
    if (one === current) current = null
    const guilty = left.find(({ job }) => job.id === culprit)
    if (!wasExpected) {
      const facts = { reason, eventKey: guilty?.job.event.key, again: left.length - (guilty ? 1 : 0) }
      log.error(facts, 'the process of the handlers has ended; another one takes its place')
    }
    for (const entry of left) {
      if (guilty === undefined) entry.suspectedOf += 1
      if (entry === guilty || entry.suspectedOf >= MOST_SUSPICIONS)
        settle(entry.job.id, new Error(`its handler ended the process: ${reason}`))
      else place(entry)
    }
    if (current === null && !replacing.isBusy()) startLater(AGAIN)
  }

  const placeAll = (): void => {
    for (const entry of entries.values()) if (entry.at === null) place(entry)
  }

  const place = (entry: Entry): void => {
    entry.at = current
    current?.give(entry.job)
  }

  const settle = (id: number, result: Plan | Error): void => {
    const entry = entries.get(id)
    if (entry === undefined) return
    entries.delete(id)
    entry.cancel()
    if (result instanceof Error) entry.reject(result)
    else entry.resolve(result)
  }

  const endIfDone = (one: HandlersProcess): void => {
    if (retired.has(one) && ![...entries.values()].some(({ at }) => at === one)) one.kill()
  }

  const limit = (entry: Entry): void => {
    const { id } = entry.job
    const limitMs = known.timeLimitMs
    const giveUp = (): void => {
      entry.at?.drop(id)
      settle(id, new Error(`no answer within ${limitMs} ms`))
      if (entry.at !== null) endIfDone(entry.at)
    }
    entry.cancel = clock.after(limitMs * SIGNAL_SHARE, () => {
      entry.at?.abort(id)
      entry.cancel = clock.after(limitMs * (1 - SIGNAL_SHARE), giveUp)
    })
  }

  const look = async (): Promise<void> => {
    const now = await stampOf(file)
    // Between two versions there may be none.
    if (stopped || now === null || now === stamp) return
    stamp = now
    cancelSettle()
    cancelSettle = clock.after(SETTLE_MS, () => {
      log.info({ file }, 'the file of the handlers has changed')
      replacing.wake()
    })
  }

  current = known = await begin()

  return {
    wants: (kind) => known.wants(kind),
    run: (asked) =>
      new Promise((resolvePlan, reject) => {
        if (unloadable !== null) return reject(unloadable)
        const job = { ...asked, id: nextId }
        nextId = nextId === 2 ** 31 - 1 ? 1 : nextId + 1
        const cancel = (): void => undefined
        const entry: Entry = { job, resolve: resolvePlan, reject, at: null, suspectedOf: 0, cancel }
        entries.set(job.id, entry)
        limit(entry)
        place(entry)
      }),
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
      stopWatching()
      cancelStart()
      cancelSettle()
      for (const { cancel } of entries.values()) cancel()
      for (const one of retired) one.kill()
      current?.kill()
    },
  }
}

/** Changes whenever the file is written or replaced; null where it cannot be looked at. */
const stampOf = (file: string): Promise<string | null> =>
  stat(file).then(
    ({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`,
    () => null,
  )
