import t, { type Test } from 'tap'
import { GraphError, type Verdict } from '../../src/graph/error.ts'
import type { AccountPage, TokenFacts } from '../../src/graph/graph.ts'
import type { StoredPageToken, StoredUserToken } from '../../src/store/tokens/records.ts'
import { createHealer } from '../../src/token/heal.ts'
import { soleDuty } from '../../src/base/duty.ts'
import { createProbedPageTokens } from '../../src/token/probed-page-tokens.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { pageToken, userToken as sample } from '../store/tokens/sample.ts'
import { refused } from '../helpers/token-status.ts'
import { keptAlone } from './kept-alone.ts'

const APP_ID = '600'
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const SCOPES = ['pages_show_list', 'pages_messaging', 'pages_manage_metadata']

const userToken = (over: Partial<StoredUserToken> = {}): StoredUserToken =>
  sample({ expiresAtMs: null, ...over })

const facts = (over: Partial<TokenFacts> = {}): TokenFacts => ({
  isValid: true,
  type: 'USER',
  appId: APP_ID,
  userId: '7',
  profileId: null,
  expiresAtMs: 1_799_000_000_000,
  dataAccessExpiresAtMs: 5,
  issuedAtMs: null,
  scopes: SCOPES,
  granularScopes: [],
  error: null,
  ...over,
})

const pageFacts = (over: Partial<TokenFacts> = {}): TokenFacts =>
  facts({ type: 'PAGE', profileId: '100', expiresAtMs: null, ...over })

const DEAD = facts({ isValid: false, error: { code: 190, subcode: 460, message: 'changed' } })

const failure = (verdict: Verdict): GraphError =>
  new GraphError('Facebook said no', {
    verdict,
    edge: 'page',
    graphCode: null,
    subcode: null,
    fbtraceId: null,
    httpStatus: null,
    retryAfterMs: null,
  })

/** A world in which the token `page-token-1` died, and `long-1` still makes `page-token-2`. */
const build = (t: Test) => {
  const clock = createFakeClock()
  const calls: string[] = []
  const lines: string[] = []
  const listeners = new Set<() => void>()
  const world = {
    users: [userToken()],
    pages: [pageToken()],
    tokens: new Map<string, TokenFacts | GraphError>([
      ['page-token-1', DEAD],
      ['page-token-2', pageFacts()],
      ['long-1', facts()],
    ]),
    page: { id: '100', name: 'Bakery', pageToken: 'page-token-2', tasks: null } as AccountPage | GraphError,
    saved: [] as StoredPageToken[],
  }
  const graph = {
    debugToken: async (token: string) => {
      calls.push(`debug ${token}`)
      const known = world.tokens.get(token) ?? DEAD
      if (known instanceof GraphError) throw known
      return known
    },
    page: async (pageId: string, token: string) => {
      calls.push(`page ${pageId} ${token}`)
      if (world.page instanceof GraphError) throw world.page
      return world.page
    },
    me: async () => ({ id: '100', name: null }),
  }
  const store = {
    users: () => world.users,
    pages: () => world.pages,
    save: async ({ pages = [] }: { pages?: readonly StoredPageToken[] }) => {
      world.saved.push(...pages)
      world.pages = [...pages]
      for (const listener of listeners) listener()
    },
    onChange: (listener: () => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const log = {
    info: (_facts: object, message: string) => void lines.push(message),
    warn: (_facts: object, message: string) => void lines.push(message),
  }
  const heal = createHealer({ store, graph, appId: APP_ID, clock, log })
  const tokens = createProbedPageTokens({
    store,
    graph,
    appId: APP_ID,
    clock,
    log,
    duty: soleDuty,
    kept: keptAlone(clock),
    probeSeconds: 900,
    random: () => 0.5,
    heal,
  })
  const changes: string[] = []
  tokens.onChange(({ pageId, state }) => changes.push(`${pageId} ${state}`))
  t.teardown(() => tokens.stop())
  return { world, store, clock, calls, lines, heal, tokens, changes }
}

t.test(
  'a dead Page token is replaced from a user token that lives, proved and with what was known',
  async (t) => {
    const { world, heal, lines, clock } = build(t)
    t.equal(await heal(pageToken({ subscribedFields: ['messages'] })), true)
    t.strictSame(world.saved, [
      pageToken({
        token: 'page-token-2',
        name: 'Bakery',
        scopes: SCOPES,
        provedAtMs: clock.now(),
        dataAccessExpiresAtMs: 5,
        subscribedFields: ['messages'],
      }),
    ])
    t.strictSame(lines, ['the page token was replaced by a new one without a person'])
  },
)

t.test('what cannot be proved is not saved', async (t) => {
  for (const bad of [
    pageFacts({ expiresAtMs: 1_799_000_000_000 }),
    pageFacts({ appId: '601' }),
    pageFacts({ profileId: '101' }),
    pageFacts({ scopes: [] }),
    DEAD,
  ]) {
    const { world, heal, lines } = build(t)
    world.tokens.set('page-token-2', bad)
    t.equal(await heal(pageToken()), false)
    t.strictSame(world.saved, [])
    t.equal(lines.length, 1)
  }
})

t.test('a user token that is over by our clock is tried all the same, after the others', async (t) => {
  const { world, heal, calls, clock } = build(t)
  world.users = [
    userToken({ expiresAtMs: clock.now() - 1 }),
    userToken({ userId: '8', token: 'long-8', expiresAtMs: clock.now() + 1 }),
  ]
  t.equal(await heal(pageToken()), true)
  t.strictSame(calls.slice(0, 2), ['debug long-8', 'debug long-1'])
})

t.test('user tokens of another app or known to be dead cost no call', async (t) => {
  const { world, heal, calls, clock } = build(t)
  world.users = [userToken({ userId: '8', appId: '601' })]
  t.equal(await heal(pageToken()), false)
  t.strictSame(calls, [])

  world.users = [userToken({ token: 'long-dead' })]
  t.equal(await heal(pageToken()), false)
  t.strictSame(calls, ['debug long-dead'])
  await clock.advance(30 * 24 * HOUR_MS)
  t.equal(await heal(pageToken()), false)
  t.equal(calls.length, 1)
})

t.test(
  'the person who made the dead token is tried first, then who logged in last, a few at most',
  async (t) => {
    const { world, heal, calls } = build(t)
    const other = (userId: string, savedAtMs: number): StoredUserToken =>
      userToken({ userId, token: `long-${userId}`, savedAtMs })
    world.users = [
      other('1', 10),
      other('2', 30),
      other('3', 20),
      userToken({ token: 'long-7', savedAtMs: 1 }),
    ]
    t.equal(await heal(pageToken()), false)
    t.strictSame(calls, ['debug long-7', 'debug long-2', 'debug long-3'])
  },
)

t.test('a clock that is set back or forward neither ends the tries nor hurries them', async (t) => {
  for (const setMs of [-400 * 24 * HOUR_MS, 400 * 24 * HOUR_MS]) {
    const { world, heal, calls, clock } = build(t)
    world.page = failure('bad_request')
    await heal(pageToken())
    clock.set(setMs)
    await heal(pageToken())
    const before = calls.length
    t.equal(calls.filter((call) => call.startsWith('page ')).length, 1)
    await clock.advance(15 * MINUTE_MS)
    await heal(pageToken())
    t.ok(calls.length > before)
  }
})

t.test('a lost role is asked about ever more seldom; another token starts afresh', async (t) => {
  const { world, heal, calls, clock } = build(t)
  world.page = failure('bad_request')
  const attempts = () => calls.filter((call) => call.startsWith('page ')).length
  const healAfter = async (ms: number) => {
    await clock.advance(ms)
    await heal(pageToken())
    return attempts()
  }
  t.equal(await healAfter(0), 1)
  t.equal(await healAfter(14 * MINUTE_MS), 1)
  t.equal(await healAfter(MINUTE_MS), 2)
  t.equal(await healAfter(29 * MINUTE_MS), 2)
  t.equal(await healAfter(MINUTE_MS), 3)
  for (let day = 0; day < 3; day += 1) await healAfter(24 * HOUR_MS)
  t.equal(await healAfter(5 * HOUR_MS), 6)
  t.equal(await healAfter(HOUR_MS), 7)

  await heal(pageToken({ token: 'page-token-0' }))
  t.equal(attempts(), 8)
  world.users = [userToken({ token: 'long-2' })]
  world.tokens.set('long-2', facts())
  await heal(pageToken({ token: 'page-token-0' }))
  t.equal(attempts(), 9)
})

t.test('an outage in between is bridged for some seconds, then a person is asked', async (t) => {
  const { world, heal, calls, clock } = build(t)
  world.tokens.set('long-1', failure('transient'))
  const bridged = heal(pageToken())
  await clock.advance(2000)
  world.tokens.set('long-1', facts())
  await clock.advance(8000)
  t.equal(await bridged, true)

  calls.length = 0
  world.tokens.set('long-1', failure('transient'))
  const given = heal(pageToken({ token: 'page-token-0' }))
  await clock.advance(10_000)
  t.equal(await given, false)
  t.equal(calls.length, 3)
})

t.test(
  'while it is tried the Page is paused and no alert is sent; then it goes on with the new token',
  async (t) => {
    const { tokens, clock, changes, world } = build(t)
    await tokens.start()
    t.equal(tokens.tokenFor('100'), 'page-token-1')
    const waiting = Promise.withResolvers<AccountPage>()
    const page = world.page
    Object.defineProperty(world, 'page', { get: () => waiting.promise })
    await clock.advance(0)
    t.match(tokens.status('100'), { state: 'suspect', reason: /password was changed/ })
    t.equal(tokens.tokenFor('100'), null)

    waiting.resolve(page as AccountPage)
    await clock.advance(0)
    t.equal(tokens.tokenFor('100'), 'page-token-2')
    t.strictSame(changes, ['100 valid', '100 suspect', '100 valid'])
  },
)

t.test('what cannot be healed is invalid, and is healed later when the role is back', async (t) => {
  const { tokens, clock, changes, world } = build(t)
  const page = world.page
  world.page = failure('bad_request')
  await tokens.start()
  await clock.advance(0)
  t.strictSame(changes, ['100 valid', '100 suspect', '100 invalid'])

  world.page = page
  await clock.advance(16 * MINUTE_MS)
  t.equal(tokens.tokenFor('100'), 'page-token-2')
  t.equal(changes.at(-1), '100 valid')
})

t.test('a token that a person brings meanwhile is not called invalid', async (t) => {
  const { tokens, clock, changes, world, store } = build(t)
  world.tokens.set('long-1', failure('transient'))
  await tokens.start()
  await clock.advance(1000)
  t.equal(tokens.status('100').state, 'suspect')
  world.tokens.set('page-token-3', pageFacts())
  await store.save({ pages: [pageToken({ token: 'page-token-3', provedAtMs: 1_790_000_000_001 })] })
  await clock.advance(20_000)
  t.equal(tokens.tokenFor('100'), 'page-token-3')
  t.notOk(changes.includes('100 invalid'))
})

t.test('a deauthorized person pauses the Pages of their tokens, and these alone', async (t) => {
  const { tokens, clock, world, calls } = build(t)
  world.users = []
  world.tokens.set('page-token-1', pageFacts())
  world.tokens.set('page-token-9', pageFacts({ profileId: '900' }))
  world.pages = [pageToken(), pageToken({ pageId: '900', token: 'page-token-9', userId: '9' })]
  await tokens.start()
  await clock.advance(1000)
  calls.length = 0

  world.tokens.set('page-token-1', DEAD)
  const done = tokens.deauthorized({ userId: '7', pageId: null })
  t.match(tokens.status('100'), { state: 'suspect', reason: /app was removed/ })
  t.equal(tokens.tokenFor('900'), 'page-token-9')
  t.equal(tokens.tokenFor('100'), 'page-token-1', 'it goes on sending where only another program says so')
  await done
  t.equal(tokens.tokenFor('100'), null)
  t.equal(tokens.status('100').state, 'invalid')
  t.strictSame(calls, ['debug page-token-1'])

  await tokens.deauthorized({ userId: null, pageId: '900' })
  t.strictSame(calls.slice(1), ['debug page-token-9'])
  t.equal(tokens.status('900').state, 'valid')

  calls.length = 0
  await tokens.deauthorized({ userId: 'a stranger', pageId: null })
  await tokens.deauthorized({ userId: null, pageId: null })
  t.strictSame(calls, [], 'nothing is asked where no Page is concerned')
})

t.test('a call that is refused pauses a Page that another program has put in doubt', async (t) => {
  const { tokens, clock, world } = build(t)
  world.users = []
  world.tokens.set('page-token-1', pageFacts())
  world.pages = [pageToken()]
  await tokens.start()
  await clock.advance(1000)
  const done = tokens.deauthorized({ userId: '7', pageId: null })
  tokens.suspect('100', 'page-token-1', refused('it was refused'))
  t.equal(tokens.tokenFor('100'), null)
  await done
})
