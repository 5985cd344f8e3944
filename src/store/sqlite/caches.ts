import { createBoundedMap } from '../../base/bounded-map.ts'
import type { ConversationRow } from '../queues/rows.ts'
import type { LazyDatabase } from './lazy-database.ts'

const SEQ_BLOCK = 100_000
const CACHED_CONVERSATIONS = 10_000

/** Sequence numbers never repeat, over restarts too: blocks of them are reserved in the database. */
export const sequence = (db: LazyDatabase) => {
  const reserve = db.prepare(
    `insert into meta (name, value) values ('seq', ?) on conflict (name) do update set value = value + ? returning value`,
  )
  let next = 0
  let end = 0
  return {
    next: (): number => {
      if (next === end) {
        end = (reserve.get(SEQ_BLOCK, SEQ_BLOCK) as { value: number }).value
        next = end - SEQ_BLOCK
      }
      return ++next
    },
    clear: (): void => {
      next = end
    },
  }
}

export const pageNumbers = (db: LazyDatabase) => {
  const find = db.prepare('select no from page where id = ?')
  const add = db.prepare('insert into page (id) values (?)')
  const known = new Map<string, number>()
  return {
    numberOf: (id: string): number => {
      const cached = known.get(id)
      if (cached !== undefined) return cached
      const row = find.get(id) as { no: number } | undefined
      const no = row?.no ?? Number(add.run(id).lastInsertRowid)
      known.set(id, no)
      return no
    },
    clear: (): void => known.clear(),
  }
}

/** Detects commits of other connections by SQLite's counter, which our own commits do not change. */
export const createForeignWrites = (db: LazyDatabase) => {
  const read = db.prepare('pragma data_version')
  const version = (): number => (read.get() as { data_version: number }).data_version
  // Each user has its own mark: a change reported to the store is not yet gone from the caches.
  const mark = () => {
    let seen = version()
    return (): boolean => {
      const before = seen
      seen = version()
      return seen !== before
    }
  }
  return {
    /** Whether there were any since the last call, for the caches. */
    areNew: mark(),
    /** Whether there were any since the last call, for listeners. */
    happened: mark(),
  }
}

/** Caches the conversations that were written to last. */
export const createConversations = (db: LazyDatabase, next: () => number) => {
  const find = db.prepare(
    'select id as conversation, state, window_ends_ms as windowEndsMs from conversation where page = ? and psid = ?',
  )
  const insert = db.prepare('insert into conversation (id, page, psid) values (?, ?, ?)')
  const setWindow = db.prepare('update conversation set window_ends_ms = ? where id = ?')
  const setState = db.prepare('update conversation set state = ? where id = ?')
  const byId = new Map<number, ConversationRow>()
  const byKey = createBoundedMap<string, ConversationRow>(CACHED_CONVERSATIONS, ({ conversation }) =>
    byId.delete(conversation),
  )

  const add = (page: number, psid: string): ConversationRow => {
    // Not SQLite's rowid: a rowid is reused after a visitor was forgotten, and a claim may still hold the old one.
    const conversation = next()
    insert.run(conversation, page, psid)
    return { conversation, state: null, windowEndsMs: null }
  }

  return {
    /** @param isAdded - whether an unknown one is added */
    of: (page: number, psid: string, isAdded: boolean): ConversationRow | null => {
      const key = `${page}:${psid}`
      const cached = byKey.get(key)
      if (cached !== undefined) return cached
      const found = find.get(page, psid) as ConversationRow | undefined
      if (found === undefined && !isAdded) return null
      // node:sqlite rows have no prototype; a plain object is cheaper to copy and to send.
      const row = { ...(found ?? add(page, psid)) }
      byKey.set(key, row)
      byId.set(row.conversation, row)
      return row
    },
    setWindow: (row: ConversationRow, endsMs: number): void => {
      row.windowEndsMs = endsMs
      setWindow.run(endsMs, row.conversation)
    },
    setState: (conversation: number, state: string | null): void => {
      setState.run(state, conversation)
      const cached = byId.get(conversation)
      if (cached !== undefined) cached.state = state
    },
    clear: (): void => {
      byKey.clear()
      byId.clear()
    },
  }
}
