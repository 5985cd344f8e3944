import t from 'tap'
import type { DeliveryDeps } from '../../src/delivery/delivery.ts'
import { createWorld, refusal } from './harness.ts'

const INBOX = '263902037430900'

t.test(
  'the thread is passed to the Page inbox once its reply is sent, and before what comes later',
  async (t) => {
    const { say, delivery, graph, until, store } = await createWorld(t)
    await say('person')
    await say('later')
    delivery.start()

    await until(() => graph.accepted.length === 3, 'both replies and the handover')
    t.same(graph.calls, ['person', `pass to ${INBOX}`, 'later'])
    await until(async () => (await store.counts()).outbox.size === 0, 'nothing is left waiting')
  },
)

t.test('a handover survives a crash before it was carried out', async (t) => {
  const world = await createWorld(t)
  const { graph, tokens } = world
  tokens.set('page-1', 'invalid')
  await world.say('person')
  world.delivery.start()
  await world.until(async () => (await world.store.counts()).outbox.get('page-1') === 2, 'both are parked')
  await world.restart()
  t.same(graph.calls, [])

  tokens.set('page-1', 'valid', 'token-2')
  await world.until(() => graph.accepted.includes('passed'), 'the handover')
  t.same(graph.accepted, ['person', 'passed'])
})

for (const verdict of ['permission', 'unreachable', 'bad_request', 'restricted', 'outside_window'] as const) {
  t.test(
    `a handover that Facebook refuses (${verdict}) is given up, said so, and closes nothing`,
    async (t) => {
      const { say, delivery, graph, until, needs, logged, dead, store } = await createWorld(t)
      graph.pass = () => verdict
      await say('person')
      delivery.start()

      await until(() => logged.some((line) => /did not get the conversation/.test(line)), 'the warning')
      await until(async () => (await store.counts()).outbox.size === 0, 'it is off the list')
      await say('goes on')
      await until(() => graph.accepted.includes('goes on'), 'the next reply')
      t.same(needs, [])
      t.same(dead, [])
    },
  )
}

t.test('a handover that failed in passing is tried again, but not for ever', async (t) => {
  const { say, delivery, graph, until, clock, logged } = await createWorld(t)
  graph.pass = () => 'transient'
  await say('person')
  delivery.start()
  const tries = () => graph.calls.filter((call) => call.startsWith('pass')).length

  await until(async () => {
    await clock.advance(60_000)
    return logged.some((line) => /did not get the conversation/.test(line))
  }, 'giving up')
  t.equal(tries(), 6)
})

for (const [title, facts, withinMs] of [
  ['by a limit without a wait', { verdict: 'rate_limited', retryAfterMs: null }, 3_600_000],
  ['by a limit with a wait', { verdict: 'rate_limited', retryAfterMs: 6 * 3_600_000 }, 30 * 3_600_000],
  ['because of the app', { verdict: 'configuration', retryAfterMs: null }, 25 * 3_600_000],
] as const) {
  t.test(`a handover that is refused for ever ${title} does not wait for ever`, async (t) => {
    const { say, delivery, graph, until, clock, logged } = await createWorld(t)
    graph.pass = () => refusal(facts.verdict, 'pass_thread_control', facts)
    const saidMs = clock.now()
    await say('person')
    delivery.start()
    await until(async () => {
      await clock.advance(600_000)
      return logged.some((line) => /did not get the conversation/.test(line))
    }, 'giving up')
    t.ok(clock.now() - saidMs <= withinMs, `after ${(clock.now() - saidMs) / 60_000} minutes`)
    await say('goes on')
    await until(() => graph.accepted.includes('goes on'), 'the next reply')
  })
}

t.test('a handover with a dead token waits for a new one', async (t) => {
  const { say, delivery, graph, tokens, until } = await createWorld(t)
  let dead = true
  graph.pass = () => (dead ? 'token_invalid' : undefined)
  await say('person')
  delivery.start()
  await until(() => tokens.suspected.length === 1, 'the suspicion')
  dead = false
  tokens.set('page-1', 'valid', 'token-2')
  await until(() => graph.accepted.includes('passed'), 'the handover')
  t.same(graph.accepted, ['person', 'passed'])
})

/** What comes in is what an operator says. */
const BY_OPERATOR: DeliveryDeps['handle'] = (event) =>
  event.kind === 'message' && event.text !== null
    ? {
        replies: [{ message: { text: event.text } }],
        state: null,
        effects: [{ do: 'take' }],
        humanAgent: true,
      }
    : { replies: [], state: null }

t.test(
  'the thread is taken back before an operator writes, and what refuses that does not hold the message up',
  async (t) => {
    for (const refused of [undefined, 'permission'] as const) {
      const world = await createWorld(t, { handle: BY_OPERATOR })
      world.graph.pass = () => refused
      world.delivery.start()
      await world.say('I am Ann')
      await world.until(() => world.graph.accepted.includes('I am Ann'), 'it is sent')
      t.same(world.graph.calls, ['take', 'I am Ann'])
    }
  },
)

t.test('what a person wrote goes out for 7 days, by the tag only once the window is closed', async (t) => {
  const DAY_MS = 86_400_000
  const world = await createWorld(t, { handle: BY_OPERATOR })
  const tags: (string | undefined)[] = []
  world.graph.answer = ({ tag }) => void tags.push(tag)
  world.tokens.set('page-1', 'invalid')
  world.delivery.start()
  for (const [passMs, text] of [
    [0, 'in time'],
    [2 * DAY_MS, 'late'],
    [8 * DAY_MS, 'too late'],
  ] as const) {
    world.tokens.set('page-1', 'invalid')
    await world.say(text)
    await world.until(async () => (await world.store.counts()).outbox.size > 0, 'it waits')
    await world.clock.advance(passMs)
    world.tokens.set('page-1', 'valid')
    await world.until(async () => (await world.store.counts()).outbox.size === 0, 'it has left')
  }
  t.same(tags, [undefined, 'HUMAN_AGENT'])
  t.same(world.dead, ['outside_window'])
})

t.test(
  'the lost answer to a message that went out by the tag is settled before it is sent again',
  async (t) => {
    for (const isThere of [true, false]) {
      const world = await createWorld(t, { handle: BY_OPERATOR })
      const tags: (string | undefined)[] = []
      let lost = 1
      world.graph.now = () => null
      world.graph.answer = ({ tag }) => {
        tags.push(tag)
        if (tag === undefined) return 'outside_window'
        return (lost -= 1) >= 0 ? 'ambiguous' : undefined
      }
      const ours = { id: 'ours', fromId: 'page-1', text: 'late', createdMs: world.clock.now() }
      const theirs = { ...ours, id: 'theirs', fromId: 'psid-1' }
      world.graph.recent = () => (isThere ? [theirs, ours] : [theirs])
      world.delivery.start()
      await world.say('late')
      await world.until(() => tags.length === 2, 'it went out by the tag')
      await world.restart()
      await world.until(async () => {
        await world.clock.advance(1000)
        return (await world.store.counts()).outbox.size === 0
      }, 'it has left')
      const again = isThere ? [] : [undefined, 'HUMAN_AGENT']
      t.same(tags, [undefined, 'HUMAN_AGENT', ...again])
      t.same(world.settled, [isThere ? 'found' : 'not_found'])
      t.same(world.dead, [])
    }
  },
)

t.test(
  'where only Facebook knows that the window has closed, what a person wrote goes out by the tag',
  async (t) => {
    for (const isTagTaken of [true, false]) {
      const world = await createWorld(t, { handle: BY_OPERATOR })
      const tags: (string | undefined)[] = []
      world.graph.now = () => null
      world.graph.answer = ({ tag }) => {
        tags.push(tag)
        return tag === undefined || !isTagTaken ? 'outside_window' : undefined
      }
      world.delivery.start()
      await world.say('late')
      await world.until(() => tags.length === 2, 'it is tried again')
      await world.until(async () => (await world.store.counts()).outbox.size === 0, 'it has left')
      t.same(tags, [undefined, 'HUMAN_AGENT'])
      t.same(world.dead, isTagTaken ? [] : ['outside_window'])
    }
  },
)
