import type { KeptAnswers, NewAnswers } from '../form-answers.ts'
import type { Operation, Results } from '../queues/operations.ts'
import type { LazyDatabase } from './lazy-database.ts'

type AnswersOperation = 'list_answers' | 'due_answers' | 'answers_tried' | 'drop_answers'

/** Answers of visitors to forms. */
export const answersOperations = (
  db: LazyDatabase,
): { [K in AnswersOperation]: (operation: Extract<Operation, { op: K }>) => Results[K] } => {
  const list = db.prepare(`${SELECT} where a.id > ? order by a.id limit ?`)
  const due = db.prepare(`${SELECT} where a.due_ms <= ? order by a.due_ms, a.id limit ?`)
  const nextDue = db.prepare('select min(due_ms) as dueMs from answers where due_ms > ?')
  const setDue = db.prepare('update answers set due_ms = ? where id = ?')
  const drop = db.prepare('delete from answers where id <= ? and due_ms is null')

  return {
    list_answers: ({ after, limit }) => list.all(after, limit).map(toAnswers),
    due_answers: ({ nowMs, limit }) => ({
      answers: due.all(nowMs, limit).map(toAnswers),
      nextMs: (nextDue.get(nowMs) as { dueMs: number | null }).dueMs,
    }),
    answers_tried: ({ id, nextMs }) => {
      setDue.run(nextMs, id)
      return null
    },
    drop_answers: ({ upTo }) => Number(drop.run(upTo).changes),
  }
}

/** Stores answers within the transaction that finishes their event. */
export const keepAnswers = (db: LazyDatabase) => {
  const add = db.prepare(
    'insert into answers (conversation, form, url, kept_ms, due_ms, body) values (?, ?, ?, ?, ?, ?)',
  )
  return (conversation: number, answers: readonly NewAnswers[], keptMs: number, nowMs: number): void => {
    for (const { form, url, body } of answers) {
      add.run(conversation, form, url, keptMs, url === null ? null : nowMs, body)
    }
  }
}

const SELECT = `
  select a.id, p.id as pageId, c.psid, a.form, a.url, a.kept_ms as keptMs, a.due_ms as dueMs, a.body
  from answers a join conversation c on c.id = a.conversation join page p on p.no = c.page`

// node:sqlite rows have no prototype; a plain object travels between threads.
const toAnswers = (row: object): KeptAnswers => {
  const answers = { ...row } as KeptAnswers
  return { ...answers, psid: answers.psid === '' ? null : answers.psid }
}
