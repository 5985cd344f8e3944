import t from 'tap'
import { newEvent } from '../store/steps.ts'
import { createWorld, type World } from './harness.ts'

/** What Facebook tells the Page of its policies. */
const enforce = async ({ store, clock }: World, action: string, reason: string | null): Promise<void> => {
  const body = { kind: 'policy_enforcement', key: action, pageId: 'page-1', psid: null, action, reason }
  const fields = { psid: null, opensWindow: false, timestampMs: clock.now() }
  await store.accept([newEvent(action, { ...fields, body: JSON.stringify({ ...body, ...fields }) })])
}

t.test(
  'a Page that Facebook blocks sends nothing, is told of, and sends at once when unblocked',
  async (t) => {
    const world = await createWorld(t)
    world.delivery.start()
    await enforce(world, 'warning', null)
    await enforce(world, 'block', 'spam')
    await world.until(() => world.needs.length > 0, 'the operator is asked')
    t.match(world.needs, [{ cause: 'restricted', what: /blocked the Page from sending: spam/ }])
    t.equal(world.logged.length, 2, 'a warning is logged')
    await world.say('hello')
    await world.until(async () => (await world.store.counts()).inbox === 0, 'it is handled')
    t.same(world.graph.calls, [])

    await enforce(world, 'unblock', null)
    await world.until(() => world.graph.accepted.length === 1, 'it is sent')
    t.same(world.needs, [])
  },
)

t.test('a Page without a token is told of where others have one, once visitors write to it', async (t) => {
  const world = await createWorld(t)
  world.tokens.set('page-1', 'valid')
  world.tokens.set('page-2', 'missing')
  world.delivery.start()
  await world.say('hello')
  await world.until(() => world.graph.accepted.length === 1, 'the other Page answers')
  t.same(world.needs, [])
  await world.say('hello', { pageId: 'page-2' })
  await world.until(() => world.needs.length > 0, 'the operator is asked')
  t.match(world.needs, [{ pageId: 'page-2', cause: 'token_missing', remedy: /--page page-2/ }])
})

t.test('a damaged reply becomes a dead letter, and those that were read with it are sent', async (t) => {
  for (const damaged of [
    '',
    'not JSON',
    'null',
    '[]',
    '{}',
    '{"message":null}',
    '{"message":{"text":5}}',
    '{"do":"?"}',
  ]) {
    const world = await createWorld(t)
    const { claimOutbox } = world.store
    world.store.claimOutbox = async (...given) => {
      const claims = await claimOutbox(...given)
      return claims.map((claim) => ({
        ...claim,
        replies: claim.replies.map((reply) =>
          reply.body.includes('"x.0"') ? { ...reply, body: damaged } : reply,
        ),
      }))
    }
    world.tokens.set('page-1', 'invalid')
    world.delivery.start()
    for (const [psid, text] of [
      ['psid-1', 'before'],
      ['psid-2', 'x*2'],
      ['psid-3', 'after'],
    ] as const)
      await world.say(text, { psid })
    await world.until(async () => (await world.store.counts()).outbox.get('page-1') === 4, 'they wait')
    world.tokens.set('page-1', 'valid')
    await world.until(async () => (await world.store.counts()).outbox.size === 0, 'nothing is left')
    t.same(world.graph.accepted.toSorted(), ['after', 'before', 'x.1'], damaged)
    t.same(world.dead, ['damaged'])
    t.match(world.logged, ['a stored reply is damaged, so it cannot be sent', /became a dead letter/])
    const { letters } = await world.store.deadLetters.list({ limit: 5 })
    t.match(letters, [{ psid: 'psid-2', reason: 'damaged' }])
  }
})

t.test('a damaged memory of a conversation begins anew, and its visitor is answered', async (t) => {
  for (const damaged of ['', 'not JSON', 'null', '[]']) {
    const world = await createWorld(t)
    const { claimInbox } = world.store
    world.store.claimInbox = async (...given) => {
      const claims = await claimInbox(...given)
      return claims.map((claim) => ({ ...claim, conversation: { ...claim.conversation, state: damaged } }))
    }
    world.delivery.start()
    await world.say('hello')
    await world.until(() => world.graph.accepted.length === 1, `answered: ${damaged}`)
    t.match(world.logged, ['the state of a conversation is damaged, and begins anew'])
  }
})

t.test('an event whose end could not be stored is told of and handled again', async (t) => {
  const world = await createWorld(t)
  const { finishEvent } = world.store
  let failures = 0
  world.store.finishEvent = (...given) =>
    failures++ === 0 ? Promise.reject(new Error('a fault')) : finishEvent(...given)
  world.delivery.start()
  await world.say('hello')
  await world.until(() => world.graph.accepted.length > 0, 'it is answered')
  t.same(world.logged, ['an event could not be finished'])
  t.same(world.graph.calls, ['hello'])
})

t.test('a reply that the bot itself fails on is told of and tried again a little later', async (t) => {
  const world = await createWorld(t)
  let faults = 0
  world.graph.answer = () => {
    if (faults++ === 0) throw new Error('a fault')
    return undefined
  }
  world.delivery.start()
  await world.say('hello')
  await world.until(() => world.logged.length > 0, 'it is told')
  t.same(world.logged, ['a reply could not be worked on'])
  await world.until(async () => {
    await world.clock.advance(1000)
    return world.graph.accepted.length > 0
  }, 'it is sent')
  t.same(world.graph.calls, ['hello', 'hello'])
})
