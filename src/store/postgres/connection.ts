import type { Duplex } from 'node:stream'
import type { Client, ClientConfig, QueryResult } from 'pg'
import { codeOf } from '../../base/error-code.ts'
import { BotError } from '../../base/errors.ts'
import type { ServerAddress } from '../../base/server-address.ts'
import { reachedBy } from './address.ts'
import { assertOwnSession, isPooled } from './pooler.ts'

/** One statement with its values. */
export interface Query {
  text: string
  values?: readonly unknown[]
}

export type Row = Record<string, unknown>

/** One connection to the server, always in a known state: after a network error it is closed for good. */
export interface Connection {
  /** Returns the rows of each query, in order. They are sent together; without `begin` each is a transaction of its own. */
  query: (queries: readonly Query[]) => Promise<Row[][]>
  onNotification: (listener: (payload: string) => void) => void
  /** Whether queries can be sent. */
  isOpen: () => boolean
  /** Resolves when either side has closed it. */
  closed: Promise<void>
  close: () => Promise<void>
}

export interface ConnectionOptions {
  /** A text where a changed password does not matter, such as in a command. */
  url: string | ServerAddress
  /** Name in `pg_stat_activity`. */
  name: string
  /** Time limit of one statement. */
  statementMs?: number
}

const CONNECT_MS = 5000
const STATEMENT_MS = 5000
const LOCK_MS = 2000
const IDLE_IN_TRANSACTION_MS = 5000
const KEEP_ALIVE_MS = 5000
/** Time beyond the server's own limit after which no answer is expected any more. */
const GRACE_MS = 3000
const INT8 = 20

/**
 * @throws Error of `pg` or of the network; 25006 where the server takes no writes
 * @throws BotError `BOT_STORE_UNAVAILABLE` behind a pooler in transaction mode, and for another encoding than UTF8
 */
const connect = async ({ url, name, statementMs = STATEMENT_MS }: ConnectionOptions): Promise<Connection> => {
  // Loaded only with a DATABASE_URL.
  const { default: pg } = await import('pg')
  const config = {
    ...reachedBy(typeof url === 'string' ? url : url.current()),
    application_name: name,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: statementMs + GRACE_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    pipeline: true,
    types: {
      // Sequence numbers and milliseconds stay far below 2^53.
      getTypeParser: ((oid: number, format?: 'text') =>
        oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  } as ClientConfig
  const client = new pg.Client(config)
  let isOpen = true
  const shut = (): void => {
    if (isOpen) end(client)
    isOpen = false
  }
  const closed = new Promise<void>((resolve) => client.once('end', () => resolve()))
  // All queries in progress are rejected with it.
  client.on('error', shut)
  try {
    await client.connect()
    const settings = { ...SETTINGS, statement_timeout: String(statementMs) }
    const { rows } = await client.query<{ pid: number; takesWrites: boolean; encoding: string }>(SESSION, [
      Object.keys(settings),
      Object.values(settings),
    ])
    if (rows[0]?.takesWrites === false) throw readOnly()
    if (rows[0]?.encoding !== 'UTF8') throw encoded(rows[0]?.encoding)
    if (isPooled(client, rows[0]?.pid ?? 0)) {
      await assertOwnSession(client, async () => {
        const other = new pg.Client(config)
        other.on('error', () => undefined)
        await other.connect()
        return other
      })
    }
  } catch (error) {
    shut()
    throw error
  }
  return {
    isOpen: () => isOpen,
    query: async (queries) => {
      const stream = streamOf(client)
      // One write for all queries: each would be a system call here and another one at the server.
      stream.cork()
      const asked = queries.map(({ text, values }) =>
        // A statement with values is planned once for each connection: planning costs more than executing.
        client.query(
          values === undefined ? { text } : { name: nameOf(text), text, values: values.map(toValue) },
        ),
      )
      stream.uncork()
      const answers = await Promise.allSettled(asked)
      const results: Row[][] = []
      for (const answer of answers) {
        if (answer.status === 'fulfilled') results.push((answer.value as QueryResult<Row>).rows)
        // The first error is the cause; the later ones only say that the transaction is aborted.
        else {
          if (isConnectionLost(answer.reason)) shut()
          throw answer.reason
        }
      }
      return results
    },
    onNotification: (listener) => {
      client.on('notification', ({ payload = '' }) => listener(payload))
    },
    closed,
    close: async () => {
      shut()
      await closed
    },
  }
}

/** Settings that a user, a database or a server may have changed, and that the bot's statements depend on. */
const SETTINGS = {
  lock_timeout: String(LOCK_MS),
  idle_in_transaction_session_timeout: String(IDLE_IN_TRANSACTION_MS),
  // A listening connection is idle between two beats; the statements of a transaction are sent together.
  idle_session_timeout: '0',
  transaction_timeout: '0',
  // At another isolation level a row changed by another transaction ends this one instead of being read again.
  default_transaction_isolation: 'read committed',
  // Off would change the meaning of a backslash in a text, and of NULL in a list.
  standard_conforming_strings: 'on',
  array_nulls: 'on',
}

/** Set by a statement, because a pooler refuses settings at the start of a connection. Servers before PostgreSQL 17 lack some of them. */
const SESSION = `
select count(set_config(s.name, s.value, false)), pg_backend_pid() as pid,
  current_setting('transaction_read_only') = 'off' as "takesWrites", current_setting('server_encoding') as encoding
from unnest($1::text[], $2::text[]) as s (name, value) where current_setting(s.name, true) is not null`

/** A connection that is opened at its first use, and again when it broke. */
export interface Link {
  /** @throws as {@link connect} */
  ready: () => Promise<Connection>
  isOpen: () => boolean
  close: () => Promise<void>
}

/** @param onOpen - prepares a new connection before it is used */
export const createLink = (
  options: ConnectionOptions,
  onOpen: (connection: Connection) => Promise<unknown> = () => Promise.resolve(),
): Link => {
  let current: Connection | null = null
  let opening: Promise<Connection> | null = null
  let isOver = false

  const open = async (): Promise<Connection> => {
    const opened = await connect(options).catch((error: unknown) => {
      const { url } = options
      if (typeof url !== 'string' && WRONG_PASSWORD.has(codeOf(error) ?? '')) url.refused()
      throw error
    })
    try {
      await onOpen(opened)
      if (isOver) throw new Error('the connection is closed')
    } catch (error) {
      await opened.close()
      throw error
    }
    return (current = opened)
  }

  return {
    ready: async () => {
      if (current?.isOpen() === true) return current
      if (isOver) throw new Error('the connection is closed')
      opening ??= open().finally(() => (opening = null))
      return opening
    },
    isOpen: () => current?.isOpen() === true,
    close: async () => {
      isOver = true
      await opening?.catch(() => undefined)
      await current?.close()
    },
  }
}

/** Calls the listener from the second call on: for a connection that is opened again. */
export const fromSecondOn = (listener: () => void): (() => void) => {
  let isFirst = true
  return () => {
    if (!isFirst) listener()
    isFirst = false
  }
}

/** Whether the connection is lost, so that the outcome of its last transaction is unknown. */
export const isConnectionLost = (error: unknown): boolean => {
  const code = codeOf(error)
  // A network error has a code, too. A SQLSTATE has five characters; an error of `pg` itself has no code.
  if (code === null || !/^[0-9A-Z]{5}$/.test(code)) return true
  return code.startsWith('08') || code.startsWith('57P') || code === READ_ONLY || MISPLANNED.has(code)
}

/**
 * SQLSTATEs of a planned statement that no longer fits: the type of a column was changed, or the plan is gone. The next connection plans
 * it again.
 */
const MISPLANNED: ReadonlySet<string> = new Set(['0A000', '26000'])

/** SQLSTATEs of a server that refuses the user, or the password. The last one is PgBouncer's, which has it for other refusals, too. */
const WRONG_PASSWORD: ReadonlySet<string> = new Set(['28000', '28P01', '08P01'])

/** SQLSTATE of a server, or a user, without the right to write. */
export const READ_ONLY = '25006'

const readOnly = (): Error =>
  Object.assign(new Error('the server takes no writes: it is a standby, or read-only'), { code: READ_ONLY })

/** Any other encoding refuses characters that it lacks, such as emoji, or counts bytes instead of characters. */
const encoded = (encoding = 'unknown'): BotError =>
  new BotError('BOT_STORE_UNAVAILABLE', `the database has the encoding ${encoding}, and has to have UTF8`, {
    remedy:
      "Make one that has it: create database NAME encoding 'UTF8' template template0, and name it in DATABASE_URL. What a bot has in the old one comes along by: pg_dump --schema=evergreen OLD | psql NAME",
  })

/** A connection that does not answer would not answer the farewell either, so it is destroyed. */
const end = (client: Client): void => {
  void client.end().catch(() => undefined)
  streamOf(client).destroy()
}

const streamOf = (client: Client): Duplex =>
  (client as Client & { connection: { stream: Duplex } }).connection.stream

/**
 * The name of a prepared statement, equal for the same text. There are about a hundred: most are constants, the others differ by the
 * parts that they need.
 */
const nameOf = (text: string): string => {
  const known = NAMES.get(text)
  if (known !== undefined) return known
  const name = `e${NAMES.size}`
  NAMES.set(text, name)
  return name
}

const NAMES = new Map<string, string>()

const toValue = (value: unknown): unknown => {
  if (typeof value === 'string') return asStored(value)
  if (Array.isArray(value)) return value.map(toValue)
  return value
}

/** The text as PostgreSQL returns it: it stores no zero byte, and UTF-8 no half of a surrogate pair. */
export const asStored = (text: string): string =>
  (text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text).toWellFormed()
