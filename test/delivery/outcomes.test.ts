import t from 'tap'
import { settle } from '../helpers/clock.ts'
import { createWorld } from './harness.ts'
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

t.test('while Graph fails for a whole Page, one conversation tries for all of them', async (t) => {
  const world = await createWorld(t)
  world.delivery.start()
  world.graph.answer = () => 'transient'
  for (let n = 0; n < 12; n += 1) await world.say('hello', { psid: `v${n}` })
  await world.until(() => world.graph.calls.length >= 8, 'most of them have tried')
  await settle(20)

  const before = world.graph.calls.length
  const held = Promise.withResolvers<undefined>()
  world.graph.answer = () => held.promise
  await world.until(async () => {
    await world.clock.advance(500)
    return world.graph.calls.length > before
  }, 'it is tried again')
  for (let n = 0; n < 20; n += 1) await world.clock.advance(500)
  t.equal(world.graph.calls.length, before + 1, 'by one, not by twelve')

  held.resolve(undefined)
  world.graph.answer = () => undefined
  await rest(world)
  t.equal(world.graph.accepted.length, 12)
})
