import t, { type Test } from 'tap'
import { createBystander } from '../../src/alerts/bystander.ts'
import { createNeeds, WHOLE_BOT } from '../../src/alerts/needs.ts'
import { LOOK_AGAIN_MS } from '../../src/alerts/need-rows.ts'
import { createSharedNeeds } from '../../src/alerts/shared-needs.ts'
import { soleInstance } from '../../src/base/duty.ts'
import { need } from '../helpers/alerts.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'
import { createDuties } from '../helpers/duty.ts'
import { createFakeRecords } from '../helpers/records.ts'

/** Instances on one database; which of them live and what each keeps is for the test to say. */
const build = (t: Test) => {
  const clock = createFakeClock()
  const records = createFakeRecords(clock)
  const instances = soleInstance()
  const living = new Set<string>()
  const duties = createDuties()
  const warnings: string[] = []
  const start = async (self: string) => {
    living.add(self)
    const needs = createSharedNeeds({
      own: createNeeds({ clock }),
      records,
      instances,
      duty: duties.of(self),
      self,
      isLiving: (id) => living.has(id),
      clock,
      log: { warn: (...[, message]: unknown[]) => void warnings.push(String(message)) },
    })
    const heard: [string, boolean][] = []
    needs.onChange(({ need: { cause }, opened }) => heard.push([cause, opened]))
    t.teardown(() => needs.stop())
    await needs.start()
    await settle()
    return {
      needs,
      heard,
      open: () => needs.open().map(({ cause, what }) => `${cause}: ${what}`),
      /** As by a kill: nothing is said. */
      die: async () => {
        living.delete(self)
        await needs.stop()
      },
    }
  }
  return {
    clock,
    records,
    warnings,
    start,
    keep: duties.give,
  }
}

t.test('what one instance finds is open on every other, until it is over there', async (t) => {
  const { start, records } = build(t)
  const [a, b] = [await start('a'), await start('b')]
  a.needs.raise(need())
  t.same(a.open(), ['token_invalid: Its token died.'], 'at once where it was found')
  await settle()
  t.same(b.needs.open(), a.needs.open())
  a.needs.settle('1001', 'token_invalid')
  await settle()
  t.same(b.open(), [])
  t.same(b.heard, [
    ['token_invalid', true],
    ['token_invalid', false],
  ])
  t.same(await records.list('need'), [])
})

t.test('found by two it is one, and open until both have mended it', async (t) => {
  const { start, records } = build(t)
  const [a, b] = [await start('a'), await start('b')]
  a.needs.raise(need({ cause: 'script', what: 'Here.' }))
  await settle()
  b.needs.raise(need({ cause: 'script', what: 'There.' }))
  await settle()
  t.equal((await records.list('need')).length, 1)
  a.needs.settle('1001', 'script')
  await settle()
  t.same(a.open(), ['script: There.'], 'the other has it still')
  t.same(a.heard, [['script', true]], 'and it was not over in between')
  b.needs.settle('1001', 'script')
  await settle()
  t.same([a.open(), b.open()], [[], []])
})

t.test('over a restart a need stays open from when it began', async (t) => {
  const { start, clock } = build(t)
  const before = await start('a')
  before.needs.raise(need())
  await settle()
  const sinceMs = clock.now()
  await before.die()
  await clock.advance(60_000)

  const { needs, heard, open } = await start('b')
  t.same(open(), ['token_invalid: Its token died.'])
  t.same(needs.confirmed(), [], 'which was not found again yet')
  needs.raise(need({ what: 'Its token is still dead.' }))
  await settle()
  t.match(needs.confirmed(), [{ what: 'Its token is still dead.', sinceMs }])
  t.same(heard, [['token_invalid', true]], 'it opened once')
  needs.settle('1001')
  await settle()
  t.same(open(), [])
})

t.test('mended meanwhile, it is over as soon as a check finds nothing', async (t) => {
  const { start, records } = build(t)
  const before = await start('a')
  before.needs.raise(need())
  before.needs.raise(need({ cause: 'silent', pageId: WHOLE_BOT }))
  await settle()
  await before.die()
  const { needs, open } = await start('b')
  needs.notFound('1001', 'token_invalid')
  t.same(open(), ['silent: Its token died.'])
  needs.settle(WHOLE_BOT, 'silent')
  t.same(open(), [])
  await settle()
  t.same(await records.list('need'), [])
})

t.test('what no check finds again for half an hour is over, and what one finds is not', async (t) => {
  const { start, clock } = build(t)
  const before = await start('a')
  before.needs.raise(need({ cause: 'restricted' }))
  before.needs.raise(need({ cause: 'profile' }))
  await settle()
  await before.die()
  const { needs, open } = await start('b')
  needs.raise(need({ cause: 'profile' }))
  await clock.advance(LOOK_AGAIN_MS - 1)
  t.equal(open().length, 2)
  await clock.advance(1)
  t.same(open(), ['profile: Its token died.'])
})

t.test('what a running instance finds is not for another to close', async (t) => {
  const { start, clock } = build(t)
  const [a, b] = [await start('a'), await start('b')]
  a.needs.raise(need())
  await settle()
  b.needs.notFound('1001', 'token_invalid')
  b.needs.settle('1001')
  await clock.advance(2 * LOOK_AGAIN_MS)
  t.equal(a.open().length, 1)
  t.equal(b.open().length, 1)
})

t.test('a Page that goes to another instance takes its need along, without being mended', async (t) => {
  const { start, keep, records } = build(t)
  const [a, b] = [await start('a'), await start('b')]
  keep('1001', 'a')
  a.needs.raise(need())
  await settle()
  keep('1001', 'b')
  await settle()
  t.equal(a.open().length, 1)
  t.equal(b.open().length, 1)
  t.same(b.needs.confirmed(), [], 'the new keeper has not looked yet')
  b.needs.raise(need())
  await settle()
  t.match(JSON.parse((await records.list('need'))[0]?.data ?? ''), { by: ['b'] })
  b.needs.settle('1001')
  await settle()
  t.same(a.open(), [])
  for (const { heard } of [a, b]) {
    t.same(heard, [
      ['token_invalid', true],
      ['token_invalid', false],
    ])
  }
})

t.test('a database that takes nothing keeps no need from being known here, and gets it later', async (t) => {
  const { start, records, clock, warnings } = build(t)
  const [a, b] = [await start('a'), await start('b')]
  records.fail(new Error('no disk'))
  a.needs.raise(need())
  await settle()
  t.equal(a.open().length, 1)
  t.match(warnings, [/could not be kept/])
  records.fail(null)
  await clock.advance(5000)
  t.equal(b.open().length, 1)
})

t.test('a need that grows says so everywhere', async (t) => {
  const { start } = build(t)
  const [a, b] = [await start('a'), await start('b')]
  a.needs.raise(need({ cause: 'person', what: 'A visitor waits.' }))
  await settle()
  a.needs.update(need({ cause: 'person', what: '2 visitors wait.' }))
  await settle()
  t.same(b.open(), ['person: 2 visitors wait.'])
  b.needs.update(need({ cause: 'loop' }))
  t.equal(b.open().length, 1, 'one that is not open stays so')
})

t.test('a Page that moves while another instance writes takes its need along all the same', async (t) => {
  const { start, keep, records } = build(t)
  const [a, b] = [await start('a'), await start('b')]
  keep('1001', 'a')
  a.needs.raise(need())
  await settle()
  const put = records.put
  // Another instance is faster, once.
  records.put = async (record) => {
    records.put = put
    const { kind, id } = record
    await put({ kind, id, data: (await records.get(kind, id))?.data ?? '' })
    return put(record)
  }
  keep('1001', 'b')
  await settle()
  t.equal(a.open().length, 1)
  t.equal(b.open().length, 1)
  t.same(
    b.heard.filter(([, opened]) => !opened),
    [],
    'it was not over in between',
  )
})

t.test(
  'visitors in standby are told of over restarts and keepers, until one writes to the bot',
  async (t) => {
    const { start, clock, keep } = build(t)
    /** As plugins/noticed.ts has it. */
    const startAs = async (self: string) => {
      const instance = await start(self)
      const store = { remember: async () => undefined, recall: async () => null }
      const log = { warn: () => undefined }
      const bystander = createBystander({ needs: instance.needs, nameOf: () => null, store, clock, log })
      bystander.resume(() => true)
      await settle()
      return { ...instance, ...bystander }
    }
    const first = await startAs('a')
    for (const psid of ['7', '8', '9']) first.wrote('1001', psid, true)
    await settle()
    await first.die()
    const second = await startAs('b')
    const causes = () => second.needs.confirmed().map(({ cause }) => cause)
    t.same(causes(), ['standby'], 'that no visitor has written since shows nothing')
    await clock.advance(2 * LOOK_AGAIN_MS)
    await settle()
    t.same(causes(), ['standby'])

    const third = await startAs('c')
    keep('1001', 'c')
    await settle()
    third.wrote('1001', '7', false)
    await settle()
    t.same([second.open(), third.open()], [[], []])
    t.same(third.heard.length, 2, 'it ended once')
  },
)
