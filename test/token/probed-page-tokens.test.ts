import t, { type Test } from 'tap'
import { GraphError, type Verdict } from '../../src/graph/error.ts'
import type { TokenFacts } from '../../src/graph/graph.ts'
import type { StoredPageToken } from '../../src/store/tokens/records.ts'
import { soleDuty, soleInstance } from '../../src/base/duty.ts'
import { createKeptStates } from '../../src/token/kept-states.ts'
import { createFakeRecords } from '../helpers/records.ts'
import { createProbedPageTokens, type ProbedPageTokensDeps } from '../../src/token/probed-page-tokens.ts'
import type { TokenTrouble } from '../../src/token/trouble.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { pageToken } from '../store/tokens/sample.ts'

const APP_ID = '600'
const SECOND_MS = 1000

const facts = (over: Partial<TokenFacts> = {}): TokenFacts => ({
  isValid: true,
  type: 'PAGE',
  appId: APP_ID,
  userId: '7',
  profileId: '100',
  expiresAtMs: null,
  dataAccessExpiresAtMs: 5,
  issuedAtMs: null,
  scopes: ['pages_messaging', 'pages_manage_metadata'],
  granularScopes: [],
  error: null,
  ...over,
})

const DEAD = facts({ isValid: false, error: { code: 190, subcode: 460, message: 'changed' } })

const failure = (verdict: Verdict, retryAfterMs: number | null = null): GraphError =>
  new GraphError('Facebook said no', {
    verdict,
    edge: 'debug_token',
    graphCode: null,
    subcode: null,
    fbtraceId: null,
    httpStatus: null,
    retryAfterMs,
  })

const build = async (
  t: Test,
  over: Partial<ProbedPageTokensDeps> = {},
  pages: StoredPageToken[] = [pageToken()],
) => {
  const clock = createFakeClock()
  const probes: string[] = []
  const troubles: [string, TokenTrouble | null][] = []
  const changes: string[] = []
  const world = {
    pages,
    /** What debug_token answers; a function decides by token. */
    answer: facts() as TokenFacts | Error | ((token: string) => Promise<TokenFacts>),
    listeners: new Set<() => void>(),
    store: (next: StoredPageToken[]) => {
      world.pages = next
      for (const listener of world.listeners) listener()
    },
  }
  const tokens = createProbedPageTokens({
    store: {
      pages: () => world.pages,
      onChange: (listener) => {
        world.listeners.add(listener)
        return () => world.listeners.delete(listener)
      },
    },
    graph: {
      debugToken: async (token) => {
        probes.push(token)
        if (world.answer instanceof Error) throw world.answer
        return typeof world.answer === 'function' ? world.answer(token) : world.answer
      },
    },
    appId: APP_ID,
    clock,
    log: { info: () => {}, warn: () => {} },
    duty: soleDuty,
    kept: createKeptStates({
      records: createFakeRecords(clock),
      instances: soleInstance(),
      clock,
      log: { warn: () => {} },
    }),
    probeSeconds: 900,
    random: () => 0.5,
    onTrouble: (pageId, trouble) => troubles.push([pageId, trouble]),
    ...over,
  })
  tokens.onChange(({ pageId, state }) => changes.push(`${pageId} ${state}`))
  t.teardown(() => tokens.stop())
  return { tokens, clock, world, probes, troubles, changes }
}

t.test('before the first token a Page is missing', async (t) => {
  const { tokens, probes } = await build(t, {}, [])
  await tokens.start()
  t.match(tokens.status('100'), { state: 'missing', fingerprint: null, reason: /no token/ })
  t.equal(tokens.tokenFor('100'), null)
  t.strictSame(tokens.statuses(), [])
  await tokens.probe()
  await tokens.probe('100')
  tokens.suspect('100', 'page-token-1', 'x')
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

t.test('a refused call pauses the Page at once, and debug_token decides', async (t) => {
  const { tokens, clock, world, probes, changes } = await build(t)
  await tokens.start()
  await clock.advance(0)
  world.answer = DEAD
  tokens.suspect('100', 'page-token-1', 'error 190/460')
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
  tokens.suspect('100', 'page-token-0', 'late')
  t.equal(tokens.status('100').state, 'valid')
  await clock.advance(SECOND_MS)
  t.equal(probes.length, 1)
})

t.test('a hundred refused calls make one doubt and one probe', async (t) => {
  const { tokens, clock, world, probes } = await build(t)
  await tokens.start()
  await clock.advance(0)
  world.answer = DEAD
  for (let call = 0; call < 100; call++) tokens.suspect('100', 'page-token-1', 'no')
  await clock.advance(0)
  for (let call = 0; call < 100; call++) tokens.suspect('100', 'page-token-1', 'no')
  await clock.advance(0)
  t.equal(probes.length, 2)
})

t.test('a probe begun before the doubt confirms nothing', async (t) => {
  const { tokens, clock, world, probes } = await build(t)
  let answer = (_facts: TokenFacts): void => {}
  world.answer = () => new Promise((resolve) => (answer = resolve))
  await tokens.start()
  await clock.advance(0)
  tokens.suspect('100', 'page-token-1', 'no')
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
  tokens.suspect('100', 'page-token-1', 'no')
  await clock.advance(60 * SECOND_MS)
  t.equal(tokens.status('100').state, 'suspect')
  t.ok(probes.length >= 4 && probes.length <= 8, `${probes.length} probes in a minute`)
  t.strictSame(troubles, [], 'an outage raises no need')

  world.answer = facts()
  await clock.advance(60 * SECOND_MS)
  t.equal(tokens.status('100').state, 'valid')
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

t.test('wrong app credentials are trouble of their own, never a dead token', async (t) => {
  const { tokens, clock, world, troubles } = await build(t)
  world.answer = failure('configuration')
  await tokens.start()
  await clock.advance(600 * SECOND_MS)
  t.equal(tokens.status('100').state, 'valid')
  t.match(troubles, [['100', { cause: 'configuration', what: /Facebook said no/, remedy: /FB_APP_SECRET/ }]])

  world.answer = facts()
  await clock.advance(60 * SECOND_MS)
  t.match(troubles.slice(1), [['100', null]])
})

t.test('a token of another app is our configuration, too', async (t) => {
  const { tokens, clock, world, troubles } = await build(t)
  world.answer = facts({ appId: '999' })
  await tokens.start()
  await clock.advance(0)
  t.equal(tokens.status('100').state, 'valid')
  t.match(troubles, [['100', { cause: 'configuration', what: /app 999, but FB_APP_ID is 600/ }]])

  const refused = await build(t)
  refused.world.answer = failure('bad_request')
  await refused.tokens.start()
  await refused.clock.advance(0)
  t.match(refused.troubles, [['100', { cause: 'configuration' }]])
})

t.test('a lost pages_messaging is told, and told when it is back', async (t) => {
  const { tokens, clock, world, troubles } = await build(t)
  world.answer = facts({ scopes: ['pages_show_list'] })
  await tokens.start()
  await clock.advance(0)
  t.match(troubles, [['100', { cause: 'permission', what: /pages_messaging/ }]])
  world.answer = facts()
  await tokens.probe('100')
  t.match(troubles[1], ['100', null])
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
      tokens.suspect('100', 'page-token-1', 'error 190')
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
    tokens.suspect('100', 'page-token-1', 'error 190')
    await clock.advance(pauseMs === 0 ? 2000 : 0)
    t.equal(tokens.status('100').state, 'valid')
  }
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

t.test(
  'a doubt that cannot be decided is told after a few minutes, and is over with the answer',
  async (t) => {
    const { clock, tokens, world, troubles } = await build(t)
    await tokens.start()
    await clock.advance(0)
    world.answer = failure('rate_limited', 3_600_000)
    tokens.suspect('100', 'page-token-1', 'error 190')
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

t.test('a refusal that is proof enough needs no debug_token to count', async (t) => {
  const { clock, tokens, world } = await build(t)
  await tokens.start()
  await clock.advance(0)
  world.answer = failure('transient')
  tokens.suspect('100', 'page-token-1', 'error 190/460: the password was changed', true)
  await clock.advance(0)
  t.match(tokens.status('100'), { state: 'invalid', reason: /190\/460/ })
  world.answer = facts()
  await clock.advance(120 * SECOND_MS)
  t.equal(tokens.status('100').state, 'valid', 'debug_token has the last word')
})

t.test(
  'a token that was proved to have no end and has one now is healed at once, or told while it works',
  async (t) => {
    const healed: string[] = []
    let isGood = true
    const heal = async ({ token }: StoredPageToken) => {
      healed.push(token)
      return isGood
    }
    const { clock, tokens, world, troubles } = await build(t, { heal })
    const endsMs = Date.UTC(2026, 11, 24)
    world.answer = facts({ expiresAtMs: endsMs })
    await tokens.start()
    await clock.advance(0)
    t.strictSame(healed, ['page-token-1'])
    t.strictSame(troubles, [])

    isGood = false
    await tokens.probe('100')
    t.match(troubles, [
      ['100', { cause: 'token_expires', what: /expires on 2026-12-24/, remedy: /--page 100/, byToken: true }],
    ])
    t.equal(tokens.tokenFor('100'), 'page-token-1', 'it still works')
    t.equal(tokens.status('100').expiresAtMs, endsMs)
    world.store([pageToken({ token: 'page-token-2', provedAtMs: 9 })])
    world.answer = facts()
    await clock.advance(0)
    t.equal(tokens.status('100').expiresAtMs, null)
    t.strictSame(troubles.at(-1), ['100', null])
  },
)

t.test('where a role is missing, the role comes first and the token second', async (t) => {
  const { clock, tokens, world } = await build(t)
  await tokens.start()
  await clock.advance(SECOND_MS)
  world.answer = facts({ isValid: false, error: { code: 190, subcode: 492, message: 'no role' } })
  tokens.suspect('100', 'page-token-1', 'error 190/492')
  await clock.advance(SECOND_MS)
  t.match(tokens.status('100'), { state: 'invalid', remedy: /^Give the person the task "Messages"/ })

  world.answer = DEAD
  world.store([pageToken({ token: 'page-token-2', provedAtMs: clock.now() })])
  tokens.suspect('100', 'page-token-2', 'error 190/460')
  await clock.advance(SECOND_MS)
  t.match(tokens.status('100'), { state: 'invalid', remedy: null })
})
