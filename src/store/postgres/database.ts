import { randomBytes } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import { BotError } from '../../base/errors.ts'
import type { ServerAddress } from '../../base/server-address.ts'
import { createBatches, type BatchAnswer, type Failure, type TriedAlone } from '../queues/batches.ts'
import {
  leastOf,
  voidResult,
  type ForeignWrite,
  type Operation,
  type StoreDatabase,
} from '../queues/operations.ts'
import { codeOf, createLink, isConnectionLost, type Connection, type Query, type Row } from './connection.ts'
import { UNHEARD, type StoreReport } from '../report.ts'
import { createPruning } from './history.ts'
import { keptStatements } from './kept.ts'
import { leap } from './leap.ts'
import type { Leases } from './leases.ts'
import { createNoticedElsewhere } from './noticed-elsewhere.ts'
import { createRowNumbers } from './numbers.ts'
import { createSums } from './counts.ts'
import { acceptAll } from './accepting.ts'
import { finishAll } from './finishing.ts'
import { partsOf } from './parts.ts'
import { loadAll, queueStatements, sentAll } from './queues.ts'
import { recordStatements } from './records.ts'
import { CONVERSATION_GONE, FORGETTING_LOCK, LEASE_LOST, migrate, versionsOf } from './schema.ts'
import type { Known, Maker, Statements } from './statements.ts'
import { unopened } from './unopened.ts'

export interface PostgresDatabase extends StoreDatabase {
  /** Checks whether another process has written, and reports it. */
  look: () => Promise<void>
  /** Null for an unknown Page. */
  pageNumber: (pageId: string) => number | null
}

export interface PostgresOptions {
  url: string | ServerAddress
  clock: Clock
  /** Name for an operator who looks at the server. */
  name: string
  /** Identifies this process on the channel. */
  owner: string
  /** The Pages that this process keeps; null for a process that shares the database with no other one. */
  leases: Pick<Leases, 'doubted'> | null
  /** Whether missing tables are made; they are when this is absent. */
  tables?: 'made' | 'there'
  report?: StoreReport | undefined
}

/** How long after a connection broke the server may still execute a statement of it. */
const LATE_MS = 15_000
/** For deadlocks and the like, which pass at another try. */
const MOST_TRIES = 5

/**
 * The database of a store on a PostgreSQL server, over one connection, which is opened again when it breaks. A transaction whose answer
 * was lost is tried again, and all waiting rows are read again, because the first try may have changed them.
 *
 * @throws BotError `BOT_STORE_UNAVAILABLE`
 */
export const openPostgresDatabase = async (options: PostgresOptions): Promise<PostgresDatabase> => {
  const { url, clock, name, owner, leases, tables = 'made', report = UNHEARD } = options
  const numbers = createRowNumbers()
  const sums = createSums(clock)
  const elsewhere = createNoticedElsewhere(owner)
  const makers = {
    ...queueStatements(leases && owner),
    ...keptStatements,
    ...recordStatements,
    retry_dead: elsewhere.retry_dead,
    forget: elsewhere.forget,
    prune: createPruning(),
  }
  let onForeignWrite = (_written: ForeignWrite): void => undefined
  let isInterrupted = false
  let interruptedMs = Number.NEGATIVE_INFINITY
  let isClosed = false
  let isPrepared = false
  const link = createLink({ url, name }, async (opened) => {
    if (!isPrepared) return
    report.reconnected('queues')
    // The server may be another one now, without the last commits of the first.
    isInterrupted = true
    numbers.forget()
    await leap(opened)
  })

  /** Makes the transaction fail unless each operation's Page is kept under the operation's fence; no Page can be taken until the transaction ends. */
  const hold = (operations: readonly Operation[]): Query[] => {
    if (leases === null) return []
    const fences = new Map<string, { page: number | null; fence: number }>()
    for (const operation of operations) {
      if (!('fence' in operation)) continue
      const { page, fence } = operation
      fences.set(`${fence} ${page}`, { page: numbers.page(page), fence })
    }
    if (fences.size === 0) return []
    const all = [...fences.values()]
    return [
      {
        text: 'select evergreen.hold_pages($1, $2, $3)',
        values: [owner, all.map(({ page }) => page), all.map(({ fence }) => fence)],
      },
    ]
  }

  /**
   * Commits one transaction.
   *
   * @returns the results in order, all of them durable
   */
  const commit = async (operations: readonly Operation[]): Promise<unknown[]> => {
    const open = await link.ready()
    await numbers.learn(
      open,
      operations.flatMap((operation) => (operation.op === 'accept' ? operation.events : [])),
      operations.flatMap((operation) =>
        'page' in operation && operation.page !== null ? [operation.page] : [],
      ),
    )
    const parts = partsOf(operations)
    const made = parts.map(({ operations: those }) => statementsOf(those))
    const forgets = operations.some(({ op }) => op === 'forget')
    const before: Query[] = [
      { text: 'begin' },
      {
        text: forgets ? 'select pg_advisory_xact_lock($1)' : 'select pg_advisory_xact_lock_shared($1)',
        values: [FORGETTING_LOCK],
      },
      ...hold(operations),
    ]
    void writeSums(
      open,
      operations.some(({ op }) => op === 'statistics' || op === 'prune'),
    )
    const rows = await open
      .query([...before, ...made.flatMap(({ queries }) => queries), { text: 'commit' }])
      .catch((error: unknown) => {
        if (isConnectionLost(error)) {
          isInterrupted = true
          interruptedMs = clock.elapsed()
        }
        throw error
      })
    if (forgets) numbers.forgetConversations()
    const results: unknown[] = operations.map(() => null)
    let from = before.length
    for (const [index, { queries, result, counted }] of made.entries()) {
      const mine = rows.slice(from, (from += queries.length))
      sums.add(counted?.(mine) ?? [])
      const of = result(mine)
      for (const [place, value] of of.entries()) results[parts[index]?.places[place] ?? -1] = value
    }
    return results
  }

  /** The statements of one {@link partsOf part}; one result for each of its operations. */
  const statementsOf = (operations: readonly Operation[]): Statements<unknown[]> => {
    const [first] = operations
    if (first === undefined) return { queries: [], result: () => [] }
    const many = MANY[first.op]
    if (many !== undefined) return many(operations as readonly never[], numbers)
    const make = makers[first.op as keyof typeof makers] as Maker<Operation['op']>
    const { result, ...made } = make(first as never, numbers)
    return { ...made, result: (rows: readonly (readonly Row[])[]) => [result(rows)] }
  }

  /** Called before a transaction, it is sent before that. */
  const writeSums = async (open: Connection, isDue: boolean): Promise<void> => {
    const taken = sums.take(isDue)
    if (taken === null) return
    await open.query([taken.query]).catch((error: unknown) => {
      // If the answer was lost, the sums may have been written; if the sums themselves are refused, a retry would fail for ever.
      if (!isConnectionLost(error) && !isOwnFault(error)) taken.giveBack()
    })
  }

  const tryOut = async (operations: readonly Operation[]): Promise<unknown[]> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await commit(operations)
      } catch (error) {
        const code = codeOf(error) ?? ''
        if (!isConnectionLost(error) && link.isOpen()) await rollBack(await link.ready())
        if (code === CONVERSATION_GONE) numbers.forgetConversations()
        if (!PASSING.has(code) || tries >= MOST_TRIES) throw error
      }
    }
  }

  const carryOut = async (operations: readonly Operation[]): Promise<BatchAnswer> => {
    try {
      return { results: await tryOut(operations) }
    } catch (error) {
      if (codeOf(error) === LEASE_LOST) leases?.doubted()
      else if (!isOwnFault(error)) return { error: failureOf(error) }
    }
    // Try the operations one by one, so that one that fails does not take the others with it.
    const each: TriedAlone[] = []
    for (const operation of operations) each.push(await tryAlone(operation))
    return { each }
  }

  const tryAlone = async (operation: Operation): Promise<TriedAlone> => {
    try {
      const [result] = await tryOut([operation])
      return { result }
    } catch (error) {
      if (codeOf(error) === LEASE_LOST && 'fence' in operation) {
        report.writeFenced()
        return { result: voidResult(operation.op) }
      }
      const least = leastOf(operation)
      if (!isOwnFault(error) || least === null)
        return { error: failureOf(error), isWorlds: !isOwnFault(error) }
      const kept = await tryAlone(least)
      if ('error' in kept && kept.isWorlds) return kept
      return { error: failureOf(error), isWorlds: false, keptLeast: 'result' in kept }
    }
  }

  const batches = createBatches({
    send: (operations) => {
      void carryOut(operations).then((answer) => {
        batches.settle(answer)
        if ('error' in answer || !isInterrupted) return
        isInterrupted = false
        void look(true)
      })
    },
    refused,
    clock,
    report,
  })

  /** @param isAll - whether unreported changes are possible, so that everything must be read */
  const look = async (isAll = false): Promise<void> => {
    if (isClosed) return
    try {
      const open = await link.ready()
      void writeSums(open, true)
      const { pagesWaiting, isNew } = elsewhere.seen(await open.query(elsewhere.look))
      if (isAll || isNew.returned || isNew.forgotten)
        onForeignWrite({ pagesWaiting, events: isAll, forgotten: isAll || isNew.forgotten })
    } catch (error) {
      // The next check, or the next transaction, meets the same trouble.
      if (isConnectionLost(error)) isInterrupted = true
    }
  }

  try {
    const open = await link.ready()
    if (tables === 'there' && (await versionsOf(open)) === null) throw noTables()
    await migrate(open)
    await leap(open)
    isPrepared = true
    const instance = await instanceOf(open)
    const { pagesWaiting } = elsewhere.seen(await open.query(elsewhere.look))
    return {
      instance,
      pagesWaiting,
      pageNumber: numbers.page,
      run: batches.run,
      record: batches.record,
      onForeignWrite: (listener) => {
        onForeignWrite = listener
      },
      look: () => look(clock.elapsed() - interruptedMs < LATE_MS),
      close: async () => {
        isClosed = true
        await batches.finish()
        if (link.isOpen()) await writeSums(await link.ready(), true)
        await link.close()
      },
    }
  } catch (error) {
    await link.close()
    throw unopened(error)
  }
}

/** Makers of one statement for many operations of a kind. */
const MANY: Partial<
  Record<Operation['op'], (operations: readonly never[], known: Known) => Statements<unknown[]>>
> = { accept: acceptAll, sent: sentAll, load_outbox: loadAll, finish_event: finishAll }

/** Harmless without an open transaction, which the server has then ended by itself. */
const rollBack = (connection: Connection): Promise<unknown> =>
  connection.query([{ text: 'rollback' }]).catch(() => undefined)

/** Serialization failure, deadlock, a visitor who was forgotten in between. */
const PASSING: ReadonlySet<string> = new Set(['40001', '40P01', CONVERSATION_GONE])

/**
 * Whether the operation itself does not fit the tables: its values, a constraint, a size. Any other error passes or can be mended, such
 * as a missing right or table, so the operation is kept.
 */
const isOwnFault = (error: unknown): boolean =>
  !isConnectionLost(error) && /^(21|22|23|54|EV)/.test(codeOf(error) ?? '')

/** @returns the server's words without our values, which it quotes in errors about values (class 22) */
const failureOf = (error: unknown): Failure => {
  const message = error instanceof Error ? error.message : String(error)
  const code = codeOf(error)
  return { message: code?.startsWith('22') === true ? message.replaceAll(/"[^"]*"/g, '"…"') : message, code }
}

const refused = ({ message }: Failure): BotError =>
  new BotError('BOT_STORE_UNAVAILABLE', `the database could not store it: ${message}`, {
    retryable: true,
    remedy:
      'See that the PostgreSQL server of DATABASE_URL runs and takes writes; the bot goes on by itself.',
  })

const noTables = (): BotError =>
  new BotError('BOT_STORE_UNAVAILABLE', 'there are no tables of a bot in the database yet', {
    remedy:
      'Check which database DATABASE_URL names: it has to be the one of the bot, which makes the tables when it first starts.',
  })

const instanceOf = async (connection: Connection): Promise<string> => {
  const [, [row] = []] = await connection.query([
    {
      text: `insert into evergreen.meta (name, value) values ('instance', $1) on conflict do nothing`,
      values: [randomBytes(6).toString('base64url')],
    },
    { text: `select value from evergreen.meta where name = 'instance'` },
  ])
  return row?.['value'] as string
}
