import t, { type Test } from 'tap'
import { createFakeDuty } from '../helpers/duty.ts'
import { createWorld, refusal, type World } from './harness.ts'

const PAGE = 'page-1'

/** A Page that this instance keeps, at 24 messages a second: two of them may go at once. */
const build = async (t: Test): Promise<{ world: World; duty: ReturnType<typeof createFakeDuty> }> => {
  const duty = createFakeDuty(PAGE)
  const world = await createWorld(t, { duty, rates: { message: 24 } })
  world.tokens.set(PAGE, 'valid')
  world.delivery.start()
  return { world, duty }
}

const answered = async ({ say, until, graph }: World, text: string): Promise<void> => {
  const before = graph.calls.length
  await say(text)
  await until(() => graph.calls.length > before, `"${text}" is answered`)
}

/** Until the answer waits for its turn, and for nothing else: what it waits for are timers. */
const waiting = async ({ say, until, store, clock }: World, text: string): Promise<void> => {
  const timers = clock.pending()
  await say(text)
  await until(async () => (await store.counts()).inbox === 0 && clock.pending() > timers, `"${text}" waits`)
}

/** Lets time pass until it is so: what is waited for may set its timer late. */
const inTime = ({ until, clock }: World, isSo: () => boolean, what: string): Promise<void> =>
  until(async () => {
    await clock.advance(100)
    return isSo()
  }, what)

t.test('the first message after a Page is taken leaves room for what its last keeper has sent', async (t) => {
  const { world, duty } = await build(t)
  await answered(world, 'kept')

  duty.lose(PAGE)
  duty.take(PAGE)
  await waiting(world, 'taken')
  t.same(world.graph.calls, ['kept'])
  await inTime(world, () => world.graph.calls.length === 2, 'its turn has come')
})

t.test('a Page that is taken is silent for as long as Facebook asked its last keeper to wait', async (t) => {
  const { world, duty } = await build(t)
  world.graph.answer = () => 'rate_limited'
  await answered(world, 'first')
  world.graph.answer = () => undefined
  await world.until(async () => (await world.store.recall(`gate:${PAGE}`)) !== null, 'the wait is noted')

  duty.lose(PAGE)
  duty.take(PAGE)
  await world.clock.advance(100_000)
  t.same(world.graph.accepted, [])
  await inTime(world, () => world.graph.accepted.length === 1, 'the wait is over')
})

t.test(
  'a wait that the next keeper has ended holds for no earlier keeper that takes the Page again',
  async (t) => {
    const { world, duty } = await build(t)
    world.graph.answer = () => 'rate_limited'
    await answered(world, 'first')
    world.graph.answer = () => undefined
    await world.until(async () => (await world.store.recall(`gate:${PAGE}`)) !== null, 'the wait is noted')

    duty.lose(PAGE)
    await world.store.remember(`gate:${PAGE}`, '')
    duty.take(PAGE)
    await inTime(world, () => world.graph.accepted.length === 1, 'it is sent')
    t.ok(world.clock.elapsed() < 60_000, 'the wait was of two minutes')
  },
)

t.test('after its stop a delivery heeds no Page that is taken, and leaves no timer', async (t) => {
  const { world, duty } = await build(t)
  world.graph.answer = () => 'rate_limited'
  await answered(world, 'first')
  await world.until(async () => (await world.store.recall(`gate:${PAGE}`)) !== null, 'the wait is noted')

  await world.delivery.stop()
  duty.lose(PAGE)
  duty.take(PAGE)
  const timers = world.clock.pending()
  await world.store.recall(`gate:${PAGE}`)
  await world.clock.advance(0)
  t.equal(world.clock.pending(), timers)
})

t.test(
  'that a visitor was unreachable before the Page was elsewhere says nothing about the next one',
  async (t) => {
    const { world, duty } = await build(t)
    world.graph.answer = () => refusal('unreachable', 'messages', { graphCode: 551 })
    await world.say('first', { psid: 'gone-1' })
    await world.until(() => world.dead.length === 1, 'the first is believed')
    duty.lose(PAGE)
    duty.take(PAGE)
    await world.say('second', { psid: 'gone-2' })
    await inTime(world, () => world.dead.length === 2, 'and the first one here again')
  },
)
