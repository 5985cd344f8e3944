import t from 'tap'
import { settle } from '../helpers/clock.ts'
import { createWorld, isDone } from './harness.ts'

const DAY_MS = 24 * 60 * 60 * 1000

t.test(
  'replies go out in the order of the conversation, one call in flight, conversations in parallel',
  async (t) => {
    const world = await createWorld(t)
    world.graph.answer = async () => {
      await new Promise((resolve) => setImmediate(resolve))
      return undefined
    }
    world.delivery.start()
    const texts: string[] = []
    for (let n = 0; n < 20; n += 1) {
      for (const psid of ['a', 'b', 'c', 'd']) {
        texts.push(`${psid}${n}`)
        void world.say(`${psid}${n}`, { psid })
      }
    }
    await world.until(() => world.graph.accepted.length === texts.length, 'all replies')

    t.equal(world.graph.overlaps, 0)
    t.ok(world.graph.mostInFlight > 1, 'several conversations at once')
    for (const psid of ['a', 'b', 'c', 'd']) {
      const own = world.graph.accepted.filter((text) => text.startsWith(psid))
      t.same(
        own,
        texts.filter((text) => text.startsWith(psid)),
      )
    }
    await world.until(() => isDone(world), 'nothing left')
  },
)

t.test(
  'a token dying in the middle of a burst parks its Page only, and a new one sends all in order',
  async (t) => {
    const world = await createWorld(t)
    let alive = 3
    world.graph.answer = ({ pageId }) => {
      if (pageId !== 'page-1') return undefined
      alive -= 1
      return alive >= 0 ? undefined : 'token_invalid'
    }
    world.delivery.start()
    const texts = Array.from({ length: 10 }, (_, n) => `t${n}`)
    for (const text of texts) await world.say(text)
    await world.until(() => world.tokens.suspected.length > 0, 'the token is suspected')
    t.same(world.tokens.suspected, ['page-1 token-1'])
    world.tokens.set('page-1', 'invalid')
    await world.say('other', { pageId: 'page-2' })
    await world.until(() => world.graph.accepted.includes('other'), 'the other Page goes on')
    await world.say('late')
    await world.until(async () => (await world.store.counts()).inbox === 0, 'events are handled meanwhile')
    const calls = world.graph.calls.length
    await world.clock.advance(3_600_000)
    t.equal(world.graph.calls.length, calls, 'no send is tried with a dead token')

    alive = Number.POSITIVE_INFINITY
    world.tokens.set('page-1', 'valid', 'token-2')
    await world.until(() => isDone(world), 'all is sent')
    t.same(
      world.graph.accepted.filter((text) => text !== 'other'),
      [...texts, 'late'],
    )
  },
)

t.test('parked replies survive a restart while the token is dead', async (t) => {
  const world = await createWorld(t)
  world.tokens.set('page-1', 'invalid')
  world.delivery.start()
  for (const text of ['1', '2', '3']) await world.say(text)
  await world.until(async () => (await world.store.counts()).outbox.get('page-1') === 3, 'parked')
  await world.restart()
  await world.say('4')
  await world.until(async () => (await world.store.counts()).outbox.get('page-1') === 4, 'still parked')
  t.same(world.graph.calls, [])

  world.tokens.set('page-1', 'valid', 'token-2')
  await world.until(() => isDone(world), 'all is sent')
  t.same(world.graph.accepted, ['1', '2', '3', '4'])
  t.equal(world.graph.looks, 0, 'none of them was in doubt')
})

t.test('a Page without any token yet waits, and answers once it has one', async (t) => {
  const world = await createWorld(t)
  world.tokens.tokenFor = () => null
  world.delivery.start()
  await world.say('early')
  await world.until(async () => (await world.store.counts()).outbox.get('page-1') === 1, 'parked')
  world.tokens.tokenFor = () => 'first-token'
  world.tokens.set('page-1', 'valid', 'first-token')
  await world.until(() => isDone(world), 'sent')
  t.same(world.graph.accepted, ['early'])
})

t.test('the replies of a Page that never had a token are not claimed again and again', async (t) => {
  const world = await createWorld(t)
  world.tokens.tokenFor = () => null
  world.tokens.statuses = () => []
  const { releaseOutbox } = world.store
  let released = 0
  world.store.releaseOutbox = (...args) => {
    released += 1
    return releaseOutbox(...args)
  }
  world.delivery.start()
  for (let n = 0; n < 3; n += 1) await world.say(`early ${n}`, { psid: `v${n}` })
  await world.until(async () => (await world.store.counts()).outbox.get('page-1') === 3, 'parked')
  for (let n = 0; n < 60; n += 1) {
    await world.clock.advance(1000)
    await settle(1)
  }
  t.ok(released > 0 && released <= 3, `${released} claims were released in a minute`)
})

t.test(
  'a reply whose window closed while the token was dead is a dead letter, later ones go out',
  async (t) => {
    const world = await createWorld(t)
    world.tokens.set('page-1', 'invalid')
    world.delivery.start()
    await world.say('too late', { psid: 'old' })
    await world.until(async () => (await world.store.counts()).outbox.get('page-1') === 1, 'parked')
    await world.clock.advance(DAY_MS + 1000)
    await world.say('in time', { psid: 'new' })
    await world.until(async () => (await world.store.counts()).outbox.get('page-1') === 2, 'parked')

    world.tokens.set('page-1', 'valid', 'token-2')
    await world.until(() => isDone(world), 'nothing left')
    t.same(world.graph.calls, ['in time'])
    t.same(world.dead, ['outside_window'])
    t.equal((await world.store.counts()).dead, 1)
  },
)

const CLOCKS_APART: [what: string, facebookMs: (nowMs: number) => number | null, accepts: boolean][] = [
  ["Facebook's time, as an answer told it, lies two days ahead", (nowMs) => nowMs + 2 * DAY_MS, true],
  ["Facebook's time lies years ahead", (nowMs) => nowMs + 4000 * DAY_MS, true],
  ["our clock is ahead of Facebook's", (nowMs) => nowMs - 2 * DAY_MS, true],
  ["Facebook's time is the year 1970", () => 0, true],
  ['Facebook has not told its time', () => null, true],
  ['our clock is behind, and the window has closed', (nowMs) => nowMs + 2 * DAY_MS, false],
]

for (const [what, facebookMs, accepts] of CLOCKS_APART) {
  t.test(`where the clocks disagree Facebook is asked by sending: ${what}`, async (t) => {
    const world = await createWorld(t)
    const { clock, graph } = world
    graph.now = () => facebookMs(clock.now())
    graph.answer = () => (accepts ? undefined : 'outside_window')
    world.delivery.start()
    // By one of the clocks the window is open, by the other it has closed.
    const timestampMs = what.startsWith('our clock is ahead') ? clock.now() - 2 * DAY_MS : clock.now()
    await world.say('hello', { timestampMs })
    await world.until(() => isDone(world), 'nothing left')
    t.same(graph.calls, ['hello'])
    t.same(world.dead, accepts ? [] : ['outside_window'])
  })
}

t.test('the window opens again with the next message: then the parked reply is sent', async (t) => {
  const world = await createWorld(t)
  world.tokens.set('page-1', 'invalid')
  world.delivery.start()
  await world.say('first')
  await world.until(async () => (await world.store.counts()).outbox.get('page-1') === 1, 'parked')
  await world.clock.advance(DAY_MS + 1000)
  await world.say('second')
  await world.until(async () => (await world.store.counts()).outbox.get('page-1') === 2, 'parked')

  world.tokens.set('page-1', 'valid', 'token-2')
  await world.until(() => isDone(world), 'nothing left')
  t.same(world.graph.accepted, ['first', 'second'])
})

for (const verdict of ['outside_window', 'unreachable', 'bad_request'] as const) {
  t.test(`a reply refused as ${verdict} is a dead letter, and the conversation goes on`, async (t) => {
    const world = await createWorld(t)
    world.graph.answer = ({ message }) => (message.text === 'x.0' ? verdict : undefined)
    world.delivery.start()
    await world.say('x*3')
    await world.until(() => isDone(world), 'nothing left')
    t.same(world.graph.accepted, ['x.1', 'x.2'])
    t.same(world.dead, [verdict])
  })
}

t.test('a transient failure is tried again, before what follows', async (t) => {
  const world = await createWorld(t)
  let failures = 3
  world.graph.answer = () => ((failures -= 1) >= 0 ? 'transient' : undefined)
  world.delivery.start()
  await world.say('x*2')
  await world.until(() => world.graph.calls.length === 1, 'the first try')
  await world.clock.advance(499)
  t.equal(world.graph.calls.length, 1, 'not at once')
  await world.until(async () => {
    await world.clock.advance(100)
    return isDone(world)
  }, 'sent')
  t.same(world.graph.calls, ['x.0', 'x.0', 'x.0', 'x.0', 'x.1'])
})

t.test('what never stops failing becomes a dead letter when the window closes', async (t) => {
  const world = await createWorld(t)
  world.graph.answer = () => 'transient'
  world.delivery.start()
  await world.say('x')
  await world.until(async () => {
    await world.clock.advance(600_000)
    return isDone(world)
  }, 'it ends')
  t.same(world.dead, ['outside_window'])
  t.ok(world.graph.calls.length > 20, 'after many tries')
})

for (const verdict of ['configuration', 'permission', 'restricted'] as const) {
  t.test(
    `${verdict} parks the Page, tells the operator, tries slowly with a few, and ends by itself`,
    async (t) => {
      const world = await createWorld(t)
      world.graph.answer = ({ pageId }) => (pageId === 'page-1' ? verdict : undefined)
      world.delivery.start()
      for (const psid of ['a', 'b', 'c']) await world.say(psid, { psid })
      await world.until(() => world.needs.length > 0, 'the operator is told')
      t.match(world.needs, [{ pageId: 'page-1', cause: verdict }])
      t.same(world.tokens.suspected, [], 'and no token is asked for')
      await world.say('other', { pageId: 'page-2' })
      await world.until(() => world.graph.accepted.includes('other'), 'the other Page goes on')

      const calls = world.graph.calls.length
      await world.until(async () => {
        await world.clock.advance(1000)
        return world.graph.calls.length > calls
      }, 'a slow try')
      await world.clock.advance(1000)
      t.ok(world.graph.calls.length <= calls + 4, 'a few calls only')
      t.equal(world.needs.length, 1)

      world.graph.answer = () => undefined
      await world.until(async () => {
        await world.clock.advance(1000)
        return isDone(world)
      }, 'all is sent')
      t.same([...world.graph.accepted].sort(), ['a', 'b', 'c', 'other'])
      t.same(world.needs, [], 'and the need is settled')
      t.same(world.dead, [])
    },
  )
}

t.test('a rate limit pauses the Page as long as Facebook says', async (t) => {
  const world = await createWorld(t)
  world.graph.answer = () => 'rate_limited'
  world.delivery.start()
  await world.say('x')
  await world.until(() => world.graph.calls.length === 1, 'the first try')
  world.graph.answer = () => undefined
  await world.clock.advance(119_000)
  t.equal(world.graph.calls.length, 1, 'not before two minutes are over')
  await world.until(async () => {
    await world.clock.advance(1000)
    return isDone(world)
  }, 'sent')
  t.same(world.needs, [], 'no need is raised')
})

t.test('a new token while sends are in flight: the late refusal does not make it suspect', async (t) => {
  const world = await createWorld(t)
  let refuse = (_verdict: 'token_invalid'): void => undefined
  world.graph.answer = () =>
    new Promise((resolve) => {
      refuse = resolve
    })
  world.delivery.start()
  await world.say('x')
  await world.until(() => world.graph.calls.length === 1, 'in flight')
  world.tokens.set('page-1', 'valid', 'token-2')
  world.graph.answer = () => undefined
  refuse('token_invalid')
  await world.until(() => isDone(world), 'sent with the new one')
  t.equal(world.tokens.status('page-1').state, 'valid')
  t.same(world.graph.accepted, ['x'])
})

t.test('stopping lets the call in flight come home and leaves the rest for the next start', async (t) => {
  const world = await createWorld(t)
  let answer = (): void => undefined
  world.graph.answer = () =>
    new Promise((resolve) => {
      answer = () => resolve(undefined)
    })
  world.delivery.start()
  await world.say('x*3')
  await world.until(() => world.graph.calls.length === 1, 'in flight')
  const stopped = world.delivery.stop()
  answer()
  await stopped
  world.graph.answer = () => undefined
  await world.restart()
  await world.until(() => isDone(world), 'the rest is sent')
  t.same(world.graph.accepted, ['x.0', 'x.1', 'x.2'])
  t.equal(world.graph.looks, 0, 'an orderly stop leaves no doubt')
})

for (const limits of [
  { maxInFlight: 4, perPage: 4 },
  { maxInFlight: 256, perPage: 4 },
]) {
  t.test(`visitors who wait for a place are answered, with ${JSON.stringify(limits)}`, async (t) => {
    const world = await createWorld(t, { limits })
    world.tokens.set('page-1', 'invalid')
    world.delivery.start()
    const texts = Array.from({ length: 40 }, (_, n) => `t${n}`)
    await Promise.all(texts.map((text) => world.say(text, { psid: `of ${text}` })))
    await world.until(async () => (await world.store.counts()).outbox.get('page-1') === 40, 'parked')
    world.tokens.set('page-1', 'valid', 'token-2')
    await world.until(() => isDone(world), 'all is sent')
    t.same(world.graph.accepted.toSorted(), texts.toSorted())
    t.ok(world.graph.mostInFlight <= 4, `${world.graph.mostInFlight} at once`)
  })
}

t.test('four thousand events wait while the token is dead, then all go out in order', async (t) => {
  const world = await createWorld(t)
  world.tokens.set('page-1', 'invalid')
  world.delivery.start()
  const conversations = 200
  const each = 20
  for (let n = 0; n < each; n += 1) {
    await Promise.all(
      Array.from({ length: conversations }, (_, c) =>
        world.say(`${c}.${n}`, { psid: `p${c}`, key: `k${c}.${n}` }),
      ),
    )
  }
  await world.until(
    async () => (await world.store.counts()).outbox.get('page-1') === conversations * each,
    'parked',
  )
  await world.clock.advance(3_600_000)
  world.tokens.set('page-1', 'valid', 'token-2')
  await world.until(async () => {
    await world.clock.advance(1000)
    return isDone(world)
  }, 'all is sent')
  t.equal(world.graph.accepted.length, conversations * each)
  const next = new Map<string, number>()
  const ordered = world.graph.accepted.every((text) => {
    const [c = '', n] = text.split('.')
    const wanted = next.get(c) ?? 0
    next.set(c, wanted + 1)
    return Number(n) === wanted
  })
  t.ok(ordered, 'in the order of each conversation')
  t.equal(world.graph.overlaps, 0)
})
