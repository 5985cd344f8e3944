import t, { type Test } from 'tap'
import { soleInstance } from '../../src/base/duty.ts'
import type { TokenFacts } from '../../src/graph/graph.ts'
import { createKeptStates } from '../../src/token/kept-states.ts'
import { createProbedPageTokens } from '../../src/token/probed-page-tokens.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'
import { createDuties } from '../helpers/duty.ts'
import { APP_ID } from '../helpers/graph-server.ts'
import { createFakeRecords } from '../helpers/records.ts'
import { pageToken } from '../store/tokens/sample.ts'
import { refused } from '../helpers/token-status.ts'

const GOOD = {
  isValid: true,
  appId: APP_ID,
  scopes: ['pages_messaging'],
  granularScopes: [],
} as unknown as TokenFacts
const DEAD = { ...GOOD, isValid: false } as TokenFacts

/** Instances with the same tokens on one database; `keep` says which one keeps the Page. */
const build = (t: Test) => {
  const clock = createFakeClock()
  const records = createFakeRecords(clock)
  const instances = soleInstance()
  const duties = createDuties()
  const world = { answer: GOOD as TokenFacts | Error, stored: [pageToken()] }
  const { pageId } = pageToken()
  duties.give(pageId, 'a')
  const start = async (self: string) => {
    const probes: string[] = []
    const changes: string[] = []
    const log = { info: () => undefined, warn: () => undefined }
    const tokens = createProbedPageTokens({
      store: { pages: () => world.stored, onChange: () => () => undefined },
      graph: {
        debugToken: async (token) => {
          probes.push(token)
          if (world.answer instanceof Error) throw world.answer
          return world.answer
        },
      },
      appId: APP_ID,
      clock,
      log,
      duty: duties.of(self),
      kept: createKeptStates({ records, instances, clock, log }),
      probeSeconds: 900,
      random: () => 0.5,
    })
    tokens.onChange(({ state }) => changes.push(state))
    t.teardown(() => tokens.stop())
    await tokens.start()
    await clock.advance(100)
    return { tokens, probes, changes, state: () => tokens.status(pageId) }
  }
  return {
    clock,
    world,
    pageId,
    start,
    keep: async (instance: string) => {
      duties.give(pageId, instance)
      await clock.advance(100)
    },
  }
}

t.test('a token that dies is probed by its keeper alone, and dead on every instance', async (t) => {
  const { clock, world, pageId, start } = build(t)
  const [a, b] = [await start('a'), await start('b')]
  t.same([a.probes.length, b.probes.length], [1, 0])
  world.answer = DEAD
  a.tokens.suspect(pageId, world.stored[0]?.token ?? '', refused('Facebook refused it'))
  await clock.advance(100)
  t.equal(a.state().state, 'invalid')
  t.match(b.state(), { state: 'invalid', reason: a.state().reason, sinceMs: a.state().sinceMs })
  t.equal(b.tokens.tokenFor(pageId), null)
  await b.tokens.probe()
  t.same([a.probes.length, b.probes.length], [2, 0])
})

t.test(
  'a token that was dead before a restart is not sent with after it, until a probe says that it lives',
  async (t) => {
    const { clock, world, pageId, start } = build(t)
    const before = await start('a')
    world.answer = DEAD
    await before.tokens.probe(pageId)
    await settle()
    const { sinceMs } = before.state()
    await before.tokens.stop()
    await clock.advance(60_000)
    world.answer = new Error('Facebook is down')
    const after = await start('a')
    t.match(after.state(), { state: 'invalid', sinceMs })
    t.same(after.changes, ['invalid'])
    world.answer = GOOD
    await clock.advance(60_000)
    t.equal(after.state().state, 'valid')
  },
)

t.test('what is known of one token is not believed of the next', async (t) => {
  const { world, pageId, start } = build(t)
  const before = await start('a')
  world.answer = DEAD
  await before.tokens.probe(pageId)
  await settle()
  await before.tokens.stop()
  world.answer = GOOD
  world.stored = [{ ...pageToken(), token: 'another' }]
  const after = await start('a')
  t.same(after.changes, ['valid'])
})

t.test('that the app was removed is told to one instance, and probed by the keeper', async (t) => {
  const { clock, world, pageId, start } = build(t)
  const [a, b] = [await start('a'), await start('b')]
  world.answer = DEAD
  await b.tokens.deauthorized({ userId: null, pageId })
  await clock.advance(100)
  t.same([a.probes.length, b.probes.length], [2, 0])
  t.match([a.state(), b.state()], [{ state: 'invalid' }, { state: 'invalid' }])
})

t.test('the next keeper goes on with the state, and probes for itself', async (t) => {
  const { clock, world, start, keep, pageId } = build(t)
  const [a, b] = [await start('a'), await start('b')]
  world.answer = DEAD
  await a.tokens.probe(pageId)
  await settle()
  const { sinceMs } = a.state()
  await keep('b')
  t.equal(b.probes.length, 1)
  t.match(b.state(), { state: 'invalid', sinceMs })
  const asked = a.probes.length
  await clock.advance(3_600_000)
  t.equal(a.probes.length, asked, 'the old one asks no more')
  t.ok(b.probes.length > 2)
})

t.test('a state that the database did not take is kept when it answers again', async (t) => {
  const clock = createFakeClock()
  const records = createFakeRecords(clock)
  const warned: string[] = []
  const log = { warn: (_facts: object, text: string) => void warned.push(text) }
  const kept = createKeptStates({ records, instances: soleInstance(), clock, log })
  t.teardown(() => kept.stop())
  await kept.start()
  records.fail(new Error('gone'))
  const state = { state: 'invalid', reason: 'The password was changed.' } as const
  kept.keep('1001', { ...state, remedy: null, sinceMs: 0, fingerprint: null, provedAtMs: null })
  await settle()
  t.match(warned, [/tried again/])
  t.match(kept.of('1001'), state, 'this instance knows it')
  records.fail(null)
  t.same(await records.list('token-state'), [])
  await clock.advance(5000)
  t.match(
    (await records.list('token-state')).map(({ data }) => JSON.parse(data) as object),
    [state],
  )
})
