import t, { type Test } from 'tap'
import type { DeliveryDeps } from '../../src/delivery/delivery.ts'
import type { HandlerResult } from '../../src/delivery/handling/call-handler.ts'
import { settle } from '../helpers/clock.ts'
import { left, newEvent } from '../store/steps.ts'
import { createWorld } from './harness.ts'

type Handle = DeliveryDeps['handle']

const REPORT: DeliveryDeps['report'] = {
  handled: () => undefined,
  sent: () => undefined,
  dead: () => undefined,
  refused: () => undefined,
}

/** A world that has begun and has nothing to do, and what its handler is asked. */
const createIdle = async (t: Test, options: Partial<DeliveryDeps> = {}, say: Handle = repeat) => {
  const asked: string[] = []
  const handled: string[] = []
  const world = await createWorld(t, {
    handle: (event, conversation) => {
      asked.push(event.key)
      return say(event, conversation)
    },
    report: { ...REPORT, handled: (event) => void handled.push(event.key) },
    ...options,
  })
  world.delivery.start()
  await world.store.probe()
  await settle()
  const { graph, until } = world
  /** Everything is handled and sent. */
  const over = (): Promise<void> =>
    until(async () => {
      const { inbox, outbox } = await world.store.counts()
      return inbox === 0 && outbox.size === 0
    }, 'nothing is left')
  const heard = async (...texts: string[]): Promise<void> => {
    await until(() => graph.accepted.length >= texts.length, texts.join())
    await over()
    t.same(graph.accepted, texts)
  }
  return { ...world, world, asked, handled, over, heard }
}

const saying = (text: string, fields: Partial<HandlerResult> = {}): HandlerResult => ({
  replies: [{ message: { text } }],
  state: null,
  ...fields,
})

const repeat: Handle = (event) =>
  event.kind === 'message' ? saying(event.text ?? '') : { replies: [], state: null }

t.test('where nothing comes before it, an event is answered before it is stored', async (t) => {
  const { say, asked, handled, heard } = await createIdle(t)
  const accepting = say('hello', { key: 'a' })
  t.same(asked, ['a'])
  t.same(handled, [], 'and not reported before that')
  await accepting
  t.same(handled, ['a'])
  await heard('hello')
  t.same(asked, ['a'])
})

t.test('a handler whose doings show outside is asked once, after the event is stored', async (t) => {
  const { say, asked, handled, heard } = await createIdle(t, { handlesAtOnce: false })
  const accepting = say('hello', { key: 'a' })
  t.same(asked, [])
  await accepting
  await heard('hello')
  t.same(asked, ['a'])
  t.same(handled, ['a'])
})

t.test('a handler that takes its time is heard in turn, and reported once', async (t) => {
  const { say, asked, handled, heard, world } = await createIdle(t, {}, async (event) =>
    event.key === 'a' ? saying('later') : Promise.reject(new Error('too late')),
  )
  await say('hello', { key: 'a' })
  await heard('later')
  t.same(asked, ['a', 'a'])
  t.same(handled, ['a'])

  await say('hello', { key: 'b' })
  await heard('later', 'sorry')
  t.same(handled, ['a'])
  t.same(world.logged, ['the handler failed on an event'])
})

t.test('a handler knows when the event may never be stored, and when it is', async (t) => {
  const tentative: unknown[] = []
  const { say, heard } = await createIdle(t, {}, (_event, conversation) => {
    tentative.push(conversation.tentative)
    return Promise.resolve(saying('later'))
  })
  await say('hello')
  await heard('later')
  t.same(tentative, [true, undefined])
})

t.test('a handler that fails costs its own event alone, and is apologised for once', async (t) => {
  const { say, handled, heard, world } = await createIdle(t, {}, (event, conversation) => {
    if (event.key === 'a') throw new Error('handler broke')
    return repeat(event, conversation)
  })
  await Promise.all([say('one', { key: 'a' }), say('two', { key: 'b', psid: 'psid-2' })])
  await heard('two', 'sorry')
  t.same(handled, ['b'])
  t.same(world.logged, ['the handler failed on an event'])
})

t.test('what cannot be read is passed over, and said once', async (t) => {
  const { store, over, world } = await createIdle(t)
  await store.accept([newEvent('a', { body: 'no JSON' })])
  await over()
  t.same(world.logged, ['a stored event could not be read and is passed over'])
})

t.test('whoever reports may fail: the reply is sent, and the others, too', async (t) => {
  const handled = (): never => {
    throw new Error('no report')
  }
  const { store, heard, world, clock } = await createIdle(t, { report: { ...REPORT, handled } })
  const event = (key: string, psid: string) => {
    const body = JSON.stringify({ kind: 'message', key, pageId: 'page-1', psid, text: key })
    return newEvent(key, { psid, body, timestampMs: clock.now() })
  }
  t.match(await store.accept([event('a', 'psid-1'), event('b', 'psid-2')]), { stored: 2 })
  await heard('a', 'b')
  t.same(world.logged, ['an event was not reported', 'an event was not reported'])
})

t.test('an echo still says that its reply is with Facebook', async (t) => {
  const { store, asked, over, graph, world, handled } = await createIdle(t)
  graph.answer = () => 'ambiguous'
  await world.say('hello', { key: 'a' })
  await world.until(() => graph.calls.length === 1, 'the answer got lost')
  await settle()
  t.same(await left(store), { inbox: 0, outbox: { 'page-1': 1 } })
  await world.echo(graph.metadata[0] ?? '', 'mid-1')
  await over()
  t.same(await store.sentReplies({ pageId: 'page-1', psid: 'psid-1' }), [
    { replyId: graph.metadata[0], messageId: 'mid-1' },
  ])
  t.same(asked, ['a', 'mid-1'])
  t.same(handled, ['a', 'mid-1'])
})

t.test('an echo that says nothing new needs no turn', async (t) => {
  const { echo, say, heard, graph, asked, handled, world } = await createIdle(t)
  await say('hello', { key: 'a' })
  await heard('hello')
  const accepting = echo(graph.metadata[0] ?? '', 'mid-1')
  t.same(asked, ['a', 'mid-1'])
  await accepting
  t.same(handled, ['a', 'mid-1'])
  t.same(await left(world.store), { inbox: 0, outbox: {} })
})

t.test('what Facebook says about a Page is done although nobody waits for a turn', async (t) => {
  const { store, needs, asked, handled, clock } = await createIdle(t, {}, () => saying('to whom?'))
  const enforced = { kind: 'policy_enforcement', key: 'p', pageId: 'page-1', psid: null }
  const body = JSON.stringify({ ...enforced, action: 'block', reason: 'spam' })
  const accepting = store.accept([
    newEvent('p', { psid: null, body, opensWindow: false, timestampMs: clock.now() }),
  ])
  t.same(asked, ['p'])
  t.same(needs, [])
  await accepting
  t.match(needs, [{ cause: 'restricted' }])
  t.same(handled, ['p'])
  t.same(await left(store), { inbox: 0, outbox: {} }, 'and nothing is said')
})

t.test('for a Page that nothing can be sent for the handler is asked once', async (t) => {
  const { tokens, say, asked, store, until, heard } = await createIdle(t)
  tokens.set('page-1', 'invalid')
  await say('hello', { key: 'a' })
  await until(async () => (await store.counts()).outbox.get('page-1') === 1, 'it is parked')
  t.same(asked, ['a'])
  tokens.set('page-1', 'valid', 'token-2')
  await heard('hello')
  t.same(asked, ['a'])
})

t.test('no more is sent at a time than there is room for, and all of it once', async (t) => {
  const limits = { maxInFlight: 2 }
  const { say, graph, asked, until, heard } = await createIdle(t, { limits })
  const sending = Promise.withResolvers<undefined>()
  graph.answer = () => sending.promise
  const names = ['a', 'b', 'c', 'd', 'e']
  const accepting = names.map((name) => say(name, { key: name, psid: name }))
  t.same(asked, ['a', 'b'])
  await Promise.all(accepting)
  await until(() => graph.calls.length === 2, 'two are on their way')
  sending.resolve(undefined)
  await heard('a', 'b', 'c', 'd', 'e')
  t.equal(graph.mostInFlight, 2)
  t.same(asked, names)
})

t.test('an answer that comes to nothing leaves its place to others', async (t) => {
  const { say, graph, asked, heard } = await createIdle(t, { limits: { maxInFlight: 1 } })
  const sending = Promise.withResolvers<undefined>()
  graph.answer = () => sending.promise
  const twice = [say('one', { key: 'a' }), say('again', { key: 'b', psid: 'psid-2' })]
  await Promise.all(twice)
  sending.resolve(undefined)
  await heard('one', 'again')
  await say('one', { key: 'a' })
  t.same(asked, ['a', 'b', 'a'], 'it came twice')
  const accepting = say('two', { key: 'c' })
  t.equal(asked.at(-1), 'c')
  await accepting
  await heard('one', 'again', 'two')
})

t.test('what is accepted while the bot stops is not sent any more, and not lost either', async (t) => {
  const { say, delivery, graph, asked, world, heard } = await createIdle(t)
  const accepting = say('hello', { key: 'a' })
  const stopping = delivery.stop()
  await Promise.all([accepting, stopping])
  t.same(graph.calls, [])
  const late = say('late', { key: 'b', psid: 'psid-2' })
  t.same(asked, ['a'], 'nobody is asked any more')
  await late

  await world.restart()
  await heard('hello', 'late')
  t.equal(graph.looks, 0, 'nothing of it is in doubt')
})

t.test(
  'while the bot stops, whoever writes is not answered though others are still being handled',
  async (t) => {
    const answer = Promise.withResolvers<HandlerResult>()
    const { say, delivery, asked, world, heard } = await createIdle(t, {}, (event, conversation) =>
      event.key === 'slow' ? answer.promise : repeat(event, conversation),
    )
    await say('hello', { key: 'slow' })
    await world.until(() => asked.length === 2, 'it is being handled')
    const stopping = delivery.stop()
    await say('late', { key: 'b', psid: 'psid-2' })
    t.same(asked, ['slow', 'slow'])
    answer.resolve({ replies: [], state: null })
    await stopping
    t.same(world.graph.calls, [])
    await world.restart()
    await heard('late')
  },
)

t.test('quick messages of one visitor are answered in their order, each from the state before', async (t) => {
  const { say, graph, heard, until } = await createIdle(t, {}, (event, { state }) => {
    const count = Number(state?.['count'] ?? 0) + 1
    return saying(`${event.key} ${count}`, { state: { count } })
  })
  const write = (...keys: string[]) => Promise.all(keys.map((key) => say(key, { key })))
  await write('a', 'b', 'c')
  await until(() => graph.accepted.length > 0, 'the first reply')
  await write('d')
  await write('e')
  await heard('a 1', 'b 2', 'c 3', 'd 4', 'e 5')
  await write('f')
  await heard('a 1', 'b 2', 'c 3', 'd 4', 'e 5', 'f 6')
  t.equal(graph.overlaps, 0)
})

t.test('state and answers of a form are kept with the event they come from', async (t) => {
  const { say, store, heard } = await createIdle(t, {}, (_event, { state }) => ({
    ...saying(JSON.stringify(state)),
    state: { known: true },
    answers: [{ form: 'book', url: null, values: { size: 'L' } }],
    effects: [{ do: 'handover' }],
  }))
  await say('hello')
  await heard('null', 'passed')
  t.match(await store.answers.list({ limit: 10 }), { answers: [{ form: 'book', body: '{"size":"L"}' }] })
  await say('again')
  await heard('null', 'passed', '{"known":true}', 'passed')
})
