import type { Test } from 'tap'
import type { AnsweredAtOnce, OutboxClaim, Store } from '../../src/store/store.ts'
import {
  anyRoom,
  bodies,
  buryAll,
  handleAll,
  keys,
  left,
  newEvent,
  openPlace,
  sendAll,
  type OpenStore,
} from './steps.ts'

/** What every store adapter has to pass about events that are answered before they are stored. */
export const atOnceContract = (t: Test, open: OpenStore): void => {
  /** A store whose inbox is known to be empty. */
  const setUp = async (t: Test) => {
    const place = await openPlace(t, open)
    await place.store.claimInbox(10)
    return place
  }

  t.test('an event and what it leads to are stored together, and the replies handed out', async (t) => {
    const { store, clock } = await setUp(t)
    const work: string[] = []
    store.onWork((queue) => work.push(queue))
    const { asked, ends, outs } = answering(store, () => ({
      replies: ['r1', 'r2'],
      state: '"s1"',
      answers: [{ form: 'book', url: null, body: '{}' }],
    }))

    t.same(await store.accept([newEvent('a')]), { stored: 1, duplicates: 0 })
    t.same(asked, ['a null'])
    t.same(ends, ['a stored'])
    const [out] = outs
    if (out === undefined) throw new Error('nothing was handed out')
    t.match(out.conversation, { pageId: 'page-1', psid: 'psid-1', state: '"s1"', windowEndsMs: Number })
    const handedOut = { acceptedMs: clock.now(), doubtSinceMs: null }
    t.match(out.replies, [
      { body: 'r1', ...handedOut },
      { body: 'r2', ...handedOut },
    ])
    t.same(await left(store), { inbox: 0, outbox: { 'page-1': 2 } })
    t.same(await store.claimInbox(10), [])
    t.same(await store.claimOutbox(10, anyRoom), [], 'nobody else gets them')
    t.match(await store.answers.list({ limit: 10 }), { answers: [{ form: 'book', keptMs: clock.now() }] })
    t.same(work, ['answers'])

    const [r1] = out.replies
    if (r1 !== undefined) await store.finishReply(out, r1, { status: 'sent', messageId: 'm1' })
    store.releaseOutbox(out)
    t.same(await sendAll(store), ['r2'])
  })

  t.test('after a crash the replies are in doubt, the event is a duplicate, the state is kept', async (t) => {
    const { store, clock, reopen } = await setUp(t)
    answering(store, () => ({ replies: ['r1'], state: '"s1"' }))
    await store.accept([newEvent('a')])
    const outMs = clock.now()
    await clock.advance(1000)

    const again = await reopen()
    t.match(await again.accept([newEvent('a')]), { duplicates: 1 })
    t.match(await again.counts(), { inbox: 0 })
    const [out] = await again.claimOutbox(10, anyRoom)
    t.match(out, { conversation: { state: '"s1"' }, replies: [{ body: 'r1', doubtSinceMs: outMs }] })
  })

  t.test('what a duplicate would lead to comes to nothing', async (t) => {
    const { store } = await setUp(t)
    let count = 0
    const { asked, ends } = answering(store, () => ({ replies: [], state: `${(count += 1)}` }))
    await store.accept([newEvent('a', { aliases: ['other'] })])
    t.match(await store.accept([newEvent('a')]), { stored: 0, duplicates: 1 })
    t.match(await store.accept([newEvent('other')]), { stored: 0, duplicates: 1 })
    t.same(ends, ['a stored', 'a dropped', 'other dropped'])
    await store.accept([newEvent('b')])
    t.equal(asked.at(-1), 'b 1')
  })

  t.test('what is answered from a wrong state waits in the inbox; then the state is known', async (t) => {
    const { store, reopen } = await setUp(t)
    answering(store, () => ({ replies: [], state: '"s1"' }))
    await store.accept([newEvent('a')])

    const again = await reopen()
    await again.claimInbox(10)
    const { asked, ends } = answering(again)
    t.same(await again.accept([newEvent('b')]), { stored: 1, duplicates: 0 })
    t.same(ends, ['b dropped'])
    t.same(await left(again), { inbox: 1, outbox: {} })
    t.equal(await handleOne(again, 'b', {}), '"s1"')
    await again.accept([newEvent('c')])
    t.same(asked, ['b null', 'c "s1"'])
    t.same(ends, ['b dropped', 'c stored'])
  })

  t.test('the state that an event in the inbox left is known to the next one', async (t) => {
    const { store } = await setUp(t)
    await store.accept([newEvent('a')])
    await handleOne(store, 'a', { state: '"s1"' })
    const { asked, ends } = answering(store, () => ({ replies: [], state: null }))
    await store.accept([newEvent('b')])
    await store.accept([newEvent('c')])
    t.same(asked, ['b "s1"', 'c null'])
    t.same(ends, ['b stored', 'c stored'])
  })

  t.test(
    'what an event was stored with does not outlive what the one before it left meanwhile',
    async (t) => {
      const { store } = await setUp(t)
      await store.accept([newEvent('a')])
      const [claim] = await store.claimInbox(10)
      const [a] = claim?.events ?? []
      if (claim === undefined || a === undefined) throw new Error('nothing was handed out')
      // Asked for in one turn: it is stored before the state changes, and that is told afterwards.
      const accepting = store.accept([newEvent('b')])
      await Promise.all([store.finishEvent(claim, a, { replies: [], state: '"s1"' }), accepting])
      store.releaseInbox(claim)
      t.equal(await handleOne(store, 'b', {}), '"s1"')
      const { asked, ends } = answering(store)
      await store.accept([newEvent('c')])
      t.same(asked, ['c "s1"'])
      t.same(ends, ['c stored'])
    },
  )

  t.test('nothing overtakes an event of its conversation that waits or is being handled', async (t) => {
    const { store } = await setUp(t)
    await store.accept([newEvent('a')])
    const { asked } = answering(store)
    await store.accept([newEvent('b')])
    const [claim] = await store.claimInbox(10)
    await store.accept([
      newEvent('c'),
      newEvent('x', { psid: 'psid-2' }),
      newEvent('y', { pageId: 'page-2' }),
    ])
    t.same(asked, ['x null', 'y null'], 'other conversations are none of its business')
    t.same(claim && keys(claim), ['a', 'b'])
    if (claim !== undefined) store.releaseInbox(claim)
    await store.accept([newEvent('d')])
    t.same(asked.length, 2)
    t.same(await handleAll(store, () => []), ['a', 'b', 'c', 'd'])
    await store.accept([newEvent('e')])
    t.equal(asked.length, 3)
  })

  t.test('nothing overtakes an event of its conversation that is being accepted', async (t) => {
    const { store } = await setUp(t)
    const { asked, ends, outs } = answering(store, ({ key }) => ({ replies: [key], state: `"after ${key}"` }))
    await Promise.all([store.accept([newEvent('a'), newEvent('b')]), store.accept([newEvent('c')])])
    t.same(asked, ['a null'])
    t.same(ends, ['a stored'])
    const [claim] = await store.claimInbox(10)
    t.match(claim, { conversation: { state: '"after a"' } })
    t.same(claim && keys(claim), ['b', 'c'])
    if (claim !== undefined) store.releaseInbox(claim)
    t.same(await handleAll(store, (key) => [key]), ['b', 'c'])
    t.same(await store.claimOutbox(10, anyRoom), [], 'one of a conversation at a time')
    for (const out of outs) await sent(store, out)
    t.same(await sendAll(store), ['b', 'c'])
  })

  t.test('nothing overtakes replies of its conversation that are in hand, delayed, or waiting', async (t) => {
    const { store, clock } = await setUp(t)
    await store.accept([newEvent('a')])
    await handleAll(store, () => ['r1'])
    const { asked, ends } = answering(store)
    const [claim] = await store.claimOutbox(10, anyRoom)
    if (claim === undefined) throw new Error('nothing was handed out')
    await store.accept([newEvent('b')])
    store.releaseOutbox(claim, clock.now() + 5000)
    await handleAll(store, () => [])
    await store.accept([newEvent('c')])
    t.same(asked, [])

    await clock.advance(5000)
    await handleAll(store, () => [])
    await store.accept([newEvent('d')])
    t.same(ends, ['d dropped'], 'nobody has it in memory; only the file tells')
    t.same(await handleAll(store, (key) => [key]), ['d'])
    t.same(await sendAll(store), ['r1', 'd'])
  })

  t.test('nobody is asked while the inbox may have events that are not in memory', async (t) => {
    const { store, reopen } = await setUp(t)
    await store.accept([newEvent('a')])
    const again = await reopen()
    const { asked } = answering(again)
    await again.accept([newEvent('b'), newEvent('x', { psid: 'psid-2' })])
    t.same(asked, [])
    t.same((await handleAll(again, () => [])).toSorted(), ['a', 'b', 'x'])
    await again.accept([newEvent('c')])
    t.same(asked, ['c null'])
  })

  t.test('nobody is asked for a Page that is held, or whose waiting replies are not known', async (t) => {
    const { store, reopen } = await setUp(t)
    await store.accept([newEvent('a')])
    await handleAll(store, () => ['r1'])
    const again = await reopen()
    await again.claimInbox(10)
    const { asked } = answering(again)
    await again.accept([newEvent('b', { psid: 'psid-2' })])
    t.same(asked, [], 'not known')
    t.same(await sendAll(again), ['r1'])
    again.holdPage('page-1', true)
    await again.accept([newEvent('c', { psid: 'psid-3' }), newEvent('x', { pageId: 'page-2' })])
    t.same(asked, ['x null'], 'held')
    again.holdPage('page-1', false)
    await again.accept([newEvent('d', { psid: 'psid-4' })])
    t.same(asked, ['x null', 'd null'])
  })

  t.test('a reply that came back from the dead goes before', async (t) => {
    const { store } = await setUp(t)
    await store.accept([newEvent('a')])
    await handleAll(store, () => ['r1'])
    await buryAll(store)
    const { letters } = await store.deadLetters.list({ limit: 10 })
    const { ends } = answering(store)
    const retried = store.deadLetters.retry({ ids: letters.map(({ id }) => id) })
    // It is asked for, and nobody knows yet that it was done.
    for (let n = 0; n < 10; n += 1) await Promise.resolve()
    await store.accept([newEvent('b')])
    t.equal((await retried).length, 1)
    t.same(ends, ['b dropped'])
    await handleAll(store, (key) => [key])
    t.same(await sendAll(store), ['r1', 'b'])
  })

  for (const then of ['is in hand', 'was given back', 'was sent'] as const) {
    t.test(`a reply that ${then} is not handed out again by a read that found it, too`, async (t) => {
      const { store } = await setUp(t)
      // As many as were asked for: there might be more of that conversation, and the next read looks.
      await store.accept([newEvent('a')])
      await handleAll(store, () => ['r1'])
      const [first] = await store.claimOutbox(1, anyRoom)
      if (first === undefined) throw new Error('nothing was handed out')
      await sent(store, first)

      const { ends, outs } = answering(
        store,
        ({ key }) => ({ replies: [key] }),
        (out) => {
          if (then === 'was given back') store.releaseOutbox(out)
          if (then === 'was sent') void sent(store, out)
        },
      )
      // Asked for in one turn, these share a transaction.
      const [, claims] = await Promise.all([store.accept([newEvent('b')]), store.claimOutbox(10, anyRoom)])
      t.same(ends, ['b stored'])
      t.same(outs.map(bodies), [['b']])
      t.match(claims, then === 'was given back' ? [{ replies: [{ body: 'b', doubtSinceMs: null }] }] : [])
      t.equal(claims.length, then === 'was given back' ? 1 : 0)
      for (const claim of then === 'is in hand' ? outs : claims) store.releaseOutbox(claim)
      t.same(await sendAll(store), then === 'was sent' ? [] : ['b'], 'and nothing is stuck')
    })
  }

  t.test('what was remembered of a forgotten visitor is not told any more', async (t) => {
    const { store } = await setUp(t)
    const { asked, ends } = answering(store, () => ({ replies: [], state: '"s1"' }))
    await store.accept([newEvent('a')])
    await store.forget({ psid: 'psid-1' })
    await store.accept([newEvent('b')])
    t.same(asked, ['a null', 'b null'])
    t.same(ends, ['a stored', 'b stored'])
  })

  t.test('nor what somebody made for them meanwhile', async (t) => {
    const { store } = await setUp(t)
    await store.accept([newEvent('a')])
    const [claim] = await store.claimInbox(10)
    const [event] = claim?.events ?? []
    if (claim === undefined || event === undefined) throw new Error('nothing was handed out')
    await store.forget({ psid: 'psid-1' })
    await store.finishEvent(claim, event, { replies: [], state: '"s1"' })
    store.releaseInbox(claim)
    t.same(await store.claimInbox(10), [])
    const { asked } = answering(store)
    await store.accept([newEvent('b')])
    t.same(asked, ['b null'])
  })

  t.test('an answer for a visitor who is being forgotten says nothing of before', async (t) => {
    const { store } = await setUp(t)
    const { ends, outs } = answering(store, ({ key }) => ({ replies: [key], state: '"s1"' }))
    await store.accept([newEvent('a')])
    for (const out of outs.splice(0)) await sent(store, out)
    await Promise.all([store.forget({ psid: 'psid-1' }), store.accept([newEvent('b')])])
    t.same(ends, ['a stored', 'b dropped'])
    t.equal(await handleOne(store, 'b', {}), null, 'it is the first of a new visitor')

    await Promise.all([store.accept([newEvent('c')]), store.forget({ psid: 'psid-1' })])
    t.same(ends.slice(2), ['c stored'])
    t.match(outs, [{ conversation: { forgotten: true } }])
    for (const out of outs) store.releaseOutbox(out)
    t.same(await left(store), { inbox: 0, outbox: {} })
    t.same(await sendAll(store), [])
  })

  t.test('a visitor who was forgotten and writes again is waited for as before', async (t) => {
    const { store } = await setUp(t)
    await store.accept([newEvent('a')])
    const [old] = await store.claimInbox(10)
    await store.forget({ psid: 'psid-1' })
    await store.accept([newEvent('b')])
    if (old !== undefined) store.releaseInbox(old)
    const [anew] = await store.claimInbox(10)
    t.same(await store.claimInbox(10), [])
    const { asked } = answering(store)
    await store.accept([newEvent('c')])
    t.same(asked, [])
    if (anew !== undefined) store.releaseInbox(anew)
    t.same(await handleAll(store, () => []), ['b', 'c'])
  })

  t.test('whoever is asked may pass, and is not asked any more once that is said', async (t) => {
    const { store } = await setUp(t)
    const { asked, ends, stop } = answering(store, () => null)
    await store.accept([newEvent('a')])
    t.same(await handleAll(store, () => []), ['a'])
    stop()
    await store.accept([newEvent('b')])
    t.same(asked, ['a null'])
    t.same(ends, [])
    t.same(await handleAll(store, () => []), ['b'])
  })

  t.test('events about a Page itself have a conversation of their own', async (t) => {
    const { store } = await setUp(t)
    const { asked, ends } = answering(store, ({ key }) => ({ replies: [], state: `"${key}"` }))
    const ofPage = { psid: null, opensWindow: false }
    await store.accept([newEvent('a', ofPage), newEvent('b')])
    await store.accept([newEvent('c', ofPage)])
    t.same(asked, ['a null', 'b null', 'c "a"'])
    t.same(ends, ['a stored', 'b stored', 'c stored'])
    t.same(await left(store), { inbox: 0, outbox: {} })
  })
}

type Answered = AnsweredAtOnce['outcome']

/** Answers at once, and notes what was asked, with which state, and what became of it. */
const answering = (
  store: Store,
  outcomeOf: (event: { key: string }) => Answered | null = ({ key }) => ({ replies: [key] }),
  onOut: (out: OutboxClaim) => void = () => undefined,
) => {
  const asked: string[] = []
  const ends: string[] = []
  const outs: OutboxClaim[] = []
  const stop = store.answerAtOnce((event, { state }) => {
    asked.push(`${event.key} ${state}`)
    const outcome = outcomeOf(event)
    if (outcome === null) return null
    return {
      outcome,
      stored: (out) => {
        ends.push(`${event.key} stored`)
        if (out === null) return
        outs.push(out)
        onOut(out)
      },
      dropped: () => void ends.push(`${event.key} dropped`),
    }
  })
  return { asked, ends, outs, stop }
}

const sent = async (store: Store, out: OutboxClaim): Promise<void> => {
  const finished = out.replies.map((reply) =>
    store.finishReply(out, reply, { status: 'sent', messageId: `mid-${reply.id}` }),
  )
  store.releaseOutbox(out)
  await Promise.all(finished)
}

/** Handles the only event in the inbox. @returns the state it found */
const handleOne = async (
  store: Store,
  key: string,
  outcome: { state?: string },
): Promise<string | null | undefined> => {
  const [claim] = await store.claimInbox(10)
  if (claim === undefined || keys(claim).join() !== key) throw new Error(`${key} is not what is in the inbox`)
  const { state } = claim.conversation
  for (const event of claim.events) await store.finishEvent(claim, event, { replies: [], ...outcome })
  store.releaseInbox(claim)
  return state
}
