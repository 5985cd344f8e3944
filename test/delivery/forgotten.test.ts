import t from 'tap'
import { createWorld } from './harness.ts'

t.test('what waits for a visitor who is forgotten is not sent, and is no dead letter either', async (t) => {
  const sending = Promise.withResolvers<void>()
  const { say, delivery, graph, until, store, dead } = await createWorld(t)
  graph.answer = async () => {
    await sending.promise
    return undefined
  }
  await say('one*3')
  delivery.start()
  await until(() => graph.calls.length === 1, 'the first is on its way')

  await store.forget({ psid: 'psid-1' })
  sending.resolve()
  await say('hello again')
  await until(() => graph.accepted.includes('hello again'), 'a new visitor is answered')
  t.same(graph.accepted, ['one.0', 'hello again'])
  await until(async () => (await store.counts()).outbox.size === 0, 'nothing is left')
  t.same(dead, [])
  t.equal((await store.counts()).dead, 0)
})

t.test('what is parked behind a dead token goes with its visitor', async (t) => {
  const { say, delivery, graph, tokens, until, store } = await createWorld(t)
  tokens.set('page-1', 'invalid')
  await say('mine', { psid: 'psid-1' })
  await say('yours', { psid: 'psid-2' })
  delivery.start()
  await until(async () => (await store.counts()).outbox.get('page-1') === 2, 'both are parked')

  await store.forget({ psid: 'psid-1' })
  tokens.set('page-1', 'valid', 'token-2')
  await until(() => graph.accepted.length > 0, 'a reply')
  await until(async () => (await store.counts()).outbox.size === 0, 'nothing is left')
  t.same(graph.accepted, ['yours'])
})
