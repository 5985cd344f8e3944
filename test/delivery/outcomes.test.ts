import t from 'tap'
import type { DoubtResolver } from '../../src/delivery/sending/doubt.ts'
import type { DeliveryDeps } from '../../src/delivery/delivery.ts'
import type { Gates } from '../../src/delivery/sending/gates.ts'
import { createOutcomes } from '../../src/delivery/sending/outcomes.ts'
import { GraphError, type Verdict } from '../../src/graph/error.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { QueuedReply } from '../../src/messages.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { createWorld, refusal } from './harness.ts'
import { begin, rest } from './media-world.ts'

/** With the random number of the world, half a second of up to one. */
const SHORTEST_MS = 500

t.test('an upload whose answer got lost is asked for again, and no message is looked for', async (t) => {
  const world = await begin(t, new Map([['menu.pdf', 'v1']]))
  world.graph.upload = () => (world.graph.uploads.length === 1 ? 'ambiguous' : undefined)
  await world.say('file menu.pdf')
  await rest(world)
  t.equal(world.graph.uploads.length, 2)
  t.match(world.graph.accepted, [/^id-/])
  t.equal(world.graph.looks, 0, 'nothing was sent that could be there')
})

t.test('what went through once waits no longer than the first time when it fails again', async (t) => {
  const world = await createWorld(t)
  world.delivery.start()
  let failures = 3
  world.graph.answer = () => (failures-- > 0 ? 'transient' : undefined)
  await world.say('first')
  await world.until(async () => {
    await world.clock.advance(500)
    return world.graph.accepted.length === 1
  }, 'the first one is sent')

  failures = 1
  await world.say('second')
  await world.until(() => world.logged.length === 2, 'the second one is refused, and that said once more')
  await world.clock.advance(SHORTEST_MS)
  await world.until(() => world.graph.accepted.length === 2, 'and sent after the shortest wait')
})

t.test('while nothing of a Page gets through, what waits is tried by a few', async (t) => {
  const world = await createWorld(t, { limits: { maxInFlight: 8 } })
  world.tokens.set('page-1', 'invalid')
  world.delivery.start()
  for (let n = 0; n < 60; n += 1) await world.say('hello', { psid: `v${n}` })
  await world.until(async () => (await world.store.counts()).outbox.get('page-1') === 60, 'parked')
  await world.restart()
  world.graph.answer = () => refusal('ambiguous')
  world.graph.recent = () => 'permission'
  world.tokens.set('page-1', 'valid', 'token-2')
  await world.clock.advance(1000)
  t.ok(world.graph.calls.length < 20, `${world.graph.calls.length} have tried`)
  await world.clock.advance(60_000)
  t.ok(world.graph.calls.length < 100, `${world.graph.calls.length} tries in a minute`)

  world.graph.answer = () => undefined
  await rest(world)
  t.equal(world.graph.accepted.length, 60)
})

t.test('an echo that overtakes the lost answer settles the reply at once', async (t) => {
  const world = await createWorld(t)
  world.delivery.start()
  const answer = Promise.withResolvers<Verdict>()
  world.graph.answer = () => answer.promise
  await world.say('x*2')
  await world.until(() => world.graph.calls.length === 1, 'the first one is under way')
  world.graph.answer = () => undefined
  await world.echo(world.graph.metadata[0] ?? '', 'mid-of-x0')
  await world.until(async () => (await world.store.counts()).inbox === 0, 'the echo is heard')

  answer.resolve('ambiguous')
  await world.until(
    () => world.graph.accepted.includes('x.1'),
    'the next one goes out, and no time has passed',
  )
  t.same(world.graph.calls, ['x.0', 'x.1'])
  t.equal(world.graph.looks, 0)
})

t.test('a reply that is refused for what it is proves that the Page may send', async (t) => {
  const world = await createWorld(t)
  world.delivery.start()
  world.graph.answer = () => 'restricted'
  await world.say('x')
  await world.until(() => world.needs.length === 1, 'a need is raised')
  world.graph.answer = () => 'bad_request'
  await world.until(async () => {
    await world.clock.advance(1000)
    return world.dead.length === 1
  }, 'the next try is refused for itself')
  t.same(world.needs, [])
})

/** Outcomes apart from the rest of delivery, and a claim of theirs whose window ends soon. */
const buildAlone = (gates: Partial<Gates>) => {
  const clock = createFakeClock()
  const outcomes = createOutcomes({
    store: { finishReply: async () => undefined, windowEndsMs: () => null, hurryOutbox: () => undefined },
    graph: { now: clock.now },
    tokens: { suspect: () => undefined },
    waitedForToken: () => false,
    gates: gates as Gates,
    choose: () => '',
    doubt: { forget: () => undefined } as unknown as DoubtResolver,
    clock,
    random: () => 0.5,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    report: {
      sent: () => undefined,
      dead: () => undefined,
      refused: () => undefined,
      settled: () => undefined,
      heldBack: () => undefined,
    },
  })
  const reply = { id: 'r', seq: 1, body: '', acceptedMs: 0, doubtSinceMs: null }
  const conversation = { id: 1, pageId: 'page-1', psid: 'psid-1', state: null }
  const claim = {
    id: 1,
    conversation: { ...conversation, windowEndsMs: clock.now() + 700 },
    replies: [reply],
    maySend: () => true,
    takenMs: 0,
  }
  return { clock, outcomes, claim, reply }
}

t.test('no wait between two tries is longer than what is left of the window', async (t) => {
  const { clock, outcomes, claim, reply } = buildAlone({ failed: () => undefined })
  const failed = new GraphError('down', {
    verdict: 'transient',
    edge: 'messages',
    graphCode: null,
    subcode: null,
    fbtraceId: null,
    httpStatus: 500,
    retryAfterMs: null,
  })
  for (const waitMs of [500, 700]) {
    t.same(await outcomes.refused(claim, reply, { content: null, error: failed, token: 'token' }), {
      go: 'stop',
      notBeforeMs: clock.now() + waitMs,
    })
  }
})

t.test(
  'the gate hears of a reply that has become too late, also of one that is not among the retries',
  async (t) => {
    const settled: number[] = []
    const { outcomes, claim, reply } = buildAlone({
      settled: (_pageId, conversation) => void settled.push(conversation),
    })
    await outcomes.tooLate(claim, reply)
    t.same(settled, [1])
  },
)

const showing = (type: string, payload: JsonObject): QueuedReply['message'] => ({
  attachment: { type, payload },
  quick_replies: [{ content_type: 'text', title: 'Hours', payload: 'hours' }],
})
const PICTURE = showing('image', { url: 'https://x.y/1.png' })

for (const [type, perSecond] of [
  ['template', 35],
  ['image', 35],
  ['file', 35],
  ['audio', 10],
  ['video', 10],
] as const) {
  t.test(`of messages with ${type} ${perSecond} go out in a second`, async (t) => {
    const message = showing(type, { url: 'https://x.y/1' })
    const handle: DeliveryDeps['handle'] = () => ({ replies: [{ message }], state: null })
    const world = await createWorld(t, { rates: {}, handle })
    world.delivery.start()
    for (let n = 0; n < 40; n += 1) await world.say('hello', { psid: `v${n}` })
    await world.until(async () => (await world.store.counts()).inbox === 0, 'all are handled')
    for (let passed = 0; passed < 1000; passed += 50) await world.clock.advance(50)
    const { length } = world.graph.accepted
    t.ok(length > 0.7 * perSecond && length <= perSecond + 4, `${length} of 40`)
    world.tokens.set('page-1', 'invalid')
  })
}

t.test(
  'the choices of a picture are not offered by themselves where its visitor cannot be written to',
  async (t) => {
    for (const verdict of ['unreachable', 'outside_window'] as const) {
      const handle: DeliveryDeps['handle'] = () => ({ replies: [{ message: PICTURE }], state: null })
      const world = await createWorld(t, { handle })
      world.delivery.start()
      world.graph.answer = () => verdict
      await world.say('hello')
      await world.until(() => world.dead.length > 0, 'the picture is buried')
      await world.until(async () => (await world.store.counts()).outbox.size === 0, 'nothing waits')
      t.same([world.dead, world.graph.calls.length], [[verdict], 1])
    }
  },
)

t.test('the choices of a refused text are offered with a few words, once', async (t) => {
  for (const alsoRefused of [false, true]) {
    const { quick_replies } = PICTURE
    const message = { text: 'not like this', ...(quick_replies && { quick_replies }) }
    const handle: DeliveryDeps['handle'] = () => ({ replies: [{ message }], state: null })
    const world = await createWorld(t, { handle })
    world.delivery.start()
    world.graph.answer = ({ message: { text } }) =>
      alsoRefused || text === message.text ? 'bad_request' : undefined
    await world.say('hello')
    await world.until(() => world.graph.calls.length === 2, 'the choices are sent')
    await world.until(async () => (await world.store.counts()).outbox.size === 0, 'nothing waits')
    t.same(world.graph.calls, ['not like this', 'Please pick one.'])
    t.same(world.graph.accepted, alsoRefused ? [] : ['Please pick one.'])
    t.same(world.dead, alsoRefused ? ['bad_request', 'bad_request'] : ['bad_request'])
  }
})

t.test('answers without usage headers let a Page that was slowed down speed up again', async (t) => {
  const world = await createWorld(t, { rates: { message: 10 } })
  world.delivery.start()
  const sentAt: number[] = []
  world.graph.answer = () => void sentAt.push(world.clock.elapsed())
  world.graph.usedPercent = 100
  await world.say('full')
  await world.until(() => sentAt.length === 1, 'the first message is sent')
  world.graph.usedPercent = null
  await world.say('more*20')
  await world.until(async () => {
    await world.clock.advance(100)
    return sentAt.length === 21
  }, 'all are sent')
  const gaps = sentAt.slice(1).map((atMs, n) => atMs - (sentAt[n] ?? 0))
  t.ok(Math.max(...gaps) >= 1000, `slow at first: ${gaps.join()}`)
  t.ok((gaps.at(-1) ?? 0) <= 200, `quick in the end: ${gaps.join()}`)
})
