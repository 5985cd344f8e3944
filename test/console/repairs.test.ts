import t from 'tap'
import { createLiveRepair } from '../../src/console/live-repair.ts'
import { createLogins } from '../../src/console/logins.ts'
import { createSharedRepairs } from '../../src/console/shared-repairs.ts'
import { soleInstance } from '../../src/base/duty.ts'
import { createRepairs, type RepairOrder, type RunBootstrap } from '../../src/console/repairs.ts'
import { BotError } from '../../src/base/errors.ts'
import type { EventStream } from '../../src/web/event-stream.ts'
import { createFakeClock, settle } from '../helpers/clock.ts'
import { createFakeRecords } from '../helpers/records.ts'

const PAGES = [
  { id: '1', name: 'Bakery', unusable: null },
  { id: '2', name: null, unusable: null },
]
const BAKERY = { id: '1', name: 'Bakery', expiresAt: null, scopes: [], tasks: [], subscribed: true }
const ORDER: RepairOrder = {
  session: 'session-1',
  id: 'repair-1',
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
  const records = createFakeRecords(clock)
  const shared = createSharedRepairs({ records, instances: soleInstance(), roster: ONLY, log: NO_LOG })
  return { clock, errors, repairs: createRepairs({ bootstrap, shared, clock, log }) }
}

/** A page of a repair, as its stream sees it. */
const openPage = () => {
  const heard: string[] = []
  const closed: (() => void)[] = []
  const stream: EventStream = {
    send: (event) => void heard.push(event),
    beat: () => void heard.push('beat'),
    close: () => void heard.push('closed'),
    drop: () => undefined,
    onClose: (listener) => void closed.push(listener),
  }
  const leave = (): void => {
    for (const close of closed) close()
  }
  return { heard, stream, leave }
}

const ONLY = { self: 'this', isLiving: (id: string) => id === 'this' }
const NO_LOG = { warn: () => undefined }

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

t.test(
  'the page of a repair that waits for a choice hears a beat, which tells it that nothing is broken',
  async (t) => {
    const { repairs, clock } = build(async ({ choose }) => {
      await choose(PAGES)
      return []
    })
    const repair = repairs.begin(ORDER)
    await repair.settled()
    const { heard, stream, leave } = openPage()
    const live = createLiveRepair({ waiting: async () => null, clock })
    live.follow(repair, stream, () => true)
    await clock.advance(40_000)
    t.strictSame(heard, ['parts', 'beat', 'beat'])
    leave()
    await clock.advance(60_000)
    t.equal(heard.length, 3, 'a page that is gone hears nothing')
  },
)

t.test(
  'the page of a repair whose person may look no longer is told so and hears nothing more',
  async (t) => {
    const { repairs, clock } = build(async ({ choose, report }) => {
      await choose(PAGES)
      report({ name: 'inspect', status: 'started', pageId: null, text: 'Inspecting' })
      return []
    })
    const repair = repairs.begin(ORDER)
    await repair.settled()
    const live = createLiveRepair({ waiting: async () => null, clock })
    const quiet = openPage()
    let mayLook = true
    live.follow(repair, quiet.stream, () => mayLook)
    await clock.advance(0)
    mayLook = false
    await clock.advance(20_000)
    t.strictSame(quiet.heard, ['parts', 'over', 'closed'], 'at the next beat')

    mayLook = true
    const late = openPage()
    live.follow(repair, late.stream, () => mayLook)
    await clock.advance(0)
    mayLook = false
    await repair.choose([])
    await repair.settled()
    await settle()
    t.strictSame(late.heard, ['parts', 'over', 'closed'], 'at the next step')
    t.equal(clock.pending(), 0)
  },
)

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
  await repair.choose(['1', '7'])
  await repair.settled()
  t.same(chosen, [['1']])
  t.match(repair.view(), { is: 'done', waited: 3, choices: [] })
  await repair.choose(['2'])
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

t.test('only the session that began a repair sees it', async (t) => {
  const { repairs } = build(async () => [BAKERY])
  const first = repairs.begin(ORDER)
  t.equal(await repairs.get('session-1', first.id), first)
  t.equal(await repairs.get('session-2', first.id), null)
  t.equal(await repairs.get('session-1', 'another'), null)
})

t.test('the oldest of many repairs waits for a choice no more', async (t) => {
  const chosen: string[][] = []
  const { repairs } = build(async ({ choose }) => {
    chosen.push(await choose(PAGES))
    return [BAKERY]
  })
  for (let n = 0; n <= 20; n += 1) {
    repairs.begin({ ...ORDER, id: `repair-${n}` })
    await settle()
  }
  t.same(chosen, [[]])
})

/** Two instances on one database. */
const buildTwo = (bootstrap: RunBootstrap) => {
  const clock = createFakeClock()
  const records = createFakeRecords(clock)
  const instances = soleInstance()
  const living = new Set(['a', 'b'])
  const instance = (self: string) => {
    const roster = { self, isLiving: (id: string) => living.has(id) }
    const shared = createSharedRepairs({ records, instances, roster, log: NO_LOG })
    return createRepairs({ bootstrap, shared, clock, log: { error: () => undefined } })
  }
  return { a: instance('a'), b: instance('b'), records, instances, living }
}

t.test(
  'a repair is looked at and chosen for on another instance, and the token stays where it is',
  async (t) => {
    const chosen: string[][] = []
    const { a, b, records } = buildTwo(async ({ userToken, choose, report }) => {
      report({ name: 'inspect', status: 'done', pageId: null, text: 'Valid' })
      t.equal(userToken, 'user-token-1')
      chosen.push(await choose(PAGES))
      return [BAKERY]
    })
    a.begin(ORDER)
    await settle()
    t.equal(await b.get('session-2', ORDER.id), null)
    const there = await b.get('session-1', ORDER.id)
    t.match(there?.view(), {
      is: 'choosing',
      steps: [{ text: 'Valid' }],
      choices: [{ id: '1' }, { id: '2' }],
    })
    t.notMatch(JSON.stringify(await records.get('repair', ORDER.id)), 'user-token-1')

    const changes: string[] = []
    const stop = there?.onChange(() => changes.push(there.view().is))
    await there?.choose(['2'])
    await there?.settled()
    t.same(chosen, [['2']])
    t.match(there?.view(), { is: 'done', pages: [{ id: '1' }] })
    t.equal(changes.at(-1), 'done')
    stop?.()
    t.match((await b.get('session-1', ORDER.id))?.view(), { is: 'done' })
  },
)

t.test('a choice made on another instance is not asked for again before it is heeded', async (t) => {
  const done = Promise.withResolvers<void>()
  const { a, b, records, instances } = buildTwo(async ({ choose }) => {
    await choose(PAGES)
    await done.promise
    return [BAKERY]
  })
  a.begin(ORDER)
  await settle()
  const there = await b.get('session-1', ORDER.id)
  const told = Promise.withResolvers<void>()
  const { put } = records
  records.put = async (record) => {
    if (record.kind === 'repair') await told.promise
    return put(record)
  }
  await there?.choose(['2'])
  let isSettled = false
  const settled = there?.settled().then(() => void (isSettled = true))
  for (let times = 0; times < 2; times += 1) {
    // Of something else, before the outcome of the choice is there.
    instances.tell('repairs')
    await settle()
    t.equal((await b.get('session-1', ORDER.id))?.view().is, 'running')
    t.equal(there?.view().is, 'running')
  }
  t.equal(isSettled, false)
  told.resolve()
  await settle()
  t.equal(await records.get('repair-choice', ORDER.id), null, 'it is not kept')
  done.resolve()
  await settled
  t.match(there?.view(), { is: 'done' })
})

t.test('a repair whose instance is gone says so', async (t) => {
  const { a, b, living } = buildTwo(({ choose }) => choose(PAGES).then(() => [BAKERY]))
  a.begin(ORDER)
  await settle()
  living.delete('a')
  t.match((await b.get('session-1', ORDER.id))?.view(), { is: 'failed', failure: { remedy: /again/ } })
})

t.test('a login is done once, wherever its answers come to, and only for its own session', async (t) => {
  const clock = createFakeClock()
  const records = createFakeRecords(clock)
  const [logins, others] = [createLogins({ records }), createLogins({ records })]
  const login = { redirectUri: 'https://bot.example/back', pageIds: ['1'] }
  const redeemed: unknown[] = []
  const redeem = async (given: unknown): Promise<void> => void redeemed.push(given)
  const state = await logins.begin('session-1', login)
  t.match(state, /^[\w-]{43}$/)

  t.equal(await logins.finish('session-2', state, 'repair-0', redeem), null, 'another session')
  t.equal(await logins.finish('session-1', 'forged', 'repair-0', redeem), null)
  const answers = [
    logins.finish('session-1', state, 'repair-1', redeem),
    others.finish('session-1', state, 'repair-2', redeem),
  ]
  const [first, second] = await Promise.all(answers)
  t.match(first, /^repair-[12]$/)
  t.equal(second, first, 'the same repair')
  t.match(redeemed, [login])
  t.equal(await others.finish('session-1', state, 'repair-3', redeem), first)

  const refused = await logins.begin('session-1', login)
  const refuse = () => Promise.reject(new Error('refused'))
  await t.rejects(others.finish('session-1', refused, 'repair-4', refuse), { message: 'refused' })
  t.equal(await logins.finish('session-1', refused, 'repair-5', redeem), null, 'it is over')

  const late = await logins.begin('session-1', login)
  await clock.advance(10 * 60_000)
  t.equal(await logins.finish('session-1', late, 'repair-6', redeem), null, 'too late')
})
