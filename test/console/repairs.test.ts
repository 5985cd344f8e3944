import t from 'tap'
import { createLogins } from '../../src/console/logins.ts'
import { createRepairs, type RepairOrder, type RunBootstrap } from '../../src/console/repairs.ts'
import { BotError } from '../../src/base/errors.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'

const PAGES = [
  { id: '1', name: 'Bakery', unusable: null },
  { id: '2', name: null, unusable: null },
]
const BAKERY = { id: '1', name: 'Bakery', expiresAt: null, scopes: [], tasks: [], subscribed: true }
const ORDER: RepairOrder = {
  session: 'session-1',
  pageIds: [],
  likely: [],
  isFirst: false,
  waiting: new Map(),
  userToken: 'user-token-1',
}

const build = (bootstrap: RunBootstrap) => {
  const clock = createFakeClock()
  const errors: string[] = []
  const log = { error: (_facts: object, message: string) => void errors.push(message) }
  return { clock, errors, repairs: createRepairs({ bootstrap, clock, log }) }
}

t.test('steps take the place of what they began as', async (t) => {
  const { repairs } = build(async ({ report }) => {
    report({ name: 'inspect', status: 'started', pageId: null, text: 'Inspecting' })
    report({ name: 'inspect', status: 'done', pageId: null, text: 'Valid' })
    report({ name: 'list', status: 'started', pageId: null, text: 'Looking' })
    report({ name: 'list', status: 'failed', pageId: null, text: 'No Page at all' })
    throw new BotError('BOT_PAGE_NOT_FOUND', 'No Page at all', { remedy: 'Tick it.' })
  })
  const repair = repairs.begin(ORDER)
  await repair.settled()
  t.match(repair.view(), {
    is: 'failed',
    steps: [
      { status: 'done', text: 'Valid' },
      { status: 'failed', text: 'Looking' },
    ],
    failure: { code: 'BOT_PAGE_NOT_FOUND', what: 'No Page at all', remedy: 'Tick it.' },
  })
})

t.test('an unforeseen error shows nothing of itself, and is logged', async (t) => {
  const { repairs, errors } = build(() => Promise.reject(new Error('user-token-1 at /some/path')))
  const repair = repairs.begin(ORDER)
  await repair.settled()
  t.equal(repair.view().is, 'failed')
  t.notMatch(JSON.stringify(repair.view()), /user-token-1|path/)
  t.same(errors, ['a repair in the console failed'])
})

t.test('a choice is waited for, but not for ever: the token does not stay in memory', async (t) => {
  const chosen: string[][] = []
  const { repairs, clock } = build(async ({ choose }) => {
    chosen.push(await choose(PAGES))
    return [BAKERY]
  })
  const repair = repairs.begin({ ...ORDER, likely: ['2'], waiting: new Map([['1', 3]]) })
  await repair.settled()
  t.match(repair.view(), {
    is: 'choosing',
    choices: [
      { id: '1', likely: false },
      { id: '2', name: 'unnamed', likely: true },
    ],
  })
  repair.choose(['1', '7'])
  await repair.settled()
  t.same(chosen, [['1']])
  t.match(repair.view(), { is: 'done', waited: 3, choices: [] })
  repair.choose(['2'])
  await settle()
  t.same(chosen, [['1']], 'a second answer comes too late')

  const forgotten = repairs.begin(ORDER)
  await forgotten.settled()
  t.match(
    forgotten.view(),
    { choices: [{ likely: true }, { likely: true }] },
    'where none is likelier, all are',
  )
  await clock.advance(10 * 60_000)
  t.same(chosen.at(-1), [])
  t.equal(clock.pending(), 0)
})

t.test('where the token has to be fetched first, that is the first step', async (t) => {
  const seen: string[] = []
  const { repairs } = build(async ({ userToken }) => {
    seen.push(userToken)
    return [BAKERY]
  })
  const userToken = { doing: 'Exchanging', done: 'Logged in', fetch: async () => 'user-token-2' }
  const repair = repairs.begin({ ...ORDER, userToken })
  await repair.settled()
  t.same(seen, ['user-token-2'])
  t.same(repair.view().steps, [{ status: 'done', text: 'Logged in' }])

  const refused = repairs.begin({
    ...ORDER,
    userToken: { ...userToken, fetch: () => Promise.reject(new BotError('BOT_USER_TOKEN_INVALID', 'used')) },
  })
  await refused.settled()
  t.match(refused.view(), {
    is: 'failed',
    steps: [{ status: 'failed', text: 'Exchanging' }],
    failure: { what: 'used' },
  })
})

t.test('the oldest repairs are forgotten, and other sessions see none', async (t) => {
  const { repairs } = build(async () => [BAKERY])
  const first = repairs.begin(ORDER)
  t.equal(repairs.get('session-1', first.id), first)
  t.equal(repairs.get('session-2', first.id), null)
  for (let n = 0; n < 20; n += 1) repairs.begin(ORDER)
  t.equal(repairs.get('session-1', first.id), null)
})

t.test('a login is done once, however often its answer comes, and only for its own session', async (t) => {
  const clock = createFakeClock()
  const logins = createLogins({ clock })
  const login = { redirectUri: 'https://bot.example/back', pageIds: ['1'] }
  const redeemed: unknown[] = []
  const redeem = async (given: unknown) => `repair-${redeemed.push(given)}`
  const state = logins.begin('session-1', login)
  t.match(state, /^[\w-]{43}$/)

  t.equal(logins.finish('session-2', state, redeem), null, 'another session')
  t.equal(logins.finish('session-1', 'forged', redeem), null)
  t.equal(await logins.finish('session-1', state, redeem), 'repair-1')
  t.equal(await logins.finish('session-1', state, redeem), 'repair-1', 'the same repair')
  t.match(redeemed, [login])

  const late = logins.begin('session-1', login)
  await clock.advance(10 * 60_000)
  t.equal(logins.finish('session-1', late, redeem), null, 'too late')
})
