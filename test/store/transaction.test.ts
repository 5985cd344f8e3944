import { join } from 'node:path'
import t from 'tap'
import { openDatabase, type Database } from '../../src/store/sqlite/database.ts'
import type { InboxRow, Loaded } from '../../src/store/queues/rows.ts'
import type { Operation } from '../../src/store/queues/operations.ts'
import { newEvent } from './steps.ts'

const inboxOf = (database: Database): InboxRow[] => {
  const [loaded] = database.commit([{ op: 'load_inbox', after: 0, limit: 10, except: [] }])
  return (loaded as Loaded<InboxRow>).rows
}

const finishing = ({ conversation, page, seq }: InboxRow, replies: readonly string[]): Operation => ({
  op: 'finish_event',
  conversation,
  page,
  seq,
  acceptedMs: 0,
  replies,
  doubtMs: null,
  state: 'asked for a name',
  confirmed: [],
  answers: [],
  question: null,
  counts: [],
  takenBack: null,
  nowMs: 0,
})

t.test('an event is over together with its state and all of its replies, or not at all', (t) => {
  const database = openDatabase(join(t.testdir(), 'evergreen.db'))
  t.teardown(database.close)
  database.commit([{ op: 'accept', events: [newEvent('a')], nowMs: 0 }])
  const [row] = inboxOf(database)
  if (row === undefined) throw new Error('nothing was accepted')

  // What SQLite cannot keep stands for whatever may go wrong between the first reply and the second.
  const broken = ['one', null] as unknown as string[]
  t.throws(() => database.commit([finishing(row, broken)]), /NOT NULL/)
  t.match(inboxOf(database), [{ seq: row.seq, state: null }], 'it is still to be handled')
  t.same(database.pagesWaiting(), [], 'no reply of it waits')

  database.commit([finishing(row, ['one', 'two'])])
  t.same(inboxOf(database), [])
  t.equal(database.pagesWaiting().length, 1)
  t.end()
})
