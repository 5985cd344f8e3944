import type { RunningInstance } from '../base/running-instances.ts'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/logger.ts'
import type { Records } from '../store/records.ts'
import type { Silence } from './silence.ts'

export const CUT_OFF_TIMES = {
  /** The instance is cut off when no call was answered for this long, which is also the length of a lease in the database. */
  silentMs: 10_000,
  lookMs: 3000,
}
/** After this rest the instance takes Pages again, if Facebook answers. */
const REST_MS = 5 * 60_000
/** Facebook is asked this long before the end of a rest: longer than a call waits for its answer. */
const ASK_BEFORE_MS = 60_000
/**
 * A call without an answer counts for this long. Longer than a rest, so that an outage of Facebook does not move Pages back and
 * forth. Limited, so that an instance without Pages, which makes no calls, can later take those of another one.
 */
export const SILENCE_FRESH_MS = 2 * REST_MS
/** The kind of the records; each instance that gets no answers from Facebook has one. */
const SILENT = 'facebook-silent'
const SAID_FOR_MS = 30_000
const SAY_AGAIN_MS = 10_000

/**
 * Gives the Pages of this instance to others when Facebook answers none of its calls. If all other instances get no answers
 * either, Facebook has an outage, and the Pages stay.
 */
export const createCutOff = (deps: {
  /** Times are of `clock.elapsed()`. */
  silence: Pick<Silence, 'span'>
  roster: { self: string; list: () => readonly Pick<RunningInstance, 'id' | 'pages'>[] }
  records: Pick<Records, 'list' | 'put' | 'take'>
  /** Gives the Pages of this instance away and takes none for `ms`; resolves to false if no other instance takes them. */
  rest: (ms: number) => Promise<boolean>
  /** A call to Facebook that changes nothing; its result reaches `silence` as that of every call does. */
  ask: () => Promise<unknown>
  clock: Pick<Clock, 'after' | 'elapsed'>
  log: Pick<Log, 'warn'>
}): { start: () => void; stop: () => void } => {
  const { silence, roster, records, rest, ask, clock, log } = deps
  const { self } = roster
  let restsUntilMs = Number.NEGATIVE_INFINITY
  let saidMs: number | null = null
  /** The end of the rest for which Facebook was last asked. */
  let askedForMs = Number.NEGATIVE_INFINITY
  let isStopped = false
  let cancel = (): void => undefined

  const say = async (isSilent: boolean): Promise<void> => {
    if (!isSilent) {
      if (saidMs !== null) await records.take(SILENT, self)
      saidMs = null
    } else if (saidMs === null || clock.elapsed() - saidMs >= SAY_AGAIN_MS) {
      await records.put({ kind: SILENT, id: self, data: '', forMs: SAID_FOR_MS })
      saidMs = clock.elapsed()
    }
  }

  /**
   * Asks Facebook before the rest ends. Without an answer a new rest begins, because Pages taken now would get no answers either.
   */
  const askBeforeTaking = async (): Promise<void> => {
    const before = restsUntilMs
    askedForMs = before
    await ask().catch(() => undefined)
    if (isStopped || silence.span() === null) return
    restsUntilMs = clock.elapsed() + REST_MS
    if (!(await rest(REST_MS))) restsUntilMs = before
  }

  const look = async (): Promise<void> => {
    const leftMs = restsUntilMs - clock.elapsed()
    if (leftMs > 0 && leftMs <= ASK_BEFORE_MS && askedForMs !== restsUntilMs) void askBeforeTaking()
    const span = silence.span()
    await say(span !== null)
    // Calls that failed before the end of the rest do not count.
    const silentMs = span === null ? 0 : span.lastMs - Math.max(span.firstMs, restsUntilMs)
    if (silentMs < CUT_OFF_TIMES.silentMs) return
    const all = roster.list()
    if (!all.some(({ id, pages }) => id === self && pages.length > 0)) return
    const silent = new Set((await records.list(SILENT)).map(({ id }) => id))
    if (all.every(({ id }) => id === self || silent.has(id))) return
    const before = restsUntilMs
    restsUntilMs = clock.elapsed() + REST_MS
    // `rest` waits for sends in progress; until then this instance keeps its record up to date.
    void rest(REST_MS).then((isResting) => {
      if (isResting) log.warn({ silentMs }, 'Facebook does not answer this instance: it gives its Pages away')
      else restsUntilMs = before
    })
  }

  const lookAgain = (): void => {
    cancel = clock.after(CUT_OFF_TIMES.lookMs, () => {
      void look()
        .catch((error: unknown) => {
          if (!isStopped)
            log.warn({ err: error }, 'whether other instances find Facebook silent could not be read')
        })
        .then(() => {
          if (!isStopped) lookAgain()
        })
    })
  }

  return {
    start: lookAgain,
    stop: () => {
      isStopped = true
      cancel()
    },
  }
}
