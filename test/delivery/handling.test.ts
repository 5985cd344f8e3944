import t, { type Test } from 'tap'
import type { DeliveryDeps } from '../../src/delivery/delivery.ts'
import { newEvent } from '../store/steps.ts'
import { createWorld, isDone } from './harness.ts'

/** A world that has begun, with a handler of its own. */
const createTalk = async (t: Test, handle: DeliveryDeps['handle']) => {
  const world = await createWorld(t, { handle })
  world.delivery.start()
  const heard = async (...texts: string[]): Promise<void> => {
    const { graph, store, until } = world
    await until(async () => {
      const { inbox, outbox } = await store.counts()
      return graph.accepted.length >= texts.length && inbox === 0 && outbox.size === 0
    }, texts.join())
    t.same(graph.accepted, texts)
  }
  return { ...world, heard }
}

t.test('quick messages of one visitor are answered in their order, each from the state before', async (t) => {
  const { say, graph, heard } = await createTalk(t, (event, { state }) => {
    const count = Number(state?.['count'] ?? 0) + 1
    return { replies: [{ message: { text: `${event.key} ${count}` } }], state: { count } }
  })
  await Promise.all(['a', 'b', 'c'].map((key) => say(key, { key })))
  await say('d', { key: 'd' })
  await heard('a 1', 'b 2', 'c 3', 'd 4')
  await say('e', { key: 'e' })
  await heard('a 1', 'b 2', 'c 3', 'd 4', 'e 5')
  t.equal(graph.overlaps, 0)
})

t.test('state and answers of a form are kept with the event they come from', async (t) => {
  const { say, store, heard } = await createTalk(t, (_event, { state }) => ({
    replies: [{ message: { text: JSON.stringify(state) } }],
    state: { known: true },
    answers: [{ form: 'book', url: null, values: { size: 'L' } }],
    effects: [{ do: 'handover' }],
  }))
  await say('hello')
  await heard('null', 'passed')
  t.match(await store.formAnswers.list({ limit: 10 }), { answers: [{ form: 'book', body: '{"size":"L"}' }] })
  await say('again')
  await heard('null', 'passed', '{"known":true}', 'passed')
})

t.test('a message that its visitor deletes is no open question any more', async (t) => {
  const { say, store, until } = await createTalk(t, (event) => ({
    replies: [],
    state: null,
    ...(event.kind === 'message' && {
      heard: { how: 'fallback', text: event.text ?? '', likeness: event.text ?? '', nearest: null },
    }),
  }))
  const open = async () => (await store.openQuestions.list({ limit: 10 })).map(({ likeness }) => likeness)
  await say('my number is 5', { key: 'm_1' })
  await say('bikes?', { key: 'm_2' })
  await until(async () => (await open()).length === 2, 'both are kept')
  const deleted = {
    kind: 'message_deleted',
    key: 'deleted:m_1',
    pageId: 'page-1',
    psid: 'psid-1',
    mid: 'm_1',
  }
  await store.accept([newEvent('deleted:m_1', { body: JSON.stringify(deleted), opensWindow: false })])
  await until(async () => (await store.counts()).inbox === 0, 'the deletion is handled')
  t.same(await open(), ['bikes?'])
})

t.test(
  'an event whose outcome the database never takes is given up, and its conversation goes on',
  async (t) => {
    const handled: string[] = []
    // No table takes a form without a name.
    const unfit = [{ form: null as unknown as string, url: null, values: {} }]
    const { say, heard, logged } = await createTalk(t, (event, { state }) => {
      handled.push(event.key)
      return {
        replies: [{ message: { text: `${event.key} after ${JSON.stringify(state)}` } }],
        state: { last: event.key },
        ...(event.key === 'bad' && { answers: unfit }),
      }
    })
    await say('hello', { key: 'good' })
    await heard('good after null')
    await say('hello', { key: 'bad' })
    await say('hello', { key: 'next' })
    await heard('good after null', 'next after {"last":"good"}')
    t.same(handled, ['good', 'bad', 'next'], 'each is handled once')
    t.same(
      logged.filter((line) => line.includes('given up')),
      ['what an event led to is given up'],
    )
  },
)

t.test('what waits of a conversation is handled in the order in which it happened', async (t) => {
  const world = await createWorld(t)
  const at = (text: string, timestampMs: number) => {
    const body = JSON.stringify({
      kind: 'message',
      key: text,
      pageId: 'page-1',
      psid: 'psid-1',
      text,
      timestampMs,
    })
    return world.store.accept([
      { key: text, kind: 'message', pageId: 'page-1', psid: 'psid-1', timestampMs, opensWindow: true, body },
    ])
  }
  const nowMs = world.clock.now()
  await at('second', nowMs + 2)
  await at('third', nowMs + 3)
  await at('first', nowMs + 1)
  await at('third too', nowMs + 3)
  world.delivery.start()
  await world.until(() => world.graph.accepted.length === 4, 'all are answered')
  t.same(world.graph.accepted, ['first', 'second', 'third', 'third too'])
})

t.test('a handler that throws or hangs costs its event an apology, and nothing else', async (t) => {
  const world = await createWorld(t)
  world.delivery.start()
  await world.say('throw')
  await world.say('after')
  await world.until(() => isDone(world), 'answered')
  t.same(world.graph.accepted, ['sorry', 'after'])

  await world.say('hang', { psid: 'h' })
  await world.say('later', { psid: 'h' })
  await world.say('elsewhere')
  await world.until(() => world.graph.accepted.includes('elsewhere'), 'others go on')
  await world.clock.advance(10_000)
  await world.until(() => isDone(world), 'answered')
  t.same(world.graph.accepted.slice(2), ['elsewhere', 'sorry', 'later'])
})

t.test('an apology that fails, too, ends its event without an answer', async (t) => {
  const world = await createWorld(t, {
    apologise: () => {
      throw new Error('apology broke')
    },
  })
  world.delivery.start()
  await world.say('throw')
  await world.say('after')
  await world.until(() => isDone(world), 'answered')
  t.same(world.graph.accepted, ['after'])
  t.ok(world.logged.some((line) => line.includes('apology failed')))
})

t.test('an event that cannot be read is passed over and said so', async (t) => {
  const world = await createWorld(t)
  world.delivery.start()
  await world.store.accept([newEvent('broken', { body: '{' })])
  await world.say('after')
  await world.until(() => isDone(world), 'answered')
  t.same(world.graph.accepted, ['after'])
  t.ok(world.logged.some((line) => line.includes('could not be read')))
})
