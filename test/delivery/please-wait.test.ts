import type { ScriptResult } from '../../src/conversation/view.ts'
import t, { type Test } from 'tap'
import type { DeliveryDeps } from '../../src/delivery/delivery.ts'
import { createWorld } from './harness.ts'

/** A world whose handler answers when the test says so. */
const createSlowWorld = async (t: Test, options: Partial<DeliveryDeps> = {}) => {
  const asked = new Map<string, (answer: ScriptResult) => void>()
  const world = await createWorld(t, {
    limits: { handlerLimitMs: 300_000 },
    handle: (event) =>
      new Promise((resolve) => {
        if (event.kind === 'message') asked.set(event.text ?? '', resolve)
      }),
    ...options,
  })
  const { say, until, graph, clock } = world
  /** A visitor writes, and the handler has it. */
  const ask = async (text: string): Promise<void> => {
    await say(text)
    await until(() => asked.has(text), `the handler has "${text}"`)
  }
  const answer = (text: string, ...said: string[]): void =>
    asked.get(text)?.({ replies: said.map((one) => ({ message: { text: one } })), state: null })
  /** Time passes, and what it brings about has come to its end. */
  const pass = async (ms: number): Promise<void> => {
    await clock.advance(ms)
    await world.store.probe()
    await clock.advance(0)
  }
  const heard = (...texts: string[]): Promise<void> =>
    until(() => graph.accepted.length >= texts.length, texts.join()).then(() => {
      t.same(graph.accepted, texts)
    })
  world.delivery.start()
  return { ...world, world, asked, ask, answer, pass, heard }
}

t.test('a visitor who waits for long is told so, once, and then gets the answer', async (t) => {
  const { ask, answer, pass, heard, graph } = await createSlowWorld(t)
  await ask('a')
  await pass(19_000)
  t.same(graph.calls, [])
  await pass(1000)
  await heard('one moment')
  await pass(60_000)
  answer('a', 'the answer')
  await heard('one moment', 'the answer')
})

t.test('an answer in time is not announced, and each message is waited for by itself', async (t) => {
  const { ask, say, answer, pass, heard, asked, until, clock } = await createSlowWorld(t)
  await ask('a')
  await pass(5000)
  await say('b')
  await pass(10_000)
  answer('a', 'first')
  await heard('first')
  await until(() => asked.has('b'), 'the handler has "b"')
  await pass(9000)
  await heard('first')
  await pass(1000)
  await heard('first', 'one moment')
  answer('b', 'second')
  await heard('first', 'one moment', 'second')
  t.equal(clock.pending(), 0, 'nothing waits any more')
})

t.test('a visitor who waits for two silent handlers is told only once', async (t) => {
  const { ask, say, answer, pass, heard, asked, until } = await createSlowWorld(t)
  await ask('a')
  await say('b')
  await pass(20_000)
  await heard('one moment')
  answer('a')
  await until(() => asked.has('b'), 'the handler has "b"')
  await pass(60_000)
  answer('b', 'at last')
  await heard('one moment', 'at last')
})

t.test(
  'no visitor is told while the token is dead, nor where the bot is not expected to answer',
  async (t) => {
    const dead = await createSlowWorld(t)
    dead.tokens.set('page-1', 'invalid')
    await dead.ask('a')
    await dead.pass(30_000)
    dead.answer('a', 'the answer')
    await dead.until(async () => (await dead.store.counts()).outbox.get('page-1') === 1, 'it is parked')
    dead.tokens.set('page-1', 'valid', 'token-2')
    await dead.heard('the answer')

    const quiet = await createSlowWorld(t, { pleaseWait: { afterMs: () => 20_000, say: async () => [] } })
    await quiet.ask('a')
    await quiet.pass(30_000)
    quiet.answer('a', 'the answer')
    await quiet.heard('the answer')
  },
)

t.test('nothing overtakes a reply that has not gone out yet', async (t) => {
  const { ask, say, answer, pass, heard, graph, asked, until, clock } = await createSlowWorld(t)
  graph.answer = () => 'transient'
  await ask('a')
  await say('b')
  answer('a', 'first')
  await until(() => graph.calls.length === 1 && asked.has('b'), 'the first one was refused')
  await pass(20_000)
  graph.answer = () => undefined
  await clock.advance(60_000)
  await heard('first')
  answer('b', 'second')
  await heard('first', 'second')
})

t.test('trouble with the words costs nothing but them', async (t) => {
  const say = () => Promise.reject(new Error('no words'))
  const { ask, answer, pass, heard, logged } = await createSlowWorld(t, {
    pleaseWait: { afterMs: () => 20_000, say },
  })
  await ask('a')
  await pass(20_000)
  t.match(logged, ['a visitor could not be asked to wait'])
  answer('a', 'the answer')
  await heard('the answer')
})
