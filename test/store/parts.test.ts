import t from 'tap'
import type { Operation } from '../../src/store/queues/operations.ts'
import { partsOf } from '../../src/store/postgres/parts.ts'

/** The places of the operations, in the order in which they are carried out; those of one statement together. */
const orderOf = (...names: Operation['op'][]): number[][] =>
  partsOf(names.map((op) => ({ op }) as Operation)).map(({ places }) => places)

t.test('operations of one kind share a statement, in a place where each finds what it must', async (t) => {
  t.same(
    orderOf('accept', 'finish_event', 'sent', 'accept', 'load_outbox', 'finish_event', 'sent'),
    [[1, 5], [2, 6], [0, 3], [4]],
    'an event that comes in finds the state that the one before it leaves',
  )
  t.same(
    orderOf('finish_event', 'load_inbox', 'finish_event', 'accept'),
    [[0], [1], [2], [3]],
    'a read of the inbox finds no event that was finished before',
  )
  t.same(orderOf('interject', 'finish_event', 'interject', 'finish_event'), [[0], [1], [2], [3]])
  for (const op of ['retry_dead', 'drop_questions'] as const)
    t.same(orderOf('finish_event', op, 'finish_event'), [[0], [1], [2]], `${op} finds what was there before`)
  t.same(
    orderOf('load_outbox', 'finish_event', 'forget', 'finish_event', 'sent'),
    [[1], [0], [2], [3], [4]],
    'what a visitor who is forgotten had is done before, and nothing of it behind',
  )
})
