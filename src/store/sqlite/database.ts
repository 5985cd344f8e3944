import { randomBytes } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { ForeignWrite, Operation, Results } from '../queues/operations.ts'
import type { Forgotten } from '../store.ts'
import { answersOperations, keepAnswers } from './answers.ts'
import { conversationOperations } from './conversations.ts'
import { deadLetterOperations } from './dead-letters.ts'
import { doubtCopied } from './copied.ts'
import { createForgetting } from './forgetting.ts'
import { historyOperations } from './history.ts'
import { createConversations, createForeignWrites, pageNumbers, sequence } from './caches.ts'
import { createInbox } from './inbox.ts'
import { leftToPeopleOperation } from './left-to-people.ts'
import { watchPlace } from './in-place.ts'
import { lazily, type LazyDatabase } from './lazy-database.ts'
import { openQuestionOperations, openQuestionsOfEvents } from './open-questions.ts'
import { createOutbox } from './outbox.ts'
import { parkedOperation } from './parked.ts'
import { recordOperations } from './records.ts'
import { visitorNameOperations } from './visitor-names.ts'
import { migrate, TABLES } from './schema.ts'
import { createStatistics } from './statistics.ts'

export interface Database {
  /** Unique among all databases, for ever; part of every reply's id. */
  instance: string
  /** Pages with waiting replies. */
  pagesWaiting: () => string[]
  /** For the bot that holds the folder, before it works on the queues: see {@link doubtCopied}. */
  doubtCopied: () => void
  /** Changes by another process since the last call; null for none. */
  writtenElsewhere: () => ForeignWrite | null
  /**
   * Executes all operations in one durable transaction.
   *
   * @throws the SQLite error; nothing is stored then
   */
  commit: (operations: readonly Operation[]) => unknown[]
  /**
   * Writes the sums since the last call, if there are any.
   *
   * @throws the SQLite error; the sums are kept then
   */
  writeSums: () => void
  close: () => void
}

/**
 * Opens the database file, creating it when absent.
 *
 * @throws the SQLite error; see {@link isDamage} for telling a damaged file from an unreachable one
 */
export const openDatabase = (file: string): Database => {
  // The file holds visitors' words. SQLite gives its other files the mode of this one.
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
  const instance = instanceOf(opened)
  const seqs = sequence(db)
  const pages = pageNumbers(db)
  const conversations = createConversations(db, seqs.next)
  const foreignWrites = createForeignWrites(db)
  const forgetting = createForgetting({ db, nextVersion: seqs.next, folder: resolve(dirname(file)) })
  const statistics = createStatistics(db)
  const inbox = createInbox({ db, pages, seqs, conversations, statistics })
  const outbox = createOutbox({ db, pages, seqs, statistics })
  const history = historyOperations(db)
  const keep = keepAnswers(db)
  const questions = openQuestionsOfEvents(db)
  const assertInPlace = watchPlace(file)

  const countDead = db.prepare('select count(*) as n from dead')
  const setProbed = db.prepare(
    `insert into meta (name, value) values ('probed_ms', ?) on conflict (name) do update set value = excluded.value`,
  )

  const carryOut: { [K in Operation['op']]: (operation: Extract<Operation, { op: K }>) => Results[K] } = {
    finish_event: (o) => {
      // The visitor was forgotten in between, so the outcome of the event is dropped.
      if (!inbox.drop(o.seq)) return { forgotten: true }
      const page = pages.numberOf(o.page)
      let settled = false
      for (const reply of o.confirmed) {
        if (!outbox.sent(page, o.conversation, reply, o.nowMs)) continue
        statistics.count(page, o.nowMs, 'replies')
        settled = true
      }
      if (o.state !== undefined) conversations.setState(o.conversation, o.state)
      if (o.answers.length > 0) keep(o.conversation, o.answers, o.acceptedMs, o.nowMs)
      if (o.question !== null) questions.keep(o.conversation, page, o.question, o.acceptedMs)
      if (o.takenBack !== null) questions.takeBack(o.conversation, o.takenBack)
      for (const { what, ...count } of o.counts) statistics.count(page, o.acceptedMs, what, count)
      const seqOf = o.replies.map((body) => outbox.add(page, o.conversation, o, body))
      return { forgotten: false, seqs: seqOf, settled }
    },

    interject: (o) =>
      inbox.has(o.seq) ? outbox.add(pages.numberOf(o.page), o.conversation, o, o.reply) : null,

    counts: () => ({
      ...inbox.counts(),
      outbox: outbox.counts(),
      dead: (countDead.get() as { n: number }).n,
    }),

    dead_rows: () => [],

    probe: ({ nowMs }) => {
      setProbed.run(nowMs)
      return null
    },

    ...inbox.operations,
    ...outbox.operations,
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
      // Drop the cached results of this transaction, which was rolled back.
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

  return {
    instance,
    pagesWaiting: outbox.pagesWaiting,
    doubtCopied: () => doubtCopied(opened, file),
    writtenElsewhere: () =>
      foreignWrites.happened()
        ? { pagesWaiting: outbox.pagesWaiting(), events: false, forgotten: forgetting.happened() }
        : null,
    commit: (operations) => {
      // Events accepted before are still handled to their end.
      if (operations.some(({ op }) => op === 'accept' || op === 'probe')) assertInPlace()
      const results = transaction(() => {
        // Cached conversations may belong to visitors who were forgotten a moment ago.
        if (foreignWrites.areNew()) conversations.clear()
        return operations.map((operation) => carryOut[operation.op](operation as never))
      })
      const isForgetting = (index: number): boolean => operations[index]?.op === 'forget'
      const forgotten = results.filter((_, index) => isForgetting(index)) as Forgotten[]
      if (forgotten.length === 0) return results
      const last = forgotten.filter(({ conversations: count }) => count > 0).length
      const erasure = forgetting.erase(last)
      return results.map((result, index) =>
        isForgetting(index) ? { ...(result as Forgotten), ...erasure } : result,
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

// Only the two queues are checked: they are small and must not be lost. The whole file may be large; damage elsewhere shows when it is
// read.
const assertSound = (db: DatabaseSync): void => {
  // Statements are compiled at their first use, so missing tables would be found only then.
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
