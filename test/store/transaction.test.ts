import { join } from 'node:path'
import t from 'tap'
import { openDatabase, type Database } from '../../src/store/sqlite/database.ts'
import type { InboxRow, LoadedRows } from '../../src/store/queues/rows.ts'
import type { Operation, Results } from '../../src/store/queues/operations.ts'
import { newEvent } from './steps.ts'

const inboxOf = (database: Database): InboxRow[] => {
  const [loaded] = database.commit([{ op: 'load_inbox', after: 0, limit: 10, except: [] }])
  return (loaded as LoadedRows<InboxRow>).rows
}

const finishing = (
  { conversation, page, seq }: InboxRow,
  replies: readonly string[],
  counts: Extract<Operation, { op: 'finish_event' }>['counts'] = [],
): Operation => ({
  op: 'finish_event',
  conversation,
  page,
  fence: 0,
  seq,
  acceptedMs: 0,
  replies,
  doubtMs: null,
  state: 'asked for a name',
  confirmed: [],
  answers: [],
  question: null,
  counts,
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

t.test('a sum is of committed transactions, and in the file once it was written', (t) => {
  const file = join(t.testdir(), 'evergreen.db')
  const database = openDatabase(file)
  const other = openDatabase(file)
  t.teardown(() => {
    database.close()
    other.close()
  })
  database.commit([{ op: 'accept', events: [newEvent('a'), newEvent('b')], nowMs: 0 }])
  const [first, second] = inboxOf(database)
  if (first === undefined || second === undefined) throw new Error('nothing was accepted')
  const understood = [{ what: 'matched' as const, name: '', by: 1 }]

  database.commit([finishing(first, ['one'], understood)])
  t.throws(() => database.commit([finishing(second, [null] as unknown as string[], understood)]), /NOT NULL/)
  t.equal(sumOf(database), 1, 'the transaction that was rolled back counts for nothing')
  t.equal(sumOf(database), 1, 'reading writes a sum once')

  database.commit([finishing(second, ['two'], understood)])
  t.equal(sumOf(other), 1, 'it is not written yet')
  database.writeSums()
  database.writeSums()
  t.equal(sumOf(other), 2)

  database.commit([finishing(second, [], understood)])
  t.equal(sumOf(database), 2, 'an event that is over counts no second time')
  t.end()
})

const sumOf = (database: Database): number => {
  const [read] = database.commit([{ op: 'statistics', span: 'hour', fromMs: 0, page: null, most: 1 }])
  const { sums } = read as Results['statistics']
  return sums.find(({ what }) => what === 'matched')?.count ?? 0
}

t.test('a visitor whom another process forgot is a new one, also after that was told', (t) => {
  const file = join(t.testdir(), 'evergreen.db')
  const database = openDatabase(file)
  const other = openDatabase(file)
  t.teardown(() => {
    database.close()
    other.close()
  })
  database.commit([{ op: 'accept', events: [newEvent('a', { psid: 'visitor' })], nowMs: 0 }])
  other.commit([{ op: 'forget', psid: 'visitor', page: null }])
  t.match(database.writtenElsewhere(), { forgotten: true })

  database.commit([{ op: 'accept', events: [newEvent('b', { psid: 'visitor' })], nowMs: 0 }])
  t.match(inboxOf(other), [{ psid: 'visitor' }], 'the event belongs to a conversation that is there')
  t.end()
})
