import t, { type Test } from 'tap'
import type { GraphError } from '../../src/graph/error.ts'
import { createWorld, pass, refusal, type World } from './harness.ts'

/**
 * One visitor's refusal is that visitor's: what a healthy visitor of a Page waits beside others whose sends never succeed,
 * and a new visitor beside thousands who wait. By a fake clock, with the real store and Facebook's pace.
 */
const SICK = 30
const LATENCY_MS = 50
const AIM_MS = 2000

const notLive = (facts: { retryAfterMs?: number } = {}): GraphError =>
  refusal('permission', 'messages', {
    ...facts,
    reach: 'visitor',
    graphCode: 200,
    subcode: 2_018_028,
    remedy: 'App Review, or Roles.',
  })
const unknown = (): GraphError => refusal('unknown', 'messages', { graphCode: 77_777 })

/** When each text was accepted, ms since the start. */
const timesOf = (world: World, answer: (psid: string) => Promise<GraphError | undefined>) => {
  const times = new Map<string, number>()
  world.graph.answer = async ({ psid, message }) => {
    const refused = await answer(psid)
    if (refused === undefined) times.set(message.text ?? '', world.clock.elapsed())
    return refused
  }
  return times
}

const isSick = (psid: string): boolean => psid.startsWith('sick')

const fails = async (t: Test, how: (world: World) => Promise<GraphError>): Promise<World> => {
  const world = await createWorld(t, { rates: {} })
  world.delivery.start()
  const times = timesOf(world, async (psid) => {
    if (isSick(psid)) return how(world)
    await world.clock.sleep(LATENCY_MS)
    return undefined
  })
  for (let n = 0; n < SICK; n += 1) await world.say(`sick ${n}`, { psid: `sick-${n}` })
  const waitsMs: number[] = []
  for (let n = 0; n < 20; n += 1) {
    const wroteMs = world.clock.elapsed()
    await world.say(`well ${n}`, { psid: `well-${n}` })
    await pass(world, 1000)
    if (n === 10)
      for (let again = 0; again < SICK; again += 1) await world.say('again', { psid: `sick-${again}` })
    const sentMs = times.get(`well ${n}`)
    waitsMs.push(sentMs === undefined ? Number.POSITIVE_INFINITY : sentMs - wroteMs)
  }
  t.ok(Math.max(...waitsMs) < AIM_MS, `healthy visitors wait ${Math.max(...waitsMs)} ms at most`)
  t.same(world.dead, [], 'and no reply dies')
  return world
}

t.test('a healthy visitor does not wait for 30 whose sends fail with code 2 for ever', async (t) => {
  const world = await fails(t, async () =>
    refusal('ambiguous', 'messages', { graphCode: 2, httpStatus: 500 }),
  )
  t.same(world.needs, [], 'that may pass, or be a visitor who blocked the Page')
})

t.test('a healthy visitor does not wait for 30 whose sends hang for ever', async (t) => {
  await fails(t, async (world) => {
    await world.clock.sleep(15_000)
    return refusal('ambiguous', 'messages', { httpStatus: null })
  })
})

t.test('a healthy visitor does not wait for 30 who have no role in an app that is not live', async (t) => {
  const world = await fails(t, async () => notLive())
  t.match(world.needs, [{ cause: 'some_visitors', remedy: 'App Review, or Roles.', byToken: false }])
})

t.test('a healthy visitor does not wait for 30 who are refused for an unknown reason', async (t) => {
  const world = await fails(t, async () => unknown())
  t.match(world.needs, [{ cause: 'some_visitors', what: /refused: unknown/ }])
})

t.test(
  'a refusal that sounds like the Page’s, of visitors beside whom others are answered, shuts the Page once',
  async (t) => {
    const world = await createWorld(t, { rates: {} })
    world.delivery.start()
    const raised = new Set<unknown>()
    const times = timesOf(world, async (psid) => {
      for (const need of world.needs) if (need.cause === 'permission') raised.add(need)
      if (isSick(psid)) return refusal('permission', 'messages', { graphCode: 100, subcode: 33 })
      await world.clock.sleep(LATENCY_MS)
      return undefined
    })
    await world.say('sick', { psid: 'sick-1' })
    await world.say('sick', { psid: 'sick-2' })
    const waitsMs: number[] = []
    for (let n = 0; n < 40; n += 1) {
      const wroteMs = world.clock.elapsed()
      await world.say(`well ${n}`, { psid: `well-${n % 5}` })
      await pass(world, 3000)
      waitsMs.push((times.get(`well ${n}`) ?? Number.POSITIVE_INFINITY) - wroteMs)
    }
    t.ok(
      Math.max(...waitsMs.slice(20)) < AIM_MS,
      `in the end they wait ${Math.max(...waitsMs.slice(20))} ms at most`,
    )
    t.ok(raised.size <= 2, `${raised.size} alerts about the Page for two visitors`)
    t.match(world.needs, [{ cause: 'some_visitors', what: /some visitors/ }])
    t.same(world.dead, [], 'and no reply dies')
  },
)

t.test('the refusal of one visitor delays no other and raises no need', async (t) => {
  const world = await createWorld(t)
  world.delivery.start()
  world.graph.answer = ({ psid }) => (psid === 'sick' ? notLive() : undefined)
  await world.say('x', { psid: 'sick' })
  await pass(world, 120_000, 5000)
  t.ok(world.graph.calls.length >= 2 && world.graph.calls.length < 12, 'tried again, slowly')
  t.same(world.needs, [])
  await world.say('well', { psid: 'well' })
  await world.until(() => world.graph.accepted.includes('well'), 'the other is answered at once')
})

t.test('what waits for a visitor is tried as soon as that visitor writes again', async (t) => {
  for (const refused of [unknown(), notLive(), refusal('transient', 'messages')]) {
    const world = await createWorld(t)
    world.delivery.start()
    world.graph.answer = () => refused
    world.graph.recent = () => [{ id: 'm_1', fromId: 'sick', text: 'x', createdMs: world.clock.now() }]
    await world.say('x', { psid: 'sick' })
    await pass(world, 300_000, 5000)
    world.graph.answer = () => undefined
    await pass(world, 10_000, 1000)
    t.same(world.graph.accepted, [], `${refused.verdict}: it waits for minutes by now`)
    await world.say('y', { psid: 'sick' })
    await pass(world, 2000)
    t.same(world.graph.accepted, ['x', 'y'])
  }
})

t.test(
  'a visitor who goes on writing uses up no tries, and shortens no wait that Facebook asks for',
  async (t) => {
    const passing = refusal('bad_request', 'messages', { graphCode: 100, subcode: 2_018_008, mayPass: true })
    const later = notLive({ retryAfterMs: 60_000 })
    for (const [refused, most] of [
      [passing, 2],
      [later, 1],
    ] as const) {
      const world = await createWorld(t, { rates: {} })
      world.delivery.start()
      let tries = 0
      world.graph.answer = () => {
        tries += 1
        return refused
      }
      await world.say('x')
      await pass(world, 100, 50)
      for (let n = 0; n < 8; n += 1) {
        await world.say(`and ${n}`)
        await pass(world, 50, 50)
      }
      t.ok(tries <= most, `${refused.verdict}: ${tries} tries in half a second`)
      t.same(world.dead, [])
    }
  },
)

t.test('a visitor who goes on writing shortens no wait for a look that Facebook asks for', async (t) => {
  const world = await createWorld(t)
  world.delivery.start()
  world.graph.answer = () => unknown()
  world.graph.recent = () => refusal('rate_limited', 'conversations', { retryAfterMs: 1_800_000 })
  await world.say('x')
  await pass(world, 60_000, 5000)
  t.equal(world.graph.looks, 1)
  for (let n = 0; n < 8; n += 1) {
    await world.say(`and ${n}`)
    await pass(world, 30_000, 5000)
  }
  t.equal(world.graph.looks, 1)
})

t.test('what was sent although Facebook refused it is not sent again when the visitor writes', async (t) => {
  const world = await createWorld(t)
  world.delivery.start()
  world.graph.answer = ({ message }) => (message.text === 'x' ? unknown() : undefined)
  world.graph.recent = () => 'transient'
  const sentMs = world.clock.now()
  await world.say('x')
  await pass(world, 120_000, 5000)
  t.same(world.graph.calls, ['x'], 'the conversation cannot be read')
  world.graph.recent = () => [{ id: 'ours', fromId: 'page-1', text: 'x', createdMs: sentMs }]
  await world.say('y')
  await pass(world, 60_000, 1000)
  t.same(world.graph.calls, ['x', 'y'])
  t.same(world.settled, ['found'])
})

t.test(
  'an undocumented refusal parks the replies of a Page, is told once, and ends when it ends',
  async (t) => {
    const world = await createWorld(t)
    world.delivery.start()
    world.graph.answer = () => unknown()
    for (let n = 0; n < 5; n += 1) await world.say(`x${n}`, { psid: `v${n}` })
    await pass(world, 600_000, 5000)
    t.same(world.dead, [], 'nothing is buried')
    t.equal(world.needs.length, 1)
    t.ok(world.graph.calls.length < 60, `${world.graph.calls.length} calls in ten minutes`)

    world.graph.answer = () => undefined
    await world.say('now', { psid: 'new' })
    await world.until(() => world.graph.accepted.includes('now'), 'a visitor who writes now is tried at once')
    await pass(world, 30_000, 1000)
    t.same(world.graph.accepted.toSorted(), ['now', 'x0', 'x1', 'x2', 'x3', 'x4'], 'and the others with that')
    t.same(world.needs, [])
  },
)

t.test(
  'one visitor after another whom Facebook calls unreachable may be the Page: from the second on replies wait',
  async (t) => {
    const world = await createWorld(t)
    world.delivery.start()
    // botman/driver-facebook#119: 2018001 for every visitor, until a new token was made.
    const unreachable = refusal('unreachable', 'messages', { graphCode: 100, subcode: 2_018_001 })
    world.graph.answer = () => unreachable
    for (let n = 0; n < 4; n += 1) {
      await world.say(`x${n}`, { psid: `v${n}` })
      await pass(world, 1000)
    }
    t.same(world.dead, ['unreachable'], 'the first is believed')
    t.match(world.needs, [
      {
        cause: 'some_visitors',
        what: /one visitor .* after another/,
        remedy: /bootstrap-token/,
        byToken: true,
      },
    ])
    world.graph.answer = () => undefined
    await world.say('now', { psid: 'new' })
    await world.until(() => world.graph.accepted.includes('now'), 'a visitor who writes now is tried at once')
    await pass(world, 30_000, 1000)
    t.same(world.graph.accepted.toSorted(), ['now', 'x1', 'x2', 'x3'])
    t.same([world.dead.length, world.needs], [1, []])
  },
)

t.test('a Page with a visitor an hour loses no more than one reply for a reason of its own', async (t) => {
  const world = await createWorld(t)
  world.delivery.start()
  world.graph.answer = () => refusal('unreachable', 'messages', { graphCode: 10, subcode: 2_018_300 })
  for (let n = 0; n < 4; n += 1) {
    await world.say(`x${n}`, { psid: `v${n}` })
    await pass(world, 3_600_000, 60_000)
  }
  t.same(world.dead, ['unreachable'])
  t.match(world.needs, [{ cause: 'some_visitors' }])
  world.graph.answer = () => undefined
  await pass(world, 1_800_000, 60_000)
  t.same(world.graph.accepted.toSorted(), ['x1', 'x2', 'x3'])
  t.same(world.needs, [])
})

t.test(
  'visitors who cannot be reached are buried where others are reached between, or another reason is given, or they are a day apart',
  async (t) => {
    for (const between of ['others', 'reason', 'day'] as const) {
      const world = await createWorld(t)
      world.delivery.start()
      world.graph.answer = ({ psid }) =>
        psid.startsWith('gone')
          ? refusal('unreachable', 'messages', {
              graphCode: between === 'reason' && psid === 'gone1' ? 10 : 551,
            })
          : undefined
      for (let n = 0; n < 3; n += 1) {
        await world.say(`x${n}`, { psid: `gone${n}` })
        await world.until(() => world.dead.length === n + 1, `${between}: the reply is buried`)
        if (between === 'others') await world.say('well', { psid: 'well' })
        if (between === 'day') await world.clock.advance(24 * 3_600_000)
        await pass(world, 1000)
      }
      t.same(world.needs, [])
    }
  },
)

t.test(
  'the window bounds an undocumented refusal, and the dead letter says what Facebook said',
  async (t) => {
    const world = await createWorld(t)
    world.delivery.start()
    world.graph.answer = () => unknown()
    await world.say('x')
    await world.until(() => world.graph.calls.length > 0, 'it is tried')
    await world.until(async () => {
      await world.clock.advance(600_000)
      return world.dead.length === 1
    }, 'it ends')
    const { letters } = await world.store.deadLetters.list({ limit: 1 })
    t.match(letters, [{ reason: 'outside_window', error: { verdict: 'unknown', code: 77_777 } }])
  },
)

t.test('10,000 parked replies do not delay a new visitor', async (t) => {
  const world = await createWorld(t, { rates: {} })
  world.tokens.set('page-1', 'invalid')
  world.delivery.start()
  const visitors = 1000
  await Promise.all(Array.from({ length: visitors }, (_, n) => world.say(`parked${n}*10`, { psid: `p${n}` })))
  const isParked = async () => (await world.store.counts()).outbox.get('page-1') === visitors * 10
  await world.until(isParked, 'parked')
  await world.clock.advance(3_600_000)
  const times = timesOf(world, () => world.clock.sleep(LATENCY_MS).then(() => undefined))
  world.tokens.set('page-1', 'valid', 'token-2')
  await pass(world, 1000)
  const waitsMs: number[] = []
  for (let n = 0; n < 5; n += 1) {
    const wroteMs = world.clock.elapsed()
    await world.say(`new ${n}`, { psid: `new-${n}` })
    await pass(world, 2000)
    waitsMs.push((times.get(`new ${n}`) ?? Number.POSITIVE_INFINITY) - wroteMs)
  }
  t.ok(Math.max(...waitsMs) < AIM_MS, `new visitors wait ${Math.max(...waitsMs)} ms at most`)
  t.ok(times.size > 250, `${times.size} went out in ten seconds`)
  // What is under way comes home; the rest stays parked.
  world.tokens.set('page-1', 'invalid')
  await pass(world, 2 * LATENCY_MS)
})

t.test('what waits from before leaves places to new visitors, though its sends hang', async (t) => {
  const world = await createWorld(t, { rates: {} })
  world.tokens.set('page-1', 'invalid')
  world.delivery.start()
  const visitors = 250
  await Promise.all(Array.from({ length: visitors }, (_, n) => world.say('parked', { psid: `p${n}` })))
  const isParked = async () => (await world.store.counts()).outbox.get('page-1') === visitors
  await world.until(isParked, 'parked')
  await world.clock.advance(3_600_000)
  world.graph.answer = ({ psid }) =>
    psid === 'new' ? undefined : world.clock.sleep(60_000).then(() => 'transient' as const)
  world.tokens.set('page-1', 'valid', 'token-2')
  await pass(world, 10_000)
  const { length } = world.graph.calls
  t.ok(length > 50 && length <= 70, `${length} of them are tried at the same time`)
  await world.say('now', { psid: 'new' })
  await world.until(() => world.graph.accepted.includes('now'), 'the new visitor is answered at once')
  world.tokens.set('page-1', 'invalid')
  await pass(world, 61_000, 5000)
})
