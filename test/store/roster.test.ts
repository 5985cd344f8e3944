import t from 'tap'
import { soleDuty, soleInstance } from '../../src/base/duty.ts'
import type { InstanceFacts } from '../../src/base/running-instances.ts'
import { createRoster } from '../../src/store/roster.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'
import { createFakeRecords } from '../helpers/records.ts'

const build = () => {
  const clock = createFakeClock()
  const records = createFakeRecords(clock)
  const instances = soleInstance()
  const rested: string[] = []
  const start = async (self: string, over: Partial<InstanceFacts> = {}) => {
    const facts: InstanceFacts = {
      host: `host-${self}`,
      version: '1.0.0',
      sinceMs: clock.now(),
      isHead: false,
      pages: [],
      marks: {},
      ...over,
    }
    const roster = createRoster({
      self,
      describe: () => ({ ...facts }),
      rest: async () => void rested.push(self),
      shared: { records, instances, duty: soleDuty },
      clock,
      log: { info: () => undefined, warn: () => undefined },
    })
    await roster.start()
    await settle()
    return { roster, facts }
  }
  return { clock, records, instances, rested, start }
}

t.test('instances know each other, those that run longest first, and what each does', async (t) => {
  const { clock, start } = build()
  const a = await start('a', { pages: ['1001'], isHead: true })
  await clock.advance(1000)
  const b = await start('b')
  for (const { roster } of [a, b]) {
    t.match(roster.list(), [
      { id: 'a', host: 'host-a', isHead: true, pages: ['1001'] },
      { id: 'b', host: 'host-b', isHead: false },
    ])
  }
  b.facts.pages = ['1002']
  await clock.advance(10_000)
  t.same(a.roster.list()[1]?.pages, ['1002'])
  t.ok(a.roster.isLiving('a') && a.roster.isLiving('b') && b.roster.isLiving('a'))
  await Promise.all([a, b].map(({ roster }) => roster.stop()))
})

t.test('one that stops is gone at once, and one that dies after half a minute', async (t) => {
  const { clock, start, records, instances } = build()
  const [a, b] = [await start('a'), await start('b')]
  await b.roster.stop()
  await settle()
  t.notOk(a.roster.isLiving('b'))

  await records.put({ kind: 'instance', id: 'dying', data: JSON.stringify(b.facts), forMs: 30_000 })
  instances.tell('roster')
  await settle()
  t.ok(a.roster.isLiving('dying'))
  await clock.advance(40_000)
  t.notOk(a.roster.isLiving('dying'))
  t.ok(a.roster.isLiving('a'))
  await a.roster.stop()
  t.equal(clock.pending(), 0)
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

t.test('an instance with a database of its own writes nothing', async (t) => {
  const clock = createFakeClock()
  const facts = { host: 'h', version: '1', sinceMs: 0, isHead: true, pages: [], marks: {} }
  const roster = createRoster({
    self: 'only',
    describe: () => facts,
    rest: async () => void t.fail(),
    shared: null,
    clock,
    log: { info: () => undefined, warn: () => undefined },
  })
  await roster.start()
  await roster.relieve('only')
  t.same(roster.list(), [{ id: 'only', ...facts }])
  t.notOk(roster.isLiving('before the restart'))
  t.equal(clock.pending(), 0)
  await roster.stop()
})
