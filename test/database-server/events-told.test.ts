import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { createEventsTold } from '../../src/store/postgres/events-told.ts'

t.test('one notification tells of a turn, and of all that is stored while one is under way', async (t) => {
  const told: string[] = []
  let arrived = (): void => undefined
  const tellEvent = createEventsTold({
    tell: (...words) => {
      told.push(words.join(' '))
      return new Promise((resolve) => (arrived = resolve))
    },
    numberOf: Number,
  })
  tellEvent('1', 7)
  tellEvent('2', 5)
  tellEvent('1', 8)
  t.same(told, [])
  await nextTurn()
  t.same(told, ['events 4 1,2'])
  tellEvent('3', 12)
  await nextTurn()
  tellEvent('4', 11)
  t.equal(told.length, 1, 'one at a time')
  arrived()
  await nextTurn()
  await nextTurn()
  t.same(told.slice(1), ['events 10 3,4'])
  arrived()
  await nextTurn()
  for (let page = 1; page <= 501; page += 1) tellEvent(String(page), 20)
  await nextTurn()
  t.same(told.slice(2), ['events 19 *'], 'their numbers would not fit')
})
