import t from 'tap'
import { createWorld, pass, refusal } from './harness.ts'

t.test('the bubble ends with a refusal, and does not show again for what is tried again', async (t) => {
  const world = await createWorld(t, {
    handle: (event) => ({
      replies: event.kind === 'message' ? [{ message: { text: event.text ?? '' }, typingMs: 500 }] : [],
      state: null,
    }),
  })
  world.delivery.start()
  let failures = 3
  world.graph.answer = () => (failures-- > 0 ? 'transient' : undefined)
  await world.say('x')
  await pass(world, 20_000, 500)
  t.same(world.graph.accepted, ['x'])
  t.same(world.graph.actions, ['typing_on', 'typing_off'])
})

t.test(
  'a picture that may be taken a moment later is tried again, and its choices do not die with it',
  async (t) => {
    const image = { type: 'image', payload: { url: 'https://x.y/1.png' } }
    const choices = [{ content_type: 'text' as const, title: 'Hours', payload: 'hours' }]
    const world = await createWorld(t, {
      handle: (event) => ({
        replies:
          event.kind === 'message'
            ? [{ message: { text: 'look' } }, { message: { attachment: image, quick_replies: choices } }]
            : [],
        state: null,
      }),
    })
    world.delivery.start()
    const unfetched = refusal('bad_request', 'messages', {
      graphCode: 100,
      subcode: 2_018_008,
      mayPass: true,
    })
    let failures = 1
    world.graph.answer = ({ message }) => (message.attachment && failures-- > 0 ? unfetched : undefined)
    await world.say('x')
    await pass(world, 5000, 500)
    t.same(world.graph.accepted, ['look', 'https://x.y/1.png'], 'it was taken the second time')

    failures = Number.POSITIVE_INFINITY
    const asked: unknown[] = []
    world.graph.answer = ({ message }) => {
      if (message.attachment) return unfetched
      asked.push(message.quick_replies)
      return undefined
    }
    await world.say('y')
    await world.say('after', { psid: 'psid-2' })
    await pass(world, 60_000, 1000)
    t.same(world.dead.slice(0, 1), ['bad_request'])
    t.ok(world.graph.accepted.includes('Please pick one.'))
    t.ok(asked.some((one) => JSON.stringify(one) === JSON.stringify(choices)))
    const { letters } = await world.store.deadLetters.list({ limit: 10 })
    t.match(letters[0]?.body, /1\.png/, 'the letter is the picture')
    t.equal((await world.store.counts()).outbox.size, 0)
  },
)
