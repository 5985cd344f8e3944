import type { History, PruneStep } from '../store.ts'
import type { Span } from '../../base/spans.ts'
import type { Operation, Results } from '../queues/operations.ts'
import type { LazyDatabase } from './lazy-database.ts'

type HistoryOperation = 'prune' | 'remember' | 'remember_if' | 'recall'

// A step of this many rows takes about a millisecond; acceptance waits no longer than that.
const ROWS_A_STEP = 500

/** Deletes history, and stores the small texts that other rooms keep by name. */
export const historyOperations = (
  db: LazyDatabase,
): { [K in HistoryOperation]: (operation: Extract<Operation, { op: K }>) => Results[K] } => {
  const steps: Record<History, (beforeMs: number) => PruneStep> = {
    seen: walkSeen(db),
    sent: walkSent(db),
    dead: dropDead(db),
    questions: dropQuestions(db),
    hours: dropSums(db, 'hour'),
    days: dropSums(db, 'day'),
  }
  const remember = db.prepare(
    'insert into meta (name, value) values (?, ?) on conflict (name) do update set value = excluded.value',
  )
  const find = db.prepare('select value from meta where name = ?')
  const recall = (name: string): string | null =>
    (find.get(`note:${name}`) as { value: string } | undefined)?.value ?? null
  return {
    prune: ({ history, beforeMs }) => steps[history](beforeMs),
    remember: ({ name, text }) => {
      remember.run(`note:${name}`, text)
      return null
    },
    remember_if: ({ name, text, was }) => {
      if (recall(name) !== was) return false
      remember.run(`note:${name}`, text)
      return true
    },
    recall: ({ name }) => recall(name),
  }
}

/**
 * Goes through the keys in their order. An index on the time would find old ones at once, but make every accepted event more expensive; a
 * full scan from time to time costs less.
 */
const walkSeen = (db: LazyDatabase) => {
  const stretchEnd = db.prepare('select key from seen where key > ? order by key limit 1 offset ?')
  const drop = db.prepare('delete from seen where key > ? and key <= ? and accepted_ms < ?')
  const dropRest = db.prepare('delete from seen where key > ? and accepted_ms < ?')
  let from: Uint8Array = FIRST_KEY
  return (beforeMs: number): PruneStep => {
    const start = from
    const end = stretchEnd.get(start, ROWS_A_STEP - 1) as { key: Uint8Array } | undefined
    from = end?.key ?? FIRST_KEY
    const { changes } = end === undefined ? dropRest.run(start, beforeMs) : drop.run(start, end.key, beforeMs)
    return { dropped: Number(changes), more: end !== undefined }
  }
}

const FIRST_KEY = new Uint8Array(0)

/** Like {@link walkSeen}, for the same reason. */
const walkSent = (db: LazyDatabase) => {
  const stretchEnd = db.prepare(
    'select conversation, seq from sent where (conversation, seq) > (?, ?) order by conversation, seq limit 1 offset ?',
  )
  const drop = db.prepare(
    'delete from sent where (conversation, seq) > (?, ?) and (conversation, seq) <= (?, ?) and sent_ms < ?',
  )
  const dropRest = db.prepare('delete from sent where (conversation, seq) > (?, ?) and sent_ms < ?')
  let from: SentPlace = FIRST_PLACE
  return (beforeMs: number): PruneStep => {
    const start = from
    const end = stretchEnd.get(start.conversation, start.seq, ROWS_A_STEP - 1) as SentPlace | undefined
    from = end ?? FIRST_PLACE
    const { changes } =
      end === undefined
        ? dropRest.run(start.conversation, start.seq, beforeMs)
        : drop.run(start.conversation, start.seq, end.conversation, end.seq, beforeMs)
    return { dropped: Number(changes), more: end !== undefined }
  }
}

interface SentPlace {
  conversation: number
  seq: number
}

const FIRST_PLACE: SentPlace = { conversation: 0, seq: 0 }

/** Dead letters are few and have an index by time. */
const dropDead = (db: LazyDatabase) => {
  const drop = db.prepare(
    'delete from dead where seq in (select seq from dead where died_ms < ? order by died_ms limit ?)',
  )
  return (beforeMs: number): PruneStep => {
    const dropped = Number(drop.run(beforeMs, ROWS_A_STEP).changes)
    return { dropped, more: dropped === ROWS_A_STEP }
  }
}

const dropQuestions = (db: LazyDatabase) => {
  const drop = db.prepare(
    'delete from open_question where id in (select id from open_question where asked_ms < ? order by asked_ms limit ?)',
  )
  return (beforeMs: number): PruneStep => {
    const dropped = Number(drop.run(beforeMs, ROWS_A_STEP).changes)
    return { dropped, more: dropped === ROWS_A_STEP }
  }
}

/** Sums are few, but old ones are not adjacent: each step scans all sums of the span. */
const dropSums = (db: LazyDatabase, span: Span) => {
  const drop = db.prepare(
    `delete from statistic where span = ?1 and (name, start_ms, what, page) in
       (select name, start_ms, what, page from statistic where span = ?1 and start_ms < ?2 limit ?3)`,
  )
  return (beforeMs: number): PruneStep => {
    const dropped = Number(drop.run(span, beforeMs, ROWS_A_STEP).changes)
    return { dropped, more: dropped === ROWS_A_STEP }
  }
}
