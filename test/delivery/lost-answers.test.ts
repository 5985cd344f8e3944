import t, { type Test } from 'tap'
import { createWorld, isDone, refusal } from './harness.ts'

t.test('a lost answer is not sent again when the echo arrives', async (t) => {
  const world = await createWorld(t)
  world.graph.answer = () => 'ambiguous'
  world.delivery.start()
  await world.say('x*2')
  await world.until(() => world.graph.calls.length === 1, 'the try')
  world.graph.answer = () => undefined
  await world.echo(world.graph.metadata[0] ?? '', 'mid-of-x0')
  await world.until(() => isDone(world), 'settled without waiting')
  t.same(world.graph.calls, ['x.0', 'x.1'])
  t.equal(world.graph.looks, 0)
})

t.test('a lost answer is not sent again when the conversation shows the message', async (t) => {
  const world = await createWorld(t)
  world.graph.answer = () => 'ambiguous'
  world.graph.recent = () => [
    { id: 'theirs', fromId: 'psid-1', text: 'x.0', createdMs: world.clock.now() },
    { id: 'ours', fromId: 'page-1', text: 'x.0', createdMs: world.clock.now() },
  ]
  world.delivery.start()
  await world.say('x*2')
  await world.until(() => world.graph.calls.length === 1, 'the try')
  world.graph.answer = () => undefined
  await world.until(async () => {
    await world.clock.advance(1000)
    return isDone(world)
  }, 'settled')
  t.same(world.graph.calls, ['x.0', 'x.1'])
})

t.test('a lost answer is sent again once the message is known not to be there', async (t) => {
  const world = await createWorld(t)
  world.graph.answer = () => refusal('ambiguous', 'messages', { httpStatus: null })
  world.graph.recent = () => [
    { id: 'old', fromId: 'page-1', text: 'x', createdMs: world.clock.now() - 3_600_000 },
    { id: 'visitor', fromId: 'psid-1', text: 'x', createdMs: world.clock.now() },
  ]
  world.delivery.start()
  await world.say('x')
  await world.until(() => world.graph.calls.length === 1, 'the try')
  world.graph.answer = () => undefined
  await world.clock.advance(10_000)
  t.equal(world.graph.calls.length, 1, 'but not while Facebook may still carry it out')
  await world.until(async () => {
    await world.clock.advance(1000)
    return isDone(world)
  }, 'sent')
  t.same(world.graph.calls, ['x', 'x'])
})

t.test('a reply that was in flight at a crash is looked for before it is sent again', async (t) => {
  const world = await createWorld(t)
  world.graph.answer = ({ message }) => {
    if (message.text === 'x.0') world.graph.accepted.push('x.0')
    return 'ambiguous'
  }
  world.delivery.start()
  await world.say('x*2')
  await world.until(() => world.graph.calls.length === 1, 'the try')
  world.graph.recent = () => [{ id: 'ours', fromId: 'page-1', text: 'x.0', createdMs: world.clock.now() }]
  world.graph.answer = () => undefined
  await world.restart()
  await world.until(async () => {
    await world.clock.advance(1000)
    return isDone(world)
  }, 'settled')
  t.same(world.graph.accepted, ['x.0', 'x.1'])
  t.same(world.settled, ['found'])
})

/** How the only reply ends that was sent, whose answer got lost, and which the conversation shows or does not show. */
const endOf = async (
  t: Test,
  given: {
    ourClockIsMs?: number
    datedMs?: number
    lookedForMs: number
    shownMs: number
    /** Whether no call was answered before the look at the conversation. */
    isUnheard?: boolean
    isKilled?: boolean
    /** How far our clock is set between the send and the look. */
    setMs?: number
  },
): Promise<string[]> => {
  const { ourClockIsMs = 0, datedMs = 0, lookedForMs, shownMs, isUnheard, isKilled, setMs = 0 } = given
  const world = await createWorld(t)
  const { clock, graph } = world
  const startMs = clock.now() - ourClockIsMs
  const facebookMs = (): number => startMs + clock.elapsed()
  let hasAnswered = isUnheard !== true
  graph.now = () => (hasAnswered ? facebookMs() : null)
  const sentMs = facebookMs()
  graph.answer = () => 'ambiguous'
  world.delivery.start()
  await world.say('x', { timestampMs: sentMs + datedMs })
  await world.until(() => graph.calls.length === 1, 'the try')
  graph.answer = () => undefined
  graph.recent = () => {
    hasAnswered = true
    return [{ id: 'm', fromId: 'page-1', text: 'x', createdMs: sentMs + shownMs }]
  }
  if (isKilled === true) await world.restart()
  clock.set(setMs)
  await clock.advance(lookedForMs)
  await world.until(async () => {
    await clock.advance(1000)
    return isDone(world)
  }, 'settled')
  return world.settled
}

for (const hours of [-1, 0, 1]) {
  const clockIs = `the clock of this machine being ${hours} h ahead`
  const ourClockIsMs = hours * 3_600_000
  t.test(`an answer to an event dated ahead is found, ${clockIs}`, async (t) => {
    for (const datedMs of [4000, 20_000, 3_600_000]) {
      for (const lookedForMs of [0, 60_000]) {
        const facts = { ourClockIsMs, datedMs, lookedForMs, shownMs: 0 }
        t.same(await endOf(t, facts), ['found'], JSON.stringify(facts))
      }
    }
  })
  t.test(`the same words of a minute ago do not pass for the one in doubt, ${clockIs}`, async (t) => {
    t.same(await endOf(t, { ourClockIsMs, lookedForMs: 0, shownMs: -60_000 }), ['not_found'])
  })
}

t.test(
  'an answer to an event dated ahead is found where Facebook had not answered any call before',
  async (t) => {
    for (const facts of [
      {},
      { lookedForMs: 60_000 },
      { isKilled: true },
      { isKilled: true, lookedForMs: 60_000, ourClockIsMs: 3_600_000 },
      { setMs: -3_600_000 },
    ]) {
      const given = { datedMs: 3_600_000, lookedForMs: 0, shownMs: 0, isUnheard: true, ...facts }
      t.same(await endOf(t, given), ['found'], JSON.stringify(given))
    }
  },
)

t.test(
  'the same words of some minutes ago do not pass for the one in doubt before any call was answered',
  async (t) => {
    for (const facts of [
      {},
      { isKilled: true },
      { isKilled: true, ourClockIsMs: -3_600_000 },
      { setMs: 3_600_000 },
    ]) {
      const given = { lookedForMs: 0, shownMs: -300_000, isUnheard: true, ...facts }
      t.same(await endOf(t, given), ['not_found'], JSON.stringify(given))
    }
  },
)

t.test('the same text sent a moment ago does not count as the one in doubt', async (t) => {
  const world = await createWorld(t)
  world.delivery.start()
  await world.say('ok')
  await world.until(() => isDone(world), 'the first is sent')
  const firstMid = `mid-1-${world.clock.now()}`
  world.graph.answer = () => 'ambiguous'
  world.graph.recent = () => [{ id: firstMid, fromId: 'page-1', text: 'ok', createdMs: world.clock.now() }]
  await world.say('ok')
  await world.until(() => world.graph.calls.length === 2, 'the second is tried')
  world.graph.answer = () => undefined
  await world.until(async () => {
    await world.clock.advance(1000)
    return isDone(world)
  }, 'settled')
  t.same(world.graph.accepted, ['ok', 'ok'])
  t.same(world.settled, ['not_found'])
})

t.test('a send that must not be written any more is told as held back', async (t) => {
  const world = await createWorld(t)
  const { finishEvent } = world.store
  world.store.finishEvent = async (...outcome) => {
    const claim = await finishEvent(...outcome)
    return claim && { ...claim, maySend: () => false }
  }
  const asked: unknown[] = []
  world.graph.answer = ({ maySend }) => void asked.push(maySend?.())
  world.delivery.start()
  await world.say('x')
  await world.until(() => isDone(world), 'the fake sends it all the same')
  t.same(asked, [false])
  t.same(world.settled, ['held back'])
})

t.test('when the conversation cannot be read the reply is not kept back for ever', async (t) => {
  const world = await createWorld(t)
  world.graph.answer = () => 'ambiguous'
  world.graph.recent = () => 'permission'
  world.delivery.start()
  await world.say('x')
  await world.until(() => world.graph.calls.length === 1, 'the try')
  world.graph.answer = () => undefined
  await world.until(async () => {
    await world.clock.advance(1000)
    return isDone(world)
  }, 'sent')
  t.same(world.graph.calls, ['x', 'x'])
  t.same(world.settled, ['unreadable'])
  t.same(world.needs, [], 'and the refused look closes nothing')
})
