import { questionGroup, type Wording } from '../question-group.ts'
import type { OpenQuestion } from '../open-questions.ts'
import type { Operation, Results } from '../queues/operations.ts'
import type { LazyDatabase } from './lazy-database.ts'

type QuestionsOperation = 'list_questions' | 'drop_questions'

/** Kept at most, for all Pages: a visitor who writes without end replaces old questions instead of filling the disk. */
const MOST_KEPT = 100_000
const TEXTS_A_GROUP = 3

/** Messages without a sure reply of the script. */
export const openQuestionOperations = (
  db: LazyDatabase,
): { [K in QuestionsOperation]: (operation: Extract<Operation, { op: K }>) => Results[K] } => {
  const groups = db.prepare(
    // Beside max() SQLite takes other columns from the row with the maximum.
    `select likeness, count(*) as count, max(asked_ms) as lastMs,
       (select id from page where no = open_question.page) as pageId from open_question
     where ?1 is null or page = (select no from page where id = ?1)
     group by likeness order by count desc, lastMs desc limit ?2`,
  )
  const texts = db.prepare(
    `select text, how, reply, confidence, answer from open_question where likeness = ?
     group by text order by max(asked_ms) desc limit ${TEXTS_A_GROUP}`,
  )
  const drop = db.prepare('delete from open_question where likeness = ?')

  return {
    list_questions: ({ page, limit }) =>
      (groups.all(page, limit) as unknown as Parameters<typeof questionGroup>[0][]).map((group) =>
        questionGroup(group, texts.all(group.likeness) as unknown as Wording[]),
      ),
    drop_questions: ({ likeness }) => Number(drop.run(likeness).changes),
  }
}

/** Stores or deletes a question within the transaction that finishes the event. */
export const openQuestionsOfEvents = (db: LazyDatabase) => {
  const add = db.prepare(
    `insert into open_question (conversation, page, mid, likeness, text, how, reply, confidence, answer, asked_ms)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const trim = db.prepare('delete from open_question where id <= ?')
  const takeBack = db.prepare('delete from open_question where conversation = ? and mid = ?')
  return {
    keep: (conversation: number, page: number, question: OpenQuestion, askedMs: number): void => {
      const { mid, likeness, text, how, nearest, answer = null } = question
      const { reply, confidence } = nearest ?? { reply: null, confidence: null }
      const told = [likeness, text, how, reply, confidence, answer]
      const added = add.run(conversation, page, mid, ...told, askedMs)
      trim.run(Number(added.lastInsertRowid) - MOST_KEPT)
    },
    takeBack: (conversation: number, mid: string): void => void takeBack.run(conversation, mid),
  }
}
