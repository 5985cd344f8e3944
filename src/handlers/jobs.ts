import type { Clock } from '../base/clock.ts'
import type { Job, Plan } from './job.ts'
import type { HandlersProcess } from './process.ts'

/** The events given to the handlers: the process of each one, and its time limit. */
export interface Jobs {
  /** @throws the handler's error, or an Error when the time limit has passed */
  run: (asked: Omit<Job, 'id'>) => Promise<Plan>
  settle: (id: number, result: Plan | Error) => void
  eventKeyOf: (id: number) => string | undefined
  /** Gives the jobs without a process to the process in service. */
  placeAll: () => void
  /** Fails the jobs without a process. */
  failUnplaced: (error: Error) => void
  isIdle: (at: HandlersProcess) => boolean
  /**
   * The process has ended: the event whose code ran fails, the others are given to the next process. If it is unknown whose code
   * ran, an event that was in two such processes fails.
   *
   * @returns the key of the event whose code ran, and the number of events that are handled again
   */
  lost: (at: HandlersProcess, culprit: number, reason: string) => { eventKey?: string; again: number }
  stop: () => void
}

interface Entry {
  job: Job
  resolve: (plan: Plan) => void
  reject: (error: Error) => void
  /** The process that has the event; null while none does. */
  at: HandlersProcess | null
  /** The number of processes that ended with this event in them while it was unknown whose code ran. */
  suspectedOf: number
  cancel: () => void
}

const MOST_SUSPICIONS = 2
/** The share of the time limit after which the signal is aborted. */
const SIGNAL_SHARE = 0.9

export const createJobs = (deps: {
  clock: Pick<Clock, 'after'>
  /** The process in service; null while there is none. */
  current: () => HandlersProcess | null
  timeLimitMs: () => number
  /** Called when the process may have no events left. */
  onDone: (at: HandlersProcess) => void
}): Jobs => {
  const { clock, current, timeLimitMs, onDone } = deps
  const entries = new Map<number, Entry>()
  let nextId = 1

  const place = (entry: Entry): void => {
    entry.at = current()
    entry.at?.give(entry.job)
  }

  const settle: Jobs['settle'] = (id, result) => {
    const entry = entries.get(id)
    if (entry === undefined) return
    entries.delete(id)
    entry.cancel()
    if (result instanceof Error) entry.reject(result)
    else entry.resolve(result)
  }

  const limit = (entry: Entry): void => {
    const { id } = entry.job
    const limitMs = timeLimitMs()
    const giveUp = (): void => {
      entry.at?.drop(id)
      settle(id, new Error(`no answer within ${limitMs} ms`))
      if (entry.at !== null) onDone(entry.at)
    }
    entry.cancel = clock.after(limitMs * SIGNAL_SHARE, () => {
      entry.at?.abort(id)
      entry.cancel = clock.after(limitMs * (1 - SIGNAL_SHARE), giveUp)
    })
  }

  const unplaced = (): Entry[] => [...entries.values()].filter(({ at }) => at === null)

  return {
    run: (asked) =>
      new Promise((resolve, reject) => {
        const job = { ...asked, id: nextId }
        nextId = nextId === 2 ** 31 - 1 ? 1 : nextId + 1
        const entry: Entry = { job, resolve, reject, at: null, suspectedOf: 0, cancel: () => undefined }
        entries.set(job.id, entry)
        limit(entry)
        place(entry)
      }),
    settle,
    eventKeyOf: (id) => entries.get(id)?.job.event.key,
    placeAll: () => unplaced().forEach(place),
    failUnplaced: (error) => {
      for (const { job } of unplaced()) settle(job.id, error)
    },
    isIdle: (process) => ![...entries.values()].some(({ at }) => at === process),
    lost: (process, culprit, reason) => {
      const left = [...entries.values()].filter(({ at }) => at === process)
      const guilty = left.find(({ job }) => job.id === culprit)
      let again = 0
      for (const entry of left) {
        if (guilty === undefined) entry.suspectedOf += 1
        if (entry === guilty || entry.suspectedOf >= MOST_SUSPICIONS) {
          settle(entry.job.id, new Error(`its handler ended the process: ${reason}`))
        } else {
          again += 1
          place(entry)
        }
      }
      return { ...(guilty && { eventKey: guilty.job.event.key }), again }
    },
    stop: () => {
      for (const { cancel } of entries.values()) cancel()
    },
  }
}
