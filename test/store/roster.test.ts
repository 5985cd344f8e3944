import t from 'tap'
import { soleInstance } from '../../src/base/duty.ts'
import type { RunningInstance } from '../../src/base/running-instances.ts'
import { createRoster } from '../../src/store/roster.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'
import { createFakeRecords } from '../helpers/records.ts'
import { runningInstance } from '../helpers/running.ts'

const build = () => {
  const clock = createFakeClock()
  const records = createFakeRecords(clock)
  const instances = soleInstance()
  const rested: string[] = []
  const logged: string[] = []
  /** What the database has. */
  const list: RunningInstance[] = []
  const marked: object[] = []
  const start = async (self: string) => {
    const marks = { secret: 'one' }
    const roster = createRoster({
      self,
      own: () => runningInstance(self, { marks: { ...marks } }),
      rest: async () => void rested.push(self),
      shared: {
        records,
        instances,
        running: { self, list: () => list, mark: (given) => void marked.push(given) },
      },
      clock,
      log: { info: () => undefined, warn: (_facts: object, message: string) => void logged.push(message) },
    })
    await roster.start()
    await settle()
    return { roster, marks }
  }
  return { clock, records, list, marked, rested, logged, start }
}

t.test('the list is that of the database, and this instance is in it from its start on', async (t) => {
  const { list, start, clock } = build()
  const { roster } = await start('b')
  t.match(roster.list(), [{ id: 'b', host: 'host-b' }])
  t.ok(roster.isLiving('b'))
  list.push(runningInstance('a', { pages: ['1001'], isHead: true }), runningInstance('b', { sinceMs: 5 }))
  t.same(roster.list(), list)
  t.ok(roster.isLiving('a'))
  list.shift()
  t.notOk(roster.isLiving('a'))
  await roster.stop()
  t.equal(clock.pending(), 0)
})

t.test('what others have to compare is said at the start, and again where it changes', async (t) => {
  const { clock, marked, start } = build()
  const { roster, marks } = await start('a')
  t.same(marked, [{ secret: 'one' }])
  marks.secret = 'other'
  await clock.advance(10_000)
  t.same(marked.at(-1), { secret: 'other' })
  await roster.stop()
})

t.test('an instance is relieved of its Pages by any other, once', async (t) => {
  const { start, rested } = build()
  const [a, b] = [await start('a'), await start('b')]
  await a.roster.relieve('b')
  await settle()
  t.same(rested, ['b'])
  await a.roster.relieve('gone')
  await settle()
  t.same(rested, ['b'])
  await Promise.all([a, b].map(({ roster }) => roster.stop()))
})

t.test('what was asked for while the database was away is done later', async (t) => {
  const { clock, records, start, rested, logged } = build()
  const { roster } = await start('a')
  await roster.relieve('other')
  await records.put({ kind: 'relieved-instance', id: 'a', data: '' })
  records.fail(new Error('the server is away'))
  await clock.advance(10_000)
  t.same([rested, logged.length], [[], 1])
  records.fail(null)
  await clock.advance(10_000)
  t.same(rested, ['a'])
  await roster.stop()
})

t.test('an instance with a database of its own is the only one', async (t) => {
  const clock = createFakeClock()
  const own = runningInstance('only', { marks: null })
  const roster = createRoster({
    self: 'only',
    own: () => own,
    rest: async () => void t.fail(),
    shared: null,
    clock,
    log: { info: () => undefined, warn: () => undefined },
  })
  await roster.start()
  await roster.relieve('only')
  t.same(roster.list(), [own])
  t.equal(roster.self, 'only')
  t.notOk(roster.isLiving('before the restart'))
  t.equal(clock.pending(), 0)
  await roster.stop()
})
