import { hash, randomBytes } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { ConversationRow, InboxRow, OutboxRow } from '../queues/rows.ts'
import type { AcceptedRow, EventToAccept, ForeignWrite, Operation, Results } from '../queues/operations.ts'
import { answersOperations, keepAnswers } from './answers.ts'
import { conversationOperations } from './conversations.ts'
import { deadLetterOperations } from './dead-letters.ts'
import { createForgetting } from './forgetting.ts'
import { historyOperations } from './history.ts'
import { conversationCache, createForeignWrites, pageNumbers, sequence } from './caches.ts'
import { leftToPeopleOperation } from './left-to-people.ts'
import { watchPlace } from './in-place.ts'
import { lazily, type LazyDatabase } from './lazy-database.ts'
import { openQuestionOperations, openQuestionsOfEvents } from './open-questions.ts'
import { parkedOperation } from './parked.ts'
import { recordOperations } from './records.ts'
import { visitorNameOperations } from './visitor-names.ts'
import { migrate, TABLES } from './schema.ts'
import { prepareStatements } from './statements.ts'
import { createStatistics } from './statistics.ts'
import { STANDARD_WINDOW_MS } from '../../channel/messenger.ts'
import { WINDOW_GRAIN_MS } from '../window-grain.ts'

export interface Database {
  /** Names this database among all others, for ever; part of every reply's id. */
  instance: string
  /** Pages that have replies waiting. */
  pagesWaiting: () => string[]
  /** What another process has written since this was last asked; null for nothing. */
  writtenElsewhere: () => ForeignWrite | null
  /** Carries out all operations in one durable transaction. @throws the SQLite error, with nothing of it kept */
  commit: (operations: readonly Operation[]) => unknown[]
  /** Writes the sums of what happened since it was last called, if there are any. @throws the SQLite error; they are kept */
  writeSums: () => void
  close: () => void
}

/**
 * Opens the database file, creating it when absent.
 *
 * @throws the SQLite error; see {@link isDamage} for telling a damaged file from an unreachable one
 */
export const openDatabase = (file: string): Database => {
  // Visitors' words are in it: SQLite gives its other files the mode of this one.
  closeSync(openSync(file, 'a', 0o600))
  const opened = new DatabaseSync(file)
  try {
    opened.exec('pragma busy_timeout = 5000; pragma journal_mode = wal; pragma synchronous = full;')
    opened.exec('pragma cache_size = -65536; pragma temp_store = memory; pragma wal_autocheckpoint = 4000;')
    migrate(opened)
    assertSound(opened)
  } catch (error) {
    opened.close()
    throw error
  }
  const db = lazily(opened)
  const statements = prepareStatements(db)
  const instance = instanceOf(opened)
  const seqs = sequence(db)
  const pages = pageNumbers(db)
  const conversations = conversationCache()
  const foreignWrites = createForeignWrites(db)
  const forgetting = createForgetting(db, seqs.next)
  const statistics = createStatistics(db)
  const keep = keepAnswers(db)
  const questions = openQuestionsOfEvents(db)
  const assertInPlace = watchPlace(file)

  /** @param isAdded - whether one that is not known becomes known */
  const conversationOf = (page: number, psid: string, isAdded: boolean): ConversationRow | null => {
    const key = `${page}:${psid}`
    const cached = conversations.get(key)
    if (cached !== undefined) return cached
    const row = statements.findConversation.get(page, psid) as ConversationRow | undefined
    if (row === undefined && !isAdded) return null
    return conversations.add(key, row ?? addConversation(page, psid))
  }

  const addConversation = (page: number, psid: string): ConversationRow => {
    // Not SQLite's rowid: a rowid is reused after a visitor was forgotten, and a claim may still hold the old one.
    const conversation = seqs.next()
    statements.addConversation.run(conversation, page, psid)
    return { conversation, state: null, windowEndsMs: null }
  }

  const openWindow = (
    page: number,
    conversation: ConversationRow,
    timestampMs: number,
    nowMs: number,
  ): void => {
    const endsMs = timestampMs + STANDARD_WINDOW_MS
    const { windowEndsMs: beforeMs } = conversation
    const heardMs = beforeMs === null ? null : beforeMs - STANDARD_WINDOW_MS
    const isCounted = statistics.countVisitor(page, heardMs, Math.min(timestampMs, nowMs))
    if (endsMs <= (beforeMs ?? 0) + (isCounted ? 0 : WINDOW_GRAIN_MS)) return
    conversation.windowEndsMs = endsMs
    statements.setWindow.run(endsMs, conversation.conversation)
  }

  const accept = (event: EventToAccept, nowMs: number): AcceptedRow | null => {
    const aliases = event.aliases?.map((key) => digest(event.pageId, key)) ?? []
    if (aliases.some((key) => statements.findSeen.get(key) !== undefined)) return null
    if (statements.addSeen.run(digest(event.pageId, event.key), nowMs).changes === 0) return null
    for (const key of aliases) statements.addSeen.run(key, nowMs)
    const page = pages.numberOf(event.pageId)
    const conversation = conversationOf(page, event.psid ?? '', event.isReceipt !== true)
    if (conversation === null) return null
    const { conversation: id } = conversation
    if (event.opensWindow) openWindow(page, conversation, event.timestampMs, nowMs)
    const seq = seqs.next()
    statements.addInbox.run(id, seq, nowMs, event.body)
    return { ...conversation, seq, before: null }
  }

  const loadOutbox = ({ page, conversations, limit, nowMs }: Operation & { op: 'load_outbox' }) => {
    const number = pages.numberOf(page)
    const rows: OutboxRow[] = []
    const unread: number[] = []
    for (const conversation of conversations) {
      const left = limit - rows.length
      const found = left > 0 ? statements.readOutbox.all(number, conversation, left) : []
      if (found.length === left) unread.push(conversation)
      rows.push(...(found as unknown as OutboxRow[]))
    }
    for (const { conversation, seq, doubtMs } of rows) {
      if (doubtMs === null) statements.setDoubt.run(nowMs, number, conversation, seq)
    }
    return { rows, unread }
  }

  const history = historyOperations(db)
  const carryOut: { [K in Operation['op']]: (operation: Extract<Operation, { op: K }>) => Results[K] } = {
    accept: ({ events, nowMs }) => events.map((event) => accept(event, nowMs)),

    finish_event: (o) => {
      // The visitor was forgotten meanwhile, and with them what this would have led to.
      if (statements.dropInbox.run(o.seq).changes === 0) return { forgotten: true }
      const page = pages.numberOf(o.page)
      let settled = false
      for (const { seq, messageId } of o.confirmed) {
        statements.addSent.run(messageId, o.nowMs, page, o.conversation, seq)
        if (statements.dropOutbox.run(page, o.conversation, seq).changes === 0) continue
        statistics.count(page, o.nowMs, 'replies')
        settled = true
      }
      if (o.state !== undefined) {
        statements.setState.run(o.state, o.conversation)
        conversations.setState(o.conversation, o.state)
      }
      if (o.answers.length > 0) keep(o.conversation, o.answers, o.acceptedMs, o.nowMs)
      if (o.question !== null) questions.keep(o.conversation, page, o.question, o.acceptedMs)
      if (o.takenBack !== null) questions.takeBack(o.conversation, o.takenBack)
      for (const { what, ...count } of o.counts) statistics.count(page, o.acceptedMs, what, count)
      const seqOf = o.replies.map((body) => {
        const seq = seqs.next()
        statements.addOutbox.run(page, o.conversation, seq, o.acceptedMs, o.doubtMs, body)
        return seq
      })
      return { forgotten: false, seqs: seqOf, settled }
    },

    interject: ({ page, conversation, seq: event, acceptedMs, reply, doubtMs }) => {
      if (statements.hasInbox.get(event) === undefined) return null
      const seq = seqs.next()
      statements.addOutbox.run(pages.numberOf(page), conversation, seq, acceptedMs, doubtMs, reply)
      return seq
    },

    load_inbox: ({ after, limit, except }) => {
      const rows = statements.readInbox.all(after, JSON.stringify(except), limit) as unknown as InboxRow[]
      return { rows, end: rows.length < limit }
    },

    load_outbox: loadOutbox,

    waiting: ({ page, except, limit }) => {
      const rows = statements.readWaiting.all(pages.numberOf(page), JSON.stringify(except), limit)
      return (rows as { conversation: number }[]).map(({ conversation }) => conversation)
    },

    sent: (o) => {
      const page = pages.numberOf(o.page)
      statements.addSent.run(o.messageId, o.nowMs, page, o.conversation, o.seq)
      if (statements.dropOutbox.run(page, o.conversation, o.seq).changes === 0) return null
      // Without a message id it may be something else that was done, such as a handover.
      if (o.messageId !== null) statistics.count(page, o.nowMs, 'replies')
      if (o.waited) statistics.count(page, o.nowMs, 'waited')
      return null
    },

    sent_only: (o) => {
      const page = pages.numberOf(o.page)
      statements.addSentOnly.run(o.nowMs, page, o.conversation, o.seq)
      statements.dropOutbox.run(page, o.conversation, o.seq)
      return null
    },

    dead: (o) => {
      const page = pages.numberOf(o.page)
      const error = o.error === null ? null : JSON.stringify(o.error)
      // What takes its place keeps its number, and so the order; the letter gets one of its own.
      const letter = o.instead === null ? null : seqs.next()
      statements.addDead.run(letter, o.nowMs, o.reason, error, page, o.conversation, o.seq)
      if (o.instead === null) statements.dropOutbox.run(page, o.conversation, o.seq)
      else statements.replaceOutbox.run(o.instead, page, o.conversation, o.seq)
      return null
    },

    hand_back: ({ page, conversation, seqs: handedBack }) => {
      const number = pages.numberOf(page)
      for (const seq of handedBack) statements.setDoubt.run(null, number, conversation, seq)
      return null
    },

    sent_replies: ({ page, psid }) =>
      statements.readSent.all(page, psid) as unknown as Results['sent_replies'],

    counts: () => ({
      ...(statements.countInbox.get() as { inbox: number; inboxOldestMs: number | null }),
      outbox: statements.countOutbox.all() as { page: string; count: number; oldestMs: number }[],
      dead: (statements.countDead.get() as { n: number }).n,
    }),

    dead_rows: () => [],

    probe: ({ nowMs }) => {
      statements.setMeta.run('probed_ms', nowMs)
      return null
    },

    ...conversationOperations(db),
    ...parkedOperation(db),
    ...leftToPeopleOperation(db),
    ...deadLetterOperations(db),
    ...history,
    ...recordOperations(db, seqs.next),
    ...answersOperations(db),
    ...openQuestionOperations(db),
    ...visitorNameOperations(db),
    ...statistics.operations,
    ...forgetting.operations,

    prune: (o) => {
      statistics.write()
      return history.prune(o)
    },

    forget: (o) => {
      // A forgotten visitor who writes in the same transaction gets a new conversation.
      conversations.clear()
      return forgetting.operations.forget(o)
    },
  }

  const transaction = <T>(work: () => T): T => {
    db.exec('begin immediate')
    try {
      const result = work()
      db.exec('commit')
      statistics.keep()
      return result
    } catch (error) {
      // What the caches learned in this transaction did not happen.
      conversations.clear()
      pages.clear()
      seqs.clear()
      statistics.drop()
      rollBack(db)
      throw error
    }
  }

  const writeSums = (): void => {
    if (statistics.areWaiting()) transaction(statistics.write)
  }

  const pagesWaiting = (): string[] => (statements.pagesWaiting.all() as { id: string }[]).map(({ id }) => id)

  return {
    instance,
    pagesWaiting,
    writtenElsewhere: () =>
      foreignWrites.happened()
        ? { pagesWaiting: pagesWaiting(), events: false, forgotten: forgetting.happened() }
        : null,
    commit: (operations) => {
      // What was accepted before is brought to its end all the same.
      if (operations.some(({ op }) => op === 'accept' || op === 'probe')) assertInPlace()
      const results = transaction(() => {
        // What we remember of conversations may be of visitors who were forgotten a moment ago.
        if (foreignWrites.areNew()) conversations.clear()
        return operations.map((operation) => carryOut[operation.op](operation as never))
      })
      if (!operations.some(({ op }) => op === 'forget')) return results
      const erased = forgetting.erase()
      return results.map((result, index) =>
        operations[index]?.op === 'forget' ? { ...(result as Results['forget']), erased } : result,
      )
    },
    writeSums,
    close: () => opened.close(),
  }
}

/** Whether SQLite says that the file itself is broken (SQLITE_CORRUPT, SQLITE_NOTADB). */
export const isDamage = (error: unknown): boolean => {
  const code = sqliteCode(error)
  return code !== null && [11, 26].includes(code & 0xff)
}

export const sqliteCode = (error: unknown): number | null =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : null

// Sixteen bytes instead of a mid of a hundred: the index on them is what acceptance costs most.
const digest = (pageId: string, key: string): Buffer =>
  hash('sha256', `${pageId}\0${key}`, 'buffer').subarray(0, 16)

// The two queues are small and hold what must not be lost; the whole file may be large and is checked by its use.
const assertSound = (db: DatabaseSync): void => {
  // Statements are compiled at their first use, which would be the first to find out.
  const names = db.prepare(`select name from sqlite_master where type = 'table'`).all()
  const found = new Set(names.map(({ name }) => name))
  for (const table of TABLES) if (!found.has(table)) throw damaged(`table ${table} is missing`)
  for (const table of ['meta', 'page', 'inbox', 'outbox']) {
    const row = db.prepare(`pragma quick_check(${table})`).get() as { quick_check: string }
    if (row.quick_check !== 'ok') throw damaged(`table ${table}: ${row.quick_check}`)
  }
}

const damaged = (message: string): Error => Object.assign(new Error(message), { errcode: 11 })

const instanceOf = (db: DatabaseSync): string => {
  db.prepare('insert into meta (name, value) values (?, ?) on conflict do nothing').run(
    'instance',
    randomBytes(6).toString('base64url'),
  )
  return (db.prepare('select value from meta where name = ?').get('instance') as { value: string }).value
}

const rollBack = (db: LazyDatabase): void => {
  try {
    db.exec('rollback')
  } catch {
    // SQLite has rolled back by itself already (disk full, I/O error).
  }
}
