import t from 'tap'
import type { TokenFacts } from '../../src/graph/graph.ts'
import { pageToken } from '../store/tokens/sample.ts'
import { build, DEAD, facts, failure, SECOND_MS } from './probed-world.ts'
import { refused } from '../helpers/token-status.ts'

t.test('before the first token a Page is missing', async (t) => {
  const { tokens, probes } = await build(t, {}, [])
  await tokens.start()
  t.match(tokens.status('100'), { state: 'missing', fingerprint: null, reason: /no token/ })
  t.equal(tokens.tokenFor('100'), null)
  t.strictSame(tokens.statuses(), [])
  await tokens.probe()
  await tokens.probe('100')
  tokens.suspect('100', 'page-token-1', refused('x'))
  t.strictSame(probes, [])
})

t.test('a stored token may be used at once, and is probed at start', async (t) => {
  const { tokens, clock, probes, changes } = await build(t)
  await tokens.start()
  t.equal(tokens.tokenFor('100'), 'page-token-1')
  t.match(tokens.status('100'), {
    state: 'valid',
    pageName: 'Example Page',
    reason: null,
    provedAtMs: 1_790_000_000_000,
    tasks: ['MESSAGING'],
    fingerprint: /^[0-9a-f]{8}$/,
  })
  t.strictSame(probes, [])
  await clock.advance(0)
  t.strictSame(probes, ['page-token-1'])
  t.match(tokens.status('100'), { scopes: facts().scopes, dataAccessExpiresAtMs: 5 })
  t.strictSame(changes, ['100 valid'])
})

t.test('a token that works is probed on schedule, with jitter', async (t) => {
  const early = await build(t, { random: () => 0 })
  await early.tokens.start()
  await early.clock.advance(810 * SECOND_MS)
  t.equal(early.probes.length, 2)

  const late = await build(t, { random: () => 0.999 })
  await late.tokens.start()
  await late.clock.advance(980 * SECOND_MS)
  t.equal(late.probes.length, 1)
  await late.clock.advance(10 * SECOND_MS)
  t.equal(late.probes.length, 2)
})

t.test('many Pages are not probed at the same moment at start', async (t) => {
  const pages = Array.from({ length: 10 }, (_, index) =>
    pageToken({ pageId: `p${index}`, token: `t${index}` }),
  )
  const { tokens, clock, probes } = await build(t, {}, pages)
  await tokens.start()
  await clock.advance(0)
  t.equal(probes.length, 1)
  await clock.advance(SECOND_MS)
  t.strictSame(
    probes,
    pages.map(({ token }) => token),
  )
})

t.test('a probe that says dead pauses the Page with the reason', async (t) => {
  const { tokens, clock, world, changes } = await build(t)
  world.answer = DEAD
  await tokens.start()
  await clock.advance(0)
  t.match(tokens.status('100'), { state: 'invalid', reason: /password was changed/, sinceMs: clock.now() })
  t.equal(tokens.tokenFor('100'), null)
  t.strictSame(changes, ['100 valid', '100 invalid'])
})

t.test('an outage leaves a token that works in use', async (t) => {
  const { tokens, clock, world } = await build(t)
  world.answer = failure('transient')
  await tokens.start()
  await clock.advance(3600 * SECOND_MS)
  t.equal(tokens.tokenFor('100'), 'page-token-1')
})

t.test('a probe waits as long as Graph asks', async (t) => {
  const { tokens, clock, world, probes } = await build(t)
  world.answer = failure('rate_limited', 600 * SECOND_MS)
  await tokens.start()
  await clock.advance(599 * SECOND_MS)
  t.equal(probes.length, 1)
  await clock.advance(SECOND_MS)
  t.equal(probes.length, 2)
})

t.test('a new token is in use the moment it is stored, and is probed', async (t) => {
  const { tokens, clock, world, probes, changes } = await build(t)
  world.answer = DEAD
  await tokens.start()
  await clock.advance(0)
  world.answer = facts()
  world.store([pageToken({ token: 'page-token-2' })])
  t.equal(tokens.tokenFor('100'), 'page-token-2')
  await clock.advance(0)
  t.strictSame(probes, ['page-token-1', 'page-token-2'])
  t.strictSame(changes, ['100 valid', '100 invalid', '100 valid'])
})

t.test('the same token proved again comes back to life', async (t) => {
  const { tokens, clock, world } = await build(t)
  world.answer = DEAD
  await tokens.start()
  await clock.advance(0)
  world.answer = facts()
  world.store([pageToken({ provedAtMs: clock.now() })])
  t.equal(tokens.tokenFor('100'), 'page-token-1')
})

t.test('a probe of the old token says nothing about the new one', async (t) => {
  const { tokens, clock, world } = await build(t)
  let answer = (_facts: TokenFacts): void => {}
  world.answer = (token) =>
    token === 'page-token-1' ? new Promise((resolve) => (answer = resolve)) : Promise.resolve(facts())
  await tokens.start()
  await clock.advance(0)
  world.store([pageToken({ token: 'page-token-2' })])
  answer(DEAD)
  await clock.advance(0)
  t.equal(tokens.tokenFor('100'), 'page-token-2')
})

t.test('a noted subscription is no new token', async (t) => {
  const { tokens, clock, world, changes, probes } = await build(t)
  await tokens.start()
  await clock.advance(0)
  world.store([pageToken({ subscribedFields: ['messages'] })])
  await clock.advance(0)
  t.strictSame(changes, ['100 valid'])
  t.equal(probes.length, 1)
})

t.test('a token that was taken out is missing, and its Page is still known', async (t) => {
  const { tokens, clock, world, probes } = await build(t)
  await tokens.start()
  await clock.advance(0)
  world.store([])
  t.match(tokens.statuses(), [{ pageId: '100', state: 'missing', fingerprint: null, reason: /taken out/ }])
  await clock.advance(3600 * SECOND_MS)
  t.equal(probes.length, 1)
})

t.test('one Page’s dead token leaves the others alone', async (t) => {
  const { tokens, clock, world } = await build(t, {}, [
    pageToken(),
    pageToken({ pageId: '200', token: 'page-token-2' }),
  ])
  world.answer = async (token) => (token === 'page-token-1' ? DEAD : facts())
  await tokens.start()
  await clock.advance(SECOND_MS)
  t.equal(tokens.tokenFor('100'), null)
  t.equal(tokens.tokenFor('200'), 'page-token-2')
})

t.test('probe asks about one Page or about all, and waits for the answer', async (t) => {
  const { tokens, clock, world, probes } = await build(t, {}, [
    pageToken(),
    pageToken({ pageId: '200', token: 'page-token-2' }),
  ])
  await tokens.start()
  await clock.advance(SECOND_MS)
  world.answer = DEAD
  await tokens.probe('200')
  t.equal(tokens.status('200').state, 'invalid')
  t.equal(tokens.status('100').state, 'valid')
  await tokens.probe()
  t.equal(tokens.status('100').state, 'invalid')
  t.equal(probes.length, 5)
})

t.test('an invalid token that works again is taken back into use', async (t) => {
  const { tokens, clock, world } = await build(t)
  world.answer = DEAD
  await tokens.start()
  await clock.advance(0)
  world.answer = facts()
  await clock.advance(900 * SECOND_MS)
  t.equal(tokens.tokenFor('100'), 'page-token-1')
})

t.test('stopped Page tokens ask no more and listen no more', async (t) => {
  const { tokens, clock, world, probes } = await build(t)
  await tokens.start()
  await tokens.stop()
  await clock.advance(3600 * SECOND_MS)
  t.strictSame(probes, [])
  t.equal(world.listeners.size, 0)
  t.equal(clock.pending(), 0)
})

t.test('a listener that left hears nothing', async (t) => {
  const { tokens, clock, world } = await build(t)
  let heard = 0
  tokens.onChange(() => heard++)()
  world.answer = DEAD
  await tokens.start()
  await clock.advance(0)
  t.equal(heard, 0)
})
