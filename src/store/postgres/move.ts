import { hash } from 'node:crypto'
import { renameSync } from 'node:fs'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import type { Clock } from '../../base/clock.ts'
import { BotError } from '../../base/errors.ts'
import { isThere } from '../is-there.ts'
import { assertRestored, databaseIn, holdDataDir } from '../sqlite/data-dir.ts'
import { openDatabase } from '../sqlite/database.ts'
import { aloneInFolder, placeInFolder, tokenFileIn } from '../tokens/place.ts'
import { createLink, type Connection, type Query, type Row } from './connection.ts'
import { takeWhole } from './whole-lease.ts'
import { leftSince } from './finishing.ts'
import { migrate } from './schema.ts'
import { placeInRow } from './token-row.ts'

export interface Moved {
  /** Rows by table. */
  rows: Record<string, number>
  /** Page tokens. */
  tokens: number
  /** The new names of the files. */
  files: string[]
}

/** The tables, each with the columns that are added up to check the move. In SQLite a length is in characters. */
const TABLES = {
  page: ['no', 'length(id)'],
  // A bot that worked on the files again after a move was cut off may have changed a state and not its length.
  conversation: ['id', 'page', 'length(psid)', 'digest(state)', 'window_ends_ms'],
  seen: ['octet_length(key)', 'accepted_ms'],
  inbox: ['seq', 'conversation', 'accepted_ms', 'length(body)'],
  outbox: ['page', 'seq', 'conversation', 'accepted_ms', 'doubt_ms', 'length(body)'],
  sent: ['seq', 'conversation', 'length(message_id)', 'sent_ms', 'length(author)'],
  dead: [
    'seq',
    'page',
    'conversation',
    'accepted_ms',
    'died_ms',
    'length(reason)',
    'length(error)',
    'length(body)',
  ],
  answers: ['id', 'conversation', 'length(form)', 'length(url)', 'kept_ms', 'due_ms', 'length(body)'],
  statistic: ['start_ms', 'page', 'count', 'length(name)'],
  open_question: ['id', 'conversation', 'page', 'length(reply)', 'asked_ms'],
  record: ['version', 'length(kind)', 'length(id)', 'length(data)'],
  visitor_name: ['id', 'conversation', 'length(name)', 'length(folded)'],
} as const
type Table = keyof typeof TABLES

const PRIME = '1000003'
const ROWS_AT_ONCE = 2000
const AFTER = '.moved'

/**
 * Moves the data of a folder to a database on a server, with the bot stopped. Replies in doubt stay in doubt. A move that was cut off is
 * run again and skips the rows that are there. In the end the rows of both are counted and added up; only then are the files renamed, so
 * that no bot starts on them by mistake.
 *
 * @throws BotError `BOT_DATA_DIR_IN_USE`, `BOT_STORE_UNAVAILABLE`, `BOT_STORE_DAMAGED`, `BOT_TOKEN_KEY_WRONG`
 */
export const moveToServer = async (options: {
  dir: string
  url: string
  key: Buffer
  owner: string
  clock: Clock
  /** Called with the number of rows done in a table. */
  onProgress: (table: string, rows: number) => void
}): Promise<Moved> => {
  const { dir, url, key, owner, clock, onProgress } = options
  const file = databaseIn(dir)
  const both = [file, tokenFileIn(dir)]
  assertRestored(dir)
  if (!both.some(isThere)) throw nothingIn(dir, both)
  const held = holdDataDir(dir)
  // Ensures that no process works on the database, and that none begins to.
  const lease = await takeWhole({
    url,
    name: 'evergreen move',
    owner,
    host: 'npm run move-to-postgres',
    version: '',
    clock,
    log: { info: (about, text) => onProgress(`${text}: ${(about as { keeper: string }).keeper}`, 0) },
  }).catch((error: unknown) => {
    held.release()
    throw error
  })
  const link = createLink({ url, name: 'evergreen move', statementMs: 60_000 }, migrate)
  try {
    const connection = await link.ready()
    const rows = isThere(file) ? await moveDatabase(file, connection, onProgress) : {}
    // A token that a command saves between the copy and the renaming would stay behind.
    return await aloneInFolder(dir, async () => {
      const tokens = await moveTokens(dir, url, key)
      const files = both.filter(isThere)
      for (const path of files) renameSync(path, `${path}${AFTER}`)
      return { rows, tokens, files: files.map((path) => `${path}${AFTER}`) }
    })
  } finally {
    await link.close()
    await lease.release()
    held.release()
  }
}

const nothingIn = (dir: string, files: readonly string[]): BotError => {
  const moved = files.map((path) => path + AFTER).filter(isThere)
  return moved.length > 0
    ? new BotError(
        'BOT_STORE_UNAVAILABLE',
        `Everything in ${dir} was moved before: ${moved.join(' and ')}.`,
        {
          remedy: 'Start the bot. To move it again, into another database, give the files their names back.',
        },
      )
    : new BotError('BOT_STORE_UNAVAILABLE', `There is nothing to move in ${dir}.`, {
        remedy: 'Check DATA_DIR; with DATABASE_URL set, the bot begins with an empty database.',
      })
}

const moveDatabase = async (
  file: string,
  connection: Connection,
  onProgress: (table: string, rows: number) => void,
): Promise<Record<string, number>> => {
  // Opening migrates the tables and applies the log.
  const opened = openDatabase(file)
  opened.doubtCopied()
  opened.close()
  const db = new DatabaseSync(file, { readOnly: true })
  // SQLite's own function stops at a zero byte.
  db.function('length', { deterministic: true }, lengthOf)
  db.function('digest', { deterministic: true }, digestOf)
  try {
    await takeName(db, connection)
    const rows: Record<string, number> = {}
    for (const table of Object.keys(TABLES) as Table[]) {
      rows[table] = await copy(db, connection, table, (count) => onProgress(table, count))
    }
    await copyRest(db, connection)
    for (const table of Object.keys(TABLES) as Table[]) await compare(db, connection, table)
    return rows
  } finally {
    db.close()
  }
}

/** In characters, as PostgreSQL counts them. */
const lengthOf = (value: SQLOutputValue): number | null =>
  typeof value === 'string' ? value.length - (value.match(/[\u{10000}-\u{10ffff}]/gu)?.length ?? 0) : null

/** As {@link DIGEST} computes it. */
const digestOf = (value: SQLOutputValue): number | null =>
  typeof value === 'string' ? Number.parseInt(hash('sha256', String(toJson(value))).slice(0, 7), 16) : null

// No md5, which a server in FIPS mode refuses.
const DIGEST = `('x' || left(encode(sha256(convert_to($1, 'UTF8')), 'hex'), 7))::bit(28)::int`

/** Moves the database's name, because the ids of replies begin with it. A database with another name is in use. */
const takeName = async (db: DatabaseSync, connection: Connection): Promise<void> => {
  const instance = String(db.prepare(`select value from meta where name = 'instance'`).get()?.['value'])
  const [[found] = [], [used] = []] = await connection.query([
    { text: `select value from evergreen.meta where name = 'instance'` },
    {
      text: 'select exists (select from evergreen.conversation) or exists (select from evergreen.seen) as yes',
    },
  ])
  if (used?.['yes'] === true && found?.['value'] !== instance) {
    throw new BotError('BOT_STORE_UNAVAILABLE', 'The database of DATABASE_URL is not empty.', {
      remedy: 'Name another one, or drop its schema evergreen if it is not needed.',
    })
  }
  await connection.query([
    {
      text: `insert into evergreen.meta (name, value) values ('instance', $1)
             on conflict (name) do update set value = excluded.value`,
      values: [instance],
    },
  ])
}

const copy = async (
  db: DatabaseSync,
  connection: Connection,
  table: Table,
  onProgress: (rows: number) => void,
): Promise<number> => {
  let moved = 0
  let rows: Row[] = []
  const flush = async (): Promise<void> => {
    if (rows.length === 0) return
    await connection.query([
      {
        text: `insert into evergreen.${table} overriding system value
               select * from json_populate_recordset(null::evergreen.${table}, $1) on conflict do nothing`,
        values: [JSON.stringify(rows)],
      },
    ])
    moved += rows.length
    rows = []
    onProgress(moved)
  }
  for (const row of db.prepare(`select * from ${table}`).iterate()) {
    rows.push(toRow(table, row))
    if (rows.length === ROWS_AT_ONCE) await flush()
  }
  await flush()
  return moved
}

const toRow = (table: Table, row: Row): Row => {
  const values = Object.entries(row).map(([name, value]) => [name, toJson(value)])
  return {
    ...(Object.fromEntries(values) as Row),
    ...(table === 'conversation' && { left_since: leftSince(row['state'] as string | null) }),
    ...(table === 'record' && { until: momentOf(row['until_ms']) }),
  }
}

const momentOf = (ms: unknown): string | null => (typeof ms === 'number' ? new Date(ms).toISOString() : null)

const toJson = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`
  return typeof value === 'string' ? value.replaceAll('\0', '\uFFFD') : value
}

/** Copies notes, and the numbers from which new ones are given. */
const copyRest = async (db: DatabaseSync, connection: Connection): Promise<void> => {
  const notes = db.prepare(`select name, value from meta where name like 'note:%'`).all()
  const seq = Number(db.prepare(`select value from meta where name = 'seq'`).get()?.['value'] ?? 1)
  const given = db.prepare('select name, seq from sqlite_sequence').all() as { name: string; seq: number }[]
  const lastOf = (table: string): number => given.find(({ name }) => name === table)?.seq ?? 0
  const last = (table: string, column: string, least: number): Query => ({
    text: `select setval(pg_get_serial_sequence('evergreen.${table}', '${column}'),
             greatest($1::bigint, (select max(${column}) from evergreen.${table}), 1))`,
    values: [least],
  })
  await connection.query([
    {
      text: `insert into evergreen.meta (name, value) select * from unnest($1::text[], $2::text[])
             on conflict (name) do update set value = excluded.value`,
      values: [notes.map(({ name }) => name), notes.map(({ value }) => value)],
    },
    { text: `select setval('evergreen.seq', $1::bigint)`, values: [Math.max(seq, 1)] },
    last('page', 'no', 0),
    last('answers', 'id', lastOf('answers')),
    last('open_question', 'id', lastOf('open_question')),
    last('visitor_name', 'id', lastOf('visitor_name')),
  ])
}

const compare = async (db: DatabaseSync, connection: Connection, table: Table): Promise<void> => {
  // Sums of remainders, because the sum of all times of a large table exceeds 64 bits.
  const sums = TABLES[table]
    .map((column, index) => `coalesce(sum(${column} % ${PRIME}), 0) as s${index}`)
    .join(', ')
  const summing = db.prepare(`select count(*) as n, ${sums} from ${table}`)
  summing.setReadBigInts(true)
  const here = summing.get() ?? {}
  const [[there = {}] = []] = await connection.query([
    {
      text: `select count(*) as n, ${sums.replaceAll(/digest\((\w+)\)/g, DIGEST)} from evergreen.${table}`,
    },
  ])
  for (const [name, value] of Object.entries(here)) {
    if (BigInt(String(value)) === BigInt(String(there[name]))) continue
    throw new BotError('BOT_STORE_UNAVAILABLE', `The table ${table} has not arrived as it was.`, {
      remedy:
        'Nothing was changed in DATA_DIR. Empty the database (drop schema evergreen cascade), and run this again.',
    })
  }
}

const moveTokens = async (dir: string, url: string, key: Buffer): Promise<number> => {
  if (!isThere(tokenFileIn(dir))) return 0
  const from = placeInFolder(dir, key)
  const to = placeInRow(url, key)
  try {
    return await to.alone(async () => {
      const [data, there] = [await from.adapter.read(), await to.adapter.read()]
      // From a move that was cut off, or a token that was already made for the new place.
      if (data !== null && (there === null || there.pages.length === 0)) await to.adapter.write(data)
      return data?.pages.length ?? 0
    })
  } finally {
    await Promise.all([from.close(), to.close()])
  }
}
