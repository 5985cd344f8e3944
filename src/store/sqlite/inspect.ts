import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { isThere } from '../is-there.ts'
import { isDamage, sqliteCode } from './database.ts'
import { NEWEST_VERSION } from './schema.ts'

/** Result of a check of the database from outside. */
export type DatabaseFindings =
  | { status: 'absent' }
  | { status: 'damaged' | 'unreadable'; why: string }
  | { status: 'newer'; version: number; known: number }
  | {
      status: 'sound'
      bytes: number
      /** Whether the whole file was checked, or only the queues. */
      whole: boolean
      /** Events not yet handled. */
      inbox: Backlog
      /** Replies not yet sent. */
      outbox: Backlog
      dead: number
    }

export interface Backlog {
  count: number
  /** When the webhook accepted the oldest, ms since the epoch; null for none. */
  oldestMs: number | null
}

// The largest file that is checked as a whole, in some seconds; a larger one is checked by its daily use.
const LARGEST_WHOLE_CHECK = 256 * 1024 * 1024
const QUEUES = ['meta', 'page', 'inbox', 'outbox']

/**
 * Checks the database without changing it, while the bot runs or not. Blocks while it reads.
 *
 * @param inUse - whether a process has it open: then its log must be read, too
 */
export const inspectDatabase = (file: string, inUse: boolean): DatabaseFindings => {
  if (!isThere(file)) return { status: 'absent' }
  let db: DatabaseSync | undefined
  try {
    db = open(file, inUse)
    const version = Number(db.prepare('pragma user_version').get()?.['user_version'])
    if (version > NEWEST_VERSION) return { status: 'newer', version, known: NEWEST_VERSION }
    const bytes = statSync(file).size
    const whole = bytes <= LARGEST_WHOLE_CHECK
    const damage = findDamage(db, whole ? [null] : QUEUES)
    if (damage !== null) return { status: 'damaged', why: damage }
    const dead = Number(db.prepare('select count(*) as n from dead').get()?.['n'])
    return {
      status: 'sound',
      bytes,
      whole,
      inbox: backlogOf(db, 'inbox'),
      outbox: backlogOf(db, 'outbox'),
      dead,
    }
  } catch (error) {
    if (sqliteCode(error) === null) throw error
    const why = error instanceof Error ? error.message : String(error)
    return { status: isDamage(error) ? 'damaged' : 'unreadable', why }
  } finally {
    db?.close()
  }
}

/**
 * The notes whose names have this prefix (`Store.remember`), by name; none where the database cannot be read.
 *
 * @param inUse - as for {@link inspectDatabase}
 */
export const readNotes = (file: string, inUse: boolean, prefix: string): Map<string, string> => {
  if (!isThere(file)) return new Map()
  let db: DatabaseSync | undefined
  try {
    db = open(file, inUse)
    const rows = db
      .prepare(`select name, value from meta where substr(name, 1, length(?1)) = ?1`)
      .all(`note:${prefix}`) as { name: string; value: string }[]
    return new Map(rows.map(({ name, value }) => [name.slice('note:'.length), value]))
  } catch (error) {
    if (sqliteCode(error) === null) throw error
    return new Map()
  } finally {
    db?.close()
  }
}

const open = (file: string, inUse: boolean): DatabaseSync => {
  // Without a writer and a write-ahead log, `immutable` reads the file without creating a log beside it.
  if (inUse || isThere(`${file}-wal`)) return new DatabaseSync(file, { readOnly: true, timeout: 2000 })
  const url = pathToFileURL(file)
  url.searchParams.set('immutable', '1')
  return new DatabaseSync(url, { readOnly: true })
}

const findDamage = (db: DatabaseSync, tables: readonly (string | null)[]): string | null => {
  for (const table of tables) {
    const row = db.prepare(table === null ? 'pragma quick_check(1)' : `pragma quick_check(${table})`).get()
    const verdict = String(row?.['quick_check'])
    if (verdict !== 'ok') return verdict
  }
  return null
}

const backlogOf = (db: DatabaseSync, queue: 'inbox' | 'outbox'): Backlog => {
  const row = db.prepare(`select count(*) as n, min(accepted_ms) as oldest from ${queue}`).get()
  const oldest = row?.['oldest']
  return { count: Number(row?.['n']), oldestMs: typeof oldest === 'number' ? oldest : null }
}
