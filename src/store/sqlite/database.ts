import { hash, randomBytes } from 'node:crypto'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { NewEvent } from '../store.ts'
import type {
  AcceptedRow,
  ConversationRow,
  InboxRow,
  Loaded,
  Operation,
  OutboxRow,
  Results,
} from './protocol.ts'
import { deadLetterOperations } from './dead-letters.ts'
import { historyOperations } from './history.ts'
import { migrate } from './schema.ts'

export interface Database {
  /** Names this database among all others, for ever; part of every reply's id. */
  instance: string
  /** Pages that have replies waiting. */
  pagesWaiting: () => string[]
  /** Whether another process has written since this was last asked. */
  changedElsewhere: () => boolean
  /** Carries out all operations in one durable transaction. @throws the SQLite error, with nothing of it kept */
  commit: (operations: readonly Operation[]) => unknown[]
  close: () => void
}

const WINDOW_MS = 24 * 60 * 60 * 1000
// A window end this much later is not worth a write; the stored one is then early, which is the safe side.
const WINDOW_GRAIN_MS = 60 * 1000
const SEQ_BLOCK = 100_000
const CACHED_CONVERSATIONS = 10_000

/**
 * Opens the database file, creating it when absent.
 *
 * @throws the SQLite error; see {@link isDamage} for telling a damaged file from an unreachable one
 */
export const openDatabase = (file: string): Database => {
  const db = new DatabaseSync(file)
  try {
    db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 5000;')
    db.exec('pragma cache_size = -65536; pragma temp_store = memory; pragma wal_autocheckpoint = 4000;')
    migrate(db)
    assertSound(db)
  } catch (error) {
    db.close()
    throw error
  }
  const statements = prepare(db)
  const instance = instanceOf(db)
  const seqs = sequence(db)
  const pages = pageNumbers(db)
  const conversations = conversationCache()
  const foreignWrites = createForeignWrites(db)

  const conversationOf = (page: number, psid: string): CachedConversation => {
    const key = `${page}:${psid}`
    const cached = conversations.get(key)
    if (cached !== undefined) return cached
    const row = statements.findConversation.get(page, psid) as ConversationRow | undefined
    const fresh = row ?? {
      conversation: Number(statements.addConversation.run(page, psid).lastInsertRowid),
      state: null,
      windowEndsMs: null,
    }
    return conversations.add(key, fresh)
  }

  const openWindow = (conversation: CachedConversation, timestampMs: number, nowMs: number): void => {
    // A clock ahead of ours must not give us a longer window than Facebook does.
    const endsMs = Math.min(timestampMs, nowMs) + WINDOW_MS
    if (endsMs <= (conversation.windowEndsMs ?? 0) + WINDOW_GRAIN_MS) return
    conversation.windowEndsMs = endsMs
    statements.setWindow.run(endsMs, conversation.conversation)
  }

  const accept = (event: NewEvent, nowMs: number): AcceptedRow | null => {
    const aliases = event.aliases?.map((key) => digest(event.pageId, key)) ?? []
    if (aliases.some((key) => statements.findSeen.get(key) !== undefined)) return null
    if (statements.addSeen.run(digest(event.pageId, event.key), nowMs).changes === 0) return null
    for (const key of aliases) statements.addSeen.run(key, nowMs)
    const conversation = conversationOf(pages.numberOf(event.pageId), event.psid ?? '')
    if (event.opensWindow) openWindow(conversation, event.timestampMs, nowMs)
    const seq = seqs.next()
    statements.addInbox.run(conversation.conversation, seq, nowMs, event.body)
    return { ...conversation, seq }
  }

  const carryOut: { [K in Operation['op']]: (operation: Extract<Operation, { op: K }>) => Results[K] } = {
    accept: ({ events, nowMs }) => events.map((event) => accept(event, nowMs)),

    finish_event: (o) => {
      statements.dropInbox.run(o.seq)
      const page = pages.numberOf(o.page)
      for (const { seq, messageId } of o.confirmed) {
        const dropped = statements.dropOutbox.run(page, o.conversation, seq)
        if (dropped.changes > 0) statements.addSent.run(o.conversation, seq, messageId, o.nowMs)
      }
      if (o.state !== undefined) {
        statements.setState.run(o.state, o.conversation)
        conversations.setState(o.conversation, o.state)
      }
      return o.replies.map((body) => {
        const seq = seqs.next()
        statements.addOutbox.run(page, o.conversation, seq, o.acceptedMs, o.doubtMs, body)
        return seq
      })
    },

    load_inbox: ({ after, limit, except }) => {
      const rows = statements.readInbox.all(after, JSON.stringify(except), limit) as unknown as InboxRow[]
      return { rows, end: rows.length < limit }
    },

    load_outbox: ({ page, after, limit, except, nowMs }) => {
      const number = pages.numberOf(page)
      const loaded = readPast(
        after,
        limit,
        except,
        (from, count) => statements.readOutbox.all(number, from, count) as unknown as OutboxRow[],
      )
      for (const row of loaded.rows) {
        if (row.doubtMs === null) statements.setDoubt.run(nowMs, number, row.conversation, row.seq)
      }
      return loaded
    },

    sent: (o) => {
      const dropped = statements.dropOutbox.run(pages.numberOf(o.page), o.conversation, o.seq)
      if (dropped.changes > 0) statements.addSent.run(o.conversation, o.seq, o.messageId, o.nowMs)
      return null
    },

    dead: (o) => {
      const page = pages.numberOf(o.page)
      const error = o.error === null ? null : JSON.stringify(o.error)
      statements.addDead.run(o.nowMs, o.reason, error, page, o.conversation, o.seq)
      statements.dropOutbox.run(page, o.conversation, o.seq)
      return null
    },

    hand_back: ({ page, conversation, seqs: handedBack }) => {
      const number = pages.numberOf(page)
      for (const seq of handedBack) statements.setDoubt.run(null, number, conversation, seq)
      return null
    },

    sent_ids: ({ page, psid }) =>
      (statements.readSent.all(page, psid) as { message_id: string }[]).map(({ message_id }) => message_id),

    counts: () => ({
      ...(statements.countInbox.get() as { inbox: number; inboxOldestMs: number | null }),
      outbox: statements.countOutbox.all() as { page: string; count: number; oldestMs: number }[],
      dead: (statements.countDead.get() as { n: number }).n,
    }),

    probe: ({ nowMs }) => {
      statements.setMeta.run('probed_ms', nowMs)
      return null
    },

    ...deadLetterOperations(db),
    ...historyOperations(db),
  }

  return {
    instance,
    pagesWaiting: () => (statements.pagesWaiting.all() as { id: string }[]).map(({ id }) => id),
    changedElsewhere: foreignWrites.happened,
    commit: (operations) => {
      db.exec('begin immediate')
      try {
        const results = operations.map((operation) => carryOut[operation.op](operation as never))
        db.exec('commit')
        return results
      } catch (error) {
        // What the caches learned in this transaction did not happen.
        conversations.clear()
        pages.clear()
        seqs.clear()
        rollBack(db)
        throw error
      }
    },
    close: () => db.close(),
  }
}

/** Whether SQLite says that the file itself is broken (SQLITE_CORRUPT, SQLITE_NOTADB). */
export const isDamage = (error: unknown): boolean => {
  const code = sqliteCode(error)
  return code !== null && [11, 26].includes(code & 0xff)
}

export const sqliteCode = (error: unknown): number | null =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : null

type CachedConversation = ConversationRow

// Sixteen bytes instead of a mid of a hundred: the index on them is what acceptance costs most.
const digest = (pageId: string, key: string): Buffer =>
  hash('sha256', `${pageId}\0${key}`, 'buffer').subarray(0, 16)

const prepare = (db: DatabaseSync) => {
  const sql = (text: string): StatementSync => db.prepare(text)
  return {
    addSeen: sql('insert into seen (key, accepted_ms) values (?, ?) on conflict do nothing'),
    findSeen: sql('select 1 from seen where key = ?'),
    findConversation: sql(
      `select id as conversation, state, window_ends_ms as windowEndsMs from conversation where page = ? and psid = ?`,
    ),
    addConversation: sql('insert into conversation (page, psid) values (?, ?)'),
    setWindow: sql('update conversation set window_ends_ms = ? where id = ?'),
    setState: sql('update conversation set state = ? where id = ?'),
    addInbox: sql('insert into inbox (conversation, seq, accepted_ms, body) values (?, ?, ?, ?)'),
    dropInbox: sql('delete from inbox where seq = ?'),
    readInbox: sql(
      `select i.conversation, c.state, c.window_ends_ms as windowEndsMs, p.id as page, c.psid, i.seq,
         i.accepted_ms as acceptedMs, i.body
       from inbox i join conversation c on c.id = i.conversation join page p on p.no = c.page
       where i.seq > ? and i.conversation not in (select value from json_each(?)) order by i.seq limit ?`,
    ),
    addOutbox: sql(
      `insert into outbox (page, conversation, seq, accepted_ms, doubt_ms, body) values (?, ?, ?, ?, ?, ?)`,
    ),
    dropOutbox: sql('delete from outbox where page = ? and conversation = ? and seq = ?'),
    setDoubt: sql('update outbox set doubt_ms = ? where page = ? and conversation = ? and seq = ?'),
    readOutbox: sql(
      `select o.conversation, c.state, c.window_ends_ms as windowEndsMs, c.psid, o.seq,
         o.accepted_ms as acceptedMs, o.doubt_ms as doubtMs, o.body
       from outbox o join conversation c on c.id = o.conversation
       where o.page = ? and o.conversation > ? order by o.conversation, o.seq limit ?`,
    ),
    addSent: sql(
      'insert into sent (conversation, seq, message_id, sent_ms) values (?, ?, ?, ?) on conflict do nothing',
    ),
    addDead: sql(
      `insert into dead (seq, page, conversation, accepted_ms, died_ms, reason, error, body)
       select seq, page, conversation, accepted_ms, ?, ?, ?, body from outbox
       where page = ? and conversation = ? and seq = ?`,
    ),
    pagesWaiting: sql('select id from page where exists (select 1 from outbox where outbox.page = page.no)'),
    countInbox: sql('select count(*) as inbox, min(accepted_ms) as inboxOldestMs from inbox'),
    countOutbox: sql(
      `select p.id as page, count(*) as count, min(o.accepted_ms) as oldestMs
       from outbox o join page p on p.no = o.page group by o.page`,
    ),
    countDead: sql('select count(*) as n from dead'),
    readSent: sql(
      `select message_id from sent where message_id is not null and conversation =
         (select c.id from conversation c join page p on p.no = c.page where p.id = ? and c.psid = ?)`,
    ),
    setMeta: sql(
      'insert into meta (name, value) values (?, ?) on conflict (name) do update set value = excluded.value',
    ),
  }
}

/**
 * Up to `limit` rows of the conversations after `after`, leaving out `except` by seeking past it, so that a long queue of
 * one held conversation costs nothing.
 */
const readPast = <Row extends { conversation: number }>(
  after: number,
  limit: number,
  except: readonly number[],
  read: (after: number, limit: number) => Row[],
): Loaded<Row> => {
  const excluded = new Set(except)
  const rows: Row[] = []
  let from = after
  for (;;) {
    const wanted = limit - rows.length
    const found = read(from, wanted)
    const stop = found.find((row) => excluded.has(row.conversation))
    rows.push(...(stop === undefined ? found : found.slice(0, found.indexOf(stop))))
    if (stop === undefined) return { rows, end: found.length < wanted }
    from = stop.conversation
  }
}

// The two queues are small and hold what must not be lost; the whole file may be large and is checked by its use.
const assertSound = (db: DatabaseSync): void => {
  for (const table of ['meta', 'page', 'inbox', 'outbox']) {
    const row = db.prepare(`pragma quick_check(${table})`).get() as { quick_check: string }
    if (row.quick_check !== 'ok') {
      throw Object.assign(new Error(`table ${table}: ${row.quick_check}`), { errcode: 11 })
    }
  }
}

const instanceOf = (db: DatabaseSync): string => {
  db.prepare('insert into meta (name, value) values (?, ?) on conflict do nothing').run(
    'instance',
    randomBytes(6).toString('base64url'),
  )
  return (db.prepare('select value from meta where name = ?').get('instance') as { value: string }).value
}

/** Sequence numbers rise for ever, over restarts too: blocks of them are reserved in the database. */
const sequence = (db: DatabaseSync) => {
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

const pageNumbers = (db: DatabaseSync) => {
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

/** SQLite counts the commits of other connections; our own leave the number as it is. */
const createForeignWrites = (db: DatabaseSync) => {
  const read = db.prepare('pragma data_version')
  const version = (): number => (read.get() as { data_version: number }).data_version
  let known = version()
  return {
    happened: (): boolean => {
      const before = known
      known = version()
      return known !== before
    },
  }
}

/** The conversations most lately written to, oldest out. */
const conversationCache = () => {
  const byKey = new Map<string, CachedConversation>()
  const byId = new Map<number, CachedConversation>()
  return {
    get: (key: string) => byKey.get(key),
    add: (key: string, row: CachedConversation): CachedConversation => {
      if (byKey.size >= CACHED_CONVERSATIONS) {
        const [oldest] = byKey
        if (oldest !== undefined) {
          byKey.delete(oldest[0])
          byId.delete(oldest[1].conversation)
        }
      }
      // node:sqlite rows have no prototype; a plain object is cheaper to copy and to send.
      const cached = { ...row }
      byKey.set(key, cached)
      byId.set(cached.conversation, cached)
      return cached
    },
    setState: (id: number, state: string | null): void => {
      const cached = byId.get(id)
      if (cached !== undefined) cached.state = state
    },
    clear: (): void => {
      byKey.clear()
      byId.clear()
    },
  }
}

const rollBack = (db: DatabaseSync): void => {
  try {
    db.exec('rollback')
  } catch {
    // SQLite has rolled back by itself already (disk full, I/O error).
  }
}
