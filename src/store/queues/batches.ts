import { growingMs } from '../../base/backoff.ts'
import type { Clock } from '../../base/clock.ts'
import { BotError } from '../../base/errors.ts'
import { UNHEARD, type StoreReport } from '../report.ts'
import type { Operation, Results } from './operations.ts'

/**
 * The group commit: operations requested during a transaction share the next one. One transaction at a time, so that answers come in the
 * order of the calls.
 */
export interface Batches {
  /**
   * Executes the operation in the next transaction.
   *
   * @throws BotError `BOT_STORE_UNAVAILABLE` when it could not be stored, `BOT_STORE_REFUSED` when it never can be
   */
  run: <O extends Operation>(operation: O) => Promise<Results[O['op']]>
  /**
   * Like {@link run}, but tries again for as long as the database is the cause: for facts that have happened and must be stored.
   *
   * @throws BotError `BOT_STORE_REFUSED`; `BOT_STORE_UNAVAILABLE` only when the store is closed
   */
  record: <O extends Operation>(operation: O) => Promise<Results[O['op']]>
  /** Takes the result of the operations that were sent last. */
  settle: (answer: BatchAnswer) => void
  /** Nothing can be executed any more. */
  end: (reason: string) => void
  /** Resolves when all requested operations are done or given up; takes no others. */
  finish: () => Promise<void>
}

/**
 * `results`: the whole batch is durable. `each`: the batch failed as one transaction, so its operations were tried one by one;
 * `isWorlds`: the operation is not the cause and may succeed later; `keptLeast`: it is the cause, and the part that
 * {@link ./operations.ts leastOf} leaves of it was stored. `error`: as far as is known, nothing of the batch was stored, and no operation is the cause.
 */
export type BatchAnswer = { results: unknown[] } | { each: TriedAlone[] } | { error: Failure }

export type TriedAlone = { result: unknown } | { error: Failure; isWorlds: boolean; keptLeast?: boolean }

export interface Failure {
  message: string
  /** The engine's code: SQLite's extended result code, PostgreSQL's SQLSTATE; null when the failure is not the engine's. */
  code: number | string | null
}

interface Pending {
  operation: Operation
  insist: boolean
  resolve: (result: never) => void
  reject: (error: BotError) => void
}

const RETRY = { baseMs: 100, capMs: 5000 }
const TRIES_WHEN_CLOSING = 3
export const CLOSED = 'the database is closed'

export const createBatches = (deps: {
  /** Starts one transaction; {@link Batches.settle} is called with its result. */
  send: (operations: Operation[]) => void
  refused: (failure: Failure) => BotError
  clock: Pick<Clock, 'after' | 'elapsed'>
  report?: Pick<StoreReport, 'committed'>
}): Batches => {
  const { send, refused, clock, report = UNHEARD } = deps
  let queue: Pending[] = []
  let inFlight: Pending[] | null = null
  let sentMs = 0
  let scheduled = false
  let crowded = false
  let failures = 0
  let closing: { tries: number; done: () => void } | null = null
  let ended: string | null = null

  // While there is much to do, everything asked for in one turn of the event loop, and while a transaction is under way,
  // shares one. While there is little, nothing waits for the end of the turn.
  const schedule = (): void => {
    if (scheduled || inFlight !== null) return
    scheduled = true
    if (crowded) setImmediate(flush)
    else queueMicrotask(flush)
  }

  const flush = (): void => {
    scheduled = false
    if (inFlight !== null) return
    if (queue.length === 0) return closing?.done()
    inFlight = queue
    queue = []
    crowded = inFlight.length > 1
    sentMs = clock.elapsed()
    send(inFlight.map(({ operation }) => operation))
  }

  const fail = (pending: Pending, failure: Failure): void => pending.reject(refused(failure))

  const settle: Batches['settle'] = (answer) => {
    const asked = (inFlight ?? []).map((pending, index) => ({ pending, one: ofIndex(answer, index) }))
    inFlight = null
    if ('results' in answer) report.committed(clock.elapsed() - sentMs)
    const isWorlds = 'error' in answer || asked.some(({ one }) => 'error' in one && one.isWorlds)
    failures = isWorlds ? failures + 1 : 0
    const givesUp = isWorlds && closing !== null && closing.tries++ >= TRIES_WHEN_CLOSING
    const again: Pending[] = []
    for (const { pending, one } of asked) {
      if ('result' in one) pending.resolve(one.result as never)
      else if (!one.isWorlds) pending.reject(unfit(pending.operation, one.error, one.keptLeast === true))
      else if (pending.insist && !givesUp) again.push(pending)
      else fail(pending, one.error)
    }
    // Operations behind a lost one are lost, too: the stored ones must have no gap.
    const lost = { message: CLOSED, code: null }
    if (givesUp) for (const pending of queue.splice(0)) fail(pending, 'error' in answer ? answer.error : lost)
    if (again.length === 0) return schedule()
    queue = [...again, ...queue]
    // Operations that must be stored wait a little; a new operation is sent at once, together with them.
    clock.after(growingMs(failures, RETRY), schedule)
  }

  const submit = <O extends Operation>(operation: O, insist: boolean): Promise<Results[O['op']]> => {
    // An operation requested in the turn in which the last one ended would never be answered.
    const over = ended ?? (closing === null ? null : CLOSED)
    if (over !== null) return Promise.reject(refused({ message: over, code: null }))
    return new Promise((resolve, reject) => {
      queue.push({ operation, insist, resolve: resolve as (result: never) => void, reject })
      schedule()
    })
  }

  return {
    run: (operation) => submit(operation, false),
    record: (operation) => submit(operation, true),
    settle,
    end: (reason) => {
      if (ended !== null) return
      ended = reason
      for (const pending of [...(inFlight ?? []), ...queue]) fail(pending, { message: reason, code: null })
      inFlight = null
      queue = []
      closing?.done()
    },
    finish: async () => {
      if (ended !== null) return
      await new Promise<void>((done) => {
        closing = { tries: 0, done }
        schedule()
      })
      ended ??= CLOSED
    },
  }
}

/** The result of one operation. */
const ofIndex = (answer: BatchAnswer, index: number): TriedAlone => {
  if ('results' in answer) return { result: answer.results[index] }
  if ('error' in answer) return { error: answer.error, isWorlds: true }
  return answer.each[index] ?? { error: { message: 'no answer', code: null }, isWorlds: false }
}

/** The error of an operation that would be refused at every try. */
const unfit = ({ op }: Operation, { message }: Failure, keptLeast: boolean): BotError =>
  new BotError(
    'BOT_STORE_REFUSED',
    `the database does not take this "${op}": ${message}${keptLeast ? ' (kept without its details)' : ''}`,
    {
      remedy:
        'Report it, with this line of the log: the bot asked for something that its own tables do not allow.',
    },
  )
