import type { ConversationView } from '../../src/conversation/view.ts'
import t from 'tap'
import type { WebhookEvent } from '../../src/webhook/events.ts'
import { newEvent } from '../store/steps.ts'
import { createWorld } from './harness.ts'

const textOf = (event: WebhookEvent): string | null => (event.kind === 'message' ? event.text : event.kind)

t.test('an event that may be part of another waits a moment, and others go on meanwhile', async (t) => {
  const seen: [string | null, (string | null)[]][] = []
  const world = await createWorld(t, {
    limits: { maxBusy: 1 },
    patienceMs: (event) => (textOf(event) === 'photo' ? 1500 : 0),
    handle: (event, view) => {
      seen.push([textOf(event), (view.behind ?? []).map(textOf)])
      return { replies: [], state: null }
    },
  })
  world.delivery.start()
  await world.say('photo')
  await world.say('hours')
  await world.say('hello', { psid: 'another' })
  await world.until(() => seen.length === 1, 'the other conversation is handled')
  t.same(seen, [['hello', []]])
  world.clock.advance(1500)
  await world.until(() => seen.length === 3, 'both of the first')
  t.same(seen.slice(1), [
    ['photo', ['hours']],
    ['hours', []],
  ])
})

t.test('nothing waits where it was accepted long ago, nor while the bot stops', async (t) => {
  const seen: (string | null)[] = []
  const world = await createWorld(t, {
    patienceMs: () => 1500,
    handle: (event) => {
      seen.push(textOf(event))
      return { replies: [], state: null }
    },
  })
  await world.say('old photo')
  world.clock.advance(10_000)
  world.delivery.start()
  await world.until(() => seen.length === 1, 'the old one')
  await world.say('photo')
  await world.delivery.stop()
  t.ok(seen.length <= 2, 'the stop does not wait for it')
})

t.test('an echo that does not name its app is looked for among what was sent', async (t) => {
  const views: ConversationView[] = []
  const world = await createWorld(t, {
    handle: (event, view) => {
      if (event.kind === 'echo') views.push(view)
      return { replies: event.kind === 'message' ? [{ message: { text: 'hi' } }] : [], state: null }
    },
  })
  world.delivery.start()
  await world.say('hello')
  await world.until(() => world.graph.accepted.length === 1, 'a reply')
  const [metadata] = world.graph.metadata
  const echoes = [
    { metadata, mid: 'm_other' },
    { metadata: null, mid: 'm_unknown' },
    { metadata: 'of another program', mid: null },
  ]
  for (const [index, echo] of echoes.entries()) {
    const body = JSON.stringify({
      kind: 'echo',
      key: `e${index}`,
      appId: null,
      pageId: 'page-1',
      psid: 'psid-1',
      ...echo,
    })
    await world.store.accept([
      newEvent(`e${index}`, { pageId: 'page-1', psid: 'psid-1', body, opensWindow: false }),
    ])
    await world.until(() => views.length === index + 1, `echo ${index}`)
  }
  t.same(
    views.map(({ isOurs }) => isOurs),
    [true, false, false],
  )
})
