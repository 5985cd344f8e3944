import t from 'tap'
import type { TokenFacts } from '../../src/graph/graph.ts'
import { build, DEAD, facts, failure, SECOND_MS } from './probed-world.ts'
import { refused } from '../helpers/token-status.ts'

t.test('a refused call pauses the Page at once, and debug_token decides', async (t) => {
  const { tokens, clock, world, probes, changes } = await build(t)
  await tokens.start()
  await clock.advance(0)
  world.answer = DEAD
  tokens.suspect('100', 'page-token-1', refused('error 190/460'))
  t.match(tokens.status('100'), { state: 'suspect', reason: /error 190\/460/ })
  t.equal(tokens.tokenFor('100'), null)
  await clock.advance(0)
  t.equal(tokens.status('100').state, 'invalid')
  t.equal(probes.length, 2)
  t.strictSame(changes, ['100 valid', '100 suspect', '100 invalid'])
})

t.test('a refused call with an older token changes nothing', async (t) => {
  const { tokens, clock, probes } = await build(t)
  await tokens.start()
  await clock.advance(0)
  tokens.suspect('100', 'page-token-0', refused('late'))
  t.equal(tokens.status('100').state, 'valid')
  await clock.advance(SECOND_MS)
  t.equal(probes.length, 1)
})

t.test('a hundred refused calls make one doubt and one probe', async (t) => {
  const { tokens, clock, world, probes } = await build(t)
  await tokens.start()
  await clock.advance(0)
  world.answer = DEAD
  for (let call = 0; call < 100; call++) tokens.suspect('100', 'page-token-1', refused('no'))
  await clock.advance(0)
  for (let call = 0; call < 100; call++) tokens.suspect('100', 'page-token-1', refused('no'))
  await clock.advance(0)
  t.equal(probes.length, 2)
})

t.test('a probe begun before the doubt confirms nothing', async (t) => {
  const { tokens, clock, world, probes } = await build(t)
  let answer = (_facts: TokenFacts): void => {}
  world.answer = () => new Promise((resolve) => (answer = resolve))
  await tokens.start()
  await clock.advance(0)
  tokens.suspect('100', 'page-token-1', refused('no'))
  await clock.advance(0)
  t.equal(probes.length, 1, 'one at a time')

  answer(facts())
  await clock.advance(0)
  t.equal(tokens.status('100').state, 'suspect')
  t.equal(probes.length, 2)
  answer(DEAD)
  await clock.advance(0)
  t.equal(tokens.status('100').state, 'invalid')
})

t.test('an outage kills no token, and a suspect one is asked about again with back-off', async (t) => {
  const { tokens, clock, world, probes, troubles } = await build(t)
  await tokens.start()
  await clock.advance(0)
  world.answer = failure('transient')
  tokens.suspect('100', 'page-token-1', refused('no'))
  await clock.advance(60 * SECOND_MS)
  t.equal(tokens.status('100').state, 'suspect')
  t.ok(probes.length >= 4 && probes.length <= 8, `${probes.length} probes in a minute`)
  t.strictSame(troubles, [], 'an outage raises no need')

  world.answer = facts()
  await clock.advance(60 * SECOND_MS)
  t.equal(tokens.status('100').state, 'valid')
})

t.test(
  'a token that debug_token keeps calling valid is doubted ever more slowly, and the operator hears',
  async (t) => {
    const { tokens, clock, probes, troubles } = await build(t)
    await tokens.start()
    await clock.advance(0)
    const waits: number[] = []
    for (let round = 0; round < 7; round++) {
      const beforeMs = clock.now()
      tokens.suspect('100', 'page-token-1', refused('error 190'))
      while (tokens.status('100').state === 'suspect') await clock.advance(500)
      waits.push(clock.now() - beforeMs)
    }
    t.strictSame(waits, [500, 1000, 4000, 16_000, 64_000, 256_000, 300_000])
    t.equal(probes.length, 8)
    t.match(troubles, [['100', { cause: 'restricted', what: /calls the token valid, yet refuses/ }]])
  },
)

t.test('after a quarter of an hour without a doubt, the next one is looked into at once', async (t) => {
  const { tokens, clock } = await build(t)
  await tokens.start()
  for (const pauseMs of [0, 0, 16 * 60 * SECOND_MS]) {
    await clock.advance(pauseMs)
    tokens.suspect('100', 'page-token-1', refused('error 190'))
    await clock.advance(pauseMs === 0 ? 2000 : 0)
    t.equal(tokens.status('100').state, 'valid')
  }
})

t.test('a clock that is set while a doubt lasts neither delays the word nor hurries it', async (t) => {
  for (const setMs of [-86_400_000, 86_400_000]) {
    const { clock, tokens, world, troubles } = await build(t)
    await tokens.start()
    await clock.advance(0)
    world.answer = failure('transient')
    tokens.suspect('100', 'page-token-1', refused('error 190'))
    await clock.advance(10 * SECOND_MS)
    clock.set(setMs)
    await clock.advance(100 * SECOND_MS)
    t.strictSame(troubles, [])
    await clock.advance(140 * SECOND_MS)
    t.match(troubles, [['100', { cause: 'token_invalid', what: /probably dead/ }]])
  }
})

t.test(
  'a doubt that cannot be decided is told after a few minutes, and is over with the answer',
  async (t) => {
    const { clock, tokens, world, troubles } = await build(t)
    await tokens.start()
    await clock.advance(0)
    world.answer = failure('rate_limited', 3_600_000)
    tokens.suspect('100', 'page-token-1', refused('error 190'))
    await clock.advance(170 * SECOND_MS)
    t.strictSame(troubles, [])
    await clock.advance(20 * SECOND_MS)
    t.match(troubles, [
      ['100', { cause: 'token_invalid', what: /probably dead.*Facebook said no.*error 190/, byToken: true }],
    ])
    t.equal(tokens.status('100').state, 'suspect')
    world.answer = facts()
    await tokens.probe('100')
    t.equal(tokens.status('100').state, 'valid')
    t.strictSame(troubles.at(-1), ['100', null])
  },
)

t.test('what mends a token is told as the refused call said it, where debug_token says less', async (t) => {
  const cases = [
    ['invalid', facts({ isValid: false, error: null })],
    ['invalid', failure('transient')],
    ['disputed', facts()],
  ] as const
  for (const [outcome, answer] of cases) {
    const { clock, tokens, world, troubles } = await build(t)
    await tokens.start()
    await clock.advance(0)
    world.answer = answer
    for (let round = 0; round < 3; round++) {
      tokens.suspect('100', 'page-token-1', refused('error 190', 'token_dead', 'Tick the Page.'))
      await clock.advance(4 * SECOND_MS)
    }
    if (outcome === 'disputed')
      t.match(troubles, [['100', { cause: 'restricted', remedy: 'Tick the Page.' }]])
    else t.match(tokens.status('100'), { state: 'invalid', remedy: 'Tick the Page.' })
  }
})

t.test('a refusal that is proof enough needs no debug_token to count', async (t) => {
  const { clock, tokens, world } = await build(t)
  await tokens.start()
  await clock.advance(0)
  world.answer = failure('transient')
  tokens.suspect('100', 'page-token-1', refused('error 190/460: the password was changed', 'token_dead'))
  await clock.advance(0)
  t.match(tokens.status('100'), { state: 'invalid', reason: /190\/460/ })
  world.answer = facts()
  await clock.advance(120 * SECOND_MS)
  t.equal(tokens.status('100').state, 'valid', 'debug_token has the last word')
})
