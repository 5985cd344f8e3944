import { randomBytes } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import { BotError } from '../../base/errors.ts'
import type { ServerAddress } from '../../base/server-address.ts'
import { createBatches, type Failure } from '../queues/batches.ts'
import type { ForeignWrite, StoreDatabase } from '../queues/operations.ts'
import { UNHEARD, type StoreReport } from '../report.ts'
import { createAttempts } from './attempts.ts'
import { createLink, isConnectionLost, type Connection } from './connection.ts'
import { createSums, writeSums } from './counts.ts'
import { leap } from './leap.ts'
import type { Leases } from './leases.ts'
import { createNoticedElsewhere } from './noticed-elsewhere.ts'
import { createRowNumbers } from './numbers.ts'
import { migrate, versionsOf } from './schema.ts'
import { createTransaction } from './transaction.ts'
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

  const transaction = createTransaction({
    owner: leases && owner,
    numbers,
    sums,
    elsewhere,
    onLost: () => {
      isInterrupted = true
      interruptedMs = clock.elapsed()
    },
  })
  const attempt = createAttempts({
    transaction,
    link,
    numbers,
    report,
    onFenced: () => leases?.doubted(),
  })

  const batches = createBatches({
    send: (operations) => {
      void attempt(operations).then((answer) => {
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
      void writeSums(sums, open, true)
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
        if (link.isOpen()) await writeSums(sums, await link.ready(), true)
        await link.close()
      },
    }
  } catch (error) {
    await link.close()
    throw unopened(error)
  }
}

const refused = ({ message }: Failure): BotError =>
  new BotError('BOT_STORE_UNAVAILABLE', `the database could not store it: ${message}`, {
    retryable: true,
    remedy:
      'See that the PostgreSQL server of DATABASE_URL runs and takes writes. The bot then goes on by itself; run a failed command again.',
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
