import type { Test } from 'tap'
import type { EventOutcome, InboxClaim } from '../../src/store/store.ts'
import {
  anyRoom,
  bodies,
  handleAll,
  inOrder,
  keys,
  newEvent,
  openPlace,
  sendAll,
  type OpenStore,
  type SetUp,
} from './steps.ts'
import { outboxContract } from './contract-outbox.ts'

/** What every store adapter has to pass. */
export const storeContract = (t: Test, open: OpenStore): void => {
  const setUp = (t: Test): Promise<SetUp> => openPlace(t, open)

  outboxContract(t, open)

  t.test('an accepted event is claimed once, and is gone when finished', async (t) => {
    const { store } = await setUp(t)

    t.same(await store.accept([newEvent('a')]), { stored: 1, duplicates: 0 })
    const [claim] = await store.claimInbox(10)
    t.ok(claim)
    if (claim === undefined) return
    t.same(keys(claim), ['a'])
    t.match(claim.conversation, { pageId: 'page-1', psid: 'psid-1', state: null })
    t.same(await store.claimInbox(10), [], 'it is claimed once')

    for (const event of claim.events) await store.finishEvent(claim, event, { replies: [] })
    store.releaseInbox(claim)
    t.same(await store.claimInbox(10), [])
    t.match(await store.counts(), { inbox: 0 })
  })

  t.test('the same key is a duplicate: at once, after it was handled, and after a restart', async (t) => {
    const { store, reopen } = await setUp(t)

    t.same(await store.accept([newEvent('a'), newEvent('a')]), { stored: 1, duplicates: 1 })
    t.same(await store.accept([newEvent('a')]), { stored: 0, duplicates: 1 })
    t.same(await handleAll(store, () => []), ['a'])
    t.same(await store.accept([newEvent('a')]), { stored: 0, duplicates: 1 })
    const again = await reopen()
    t.same(await again.accept([newEvent('a')]), { stored: 0, duplicates: 1 })
    t.same(await again.claimInbox(10), [])
  })

  t.test('the same key on another Page is another event', async (t) => {
    const { store } = await setUp(t)

    t.same(await store.accept([newEvent('a'), newEvent('a', { pageId: 'page-2' })]), {
      stored: 2,
      duplicates: 0,
    })
  })

  t.test('the state that an event leaves is known, also where rows are read beside it', async (t) => {
    const { store } = await setUp(t)
    const finish = async (claim: InboxClaim | undefined, outcome: EventOutcome): Promise<void> => {
      if (claim === undefined) throw new Error('no claim')
      for (const event of claim.events) await store.finishEvent(claim, event, outcome)
      await store.releaseInbox(claim)
    }
    const accepted = async (key: string): Promise<InboxClaim | undefined> => {
      await store.accept([newEvent(key)])
      return (await store.claimInbox(1))[0]
    }
    await finish(await accepted('a'), { replies: ['waits'], state: 'before' })
    for (let turns = 0; turns < 6; turns += 1) {
      const claim = await accepted(`${turns}`)
      // Asked for in one turn, these share a transaction.
      const reading = store.claimOutbox(10, anyRoom)
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      const [out] = await Promise.all([reading, finish(claim, { replies: [], state: `after ${turns}` })])
      t.equal(out.length, 1)
      const next = await accepted(`next ${turns}`)
      t.equal(next?.conversation.state, `after ${turns}`)
      await finish(next, { replies: [] })
      for (const one of out) await store.releaseOutbox(one)
    }
  })

  t.test('events of a conversation come in the order they were accepted', async (t) => {
    const { store } = await setUp(t)

    await Promise.all(['a', 'b'].map((key) => store.accept([newEvent(key)])))
    await store.accept([newEvent('c'), newEvent('d')])
    const [claim] = await store.claimInbox(10)
    t.same(claim && keys(claim), ['a', 'b', 'c', 'd'])
  })

  t.test('an event that comes while its conversation is held waits for the release', async (t) => {
    const { store } = await setUp(t)

    await store.accept([newEvent('a')])
    const [first] = await store.claimInbox(10)
    if (first === undefined) throw new Error('nothing was claimed')
    await store.accept([newEvent('b')])
    t.same(await store.claimInbox(10), [])
    for (const event of first.events) await store.finishEvent(first, event, { replies: [], state: '"s1"' })
    store.releaseInbox(first)
    const [second] = await store.claimInbox(10)
    t.same(second && keys(second), ['b'])
    t.equal(second?.conversation.state, '"s1"', 'and finds the state the first one left')
  })

  t.test('an event that was claimed but not finished is claimed again, before later ones', async (t) => {
    const { store } = await setUp(t)

    await store.accept([newEvent('a'), newEvent('b')])
    const [first] = await store.claimInbox(10)
    if (first === undefined) throw new Error('nothing was claimed')
    await store.accept([newEvent('c')])
    store.releaseInbox(first)
    const [second] = await store.claimInbox(10)
    t.same(second && keys(second), ['a', 'b', 'c'])
  })

  t.test('a restart finds unhandled events, unsent replies and states where they were', async (t) => {
    const { store, reopen } = await setUp(t)

    await store.accept([newEvent('a'), newEvent('b', { psid: 'psid-2' })])
    const [claim] = await store.claimInbox(1)
    if (claim?.events[0] === undefined) throw new Error('nothing was claimed')
    await store.finishEvent(claim, claim.events[0], { replies: ['r1', 'r2'], state: '{"n":1}' })

    const again = await reopen()
    const [left] = await again.claimInbox(10)
    t.same(left && keys(left), ['b'])
    const [outbox] = await again.claimOutbox(10, anyRoom)
    t.same(outbox && bodies(outbox), ['r1', 'r2'])
    t.equal(outbox?.conversation.state, '{"n":1}')
    t.same(
      outbox?.replies.map(({ doubtSinceMs }) => doubtSinceMs),
      [null, null],
      'and not in doubt',
    )
  })

  t.test('who waits is told for one Page and for all, and when the first window closes', async (t) => {
    const { store, clock } = await setUp(t)
    const HOUR_MS = 3_600_000
    t.same(await store.parked(), { visitors: 0, firstWindowEndsMs: null })
    t.same(await store.parked('page-9'), { visitors: 0, firstWindowEndsMs: null })

    const startMs = clock.now()
    const at = (hours: number) => ({ timestampMs: startMs + hours * HOUR_MS })
    await store.accept([
      newEvent('a', at(-1)),
      newEvent('b', { psid: 'psid-2', ...at(-20) }),
      newEvent('c', { psid: 'psid-2', ...at(-20), opensWindow: false }),
      newEvent('d', { pageId: 'page-2', psid: 'psid-3', ...at(-23) }),
      newEvent('e', { pageId: 'page-2', psid: 'psid-4', opensWindow: false }),
    ])
    await handleAll(store, (key) => [key, key])
    t.same(await store.parked('page-1'), { visitors: 2, firstWindowEndsMs: startMs + 4 * HOUR_MS })
    t.same(await store.parked('page-2'), { visitors: 2, firstWindowEndsMs: startMs + HOUR_MS })
    t.same(await store.parked(), { visitors: 4, firstWindowEndsMs: startMs + HOUR_MS })

    await clock.advance(2 * HOUR_MS)
    t.same(await store.parked('page-2'), { visitors: 2, firstWindowEndsMs: null }, 'closed already')
    t.same(await store.parked(), { visitors: 4, firstWindowEndsMs: startMs + 4 * HOUR_MS })

    await sendAll(store)
    t.same(await store.parked(), { visitors: 0, firstWindowEndsMs: null })
  })

  t.test('who is left to a person is known by the state, longest first, and gone with it', async (t) => {
    const { store } = await setUp(t)
    const left = async () => (await store.leftToPeople({ limit: 10 })).map(({ psid }) => psid)
    const finish = async (psid: string, key: string, state: string | null) => {
      await store.accept([newEvent(key, { psid })])
      const [claim] = await store.claimInbox(1)
      const [event] = claim?.events ?? []
      if (claim === undefined || event === undefined) throw new Error('no event')
      await store.finishEvent(claim, event, { replies: [], state })
      store.releaseInbox(claim)
    }
    await finish('late', 'a', '{"handover":{"sinceMs":2000}}')
    await finish('early', 'b', '{"handover":{"sinceMs":1000,"personMs":5},"remembered":{"a":"b"}}')
    await finish('other', 'c', '{"remembered":{"handover":"x"}}')
    await finish('odd', 'd', 'no JSON')
    t.same(await left(), ['early', 'late'])
    t.match(await store.leftToPeople({ limit: 1 }), [
      { pageId: 'page-1', psid: 'early', state: /"personMs":5/, windowEndsMs: Number },
    ])
    await finish('early', 'e', null)
    t.same(await left(), ['late'])
    await store.forget({ psid: 'late' })
    t.same(await left(), [])
  })

  t.test('the counts say how much waits, for whom, and since when', async (t) => {
    const { store, clock } = await setUp(t)
    t.same((await store.counts()).oldest, { inboxMs: null, outboxMs: new Map() })
    const firstMs = clock.now()
    store.pausePage('page-1', true)
    await store.accept([newEvent('a')])
    await clock.advance(60_000)
    await store.accept([newEvent('b'), newEvent('c', { pageId: 'page-2' })])
    t.match(await store.counts(), { inbox: 3, oldest: { inboxMs: firstMs } })

    await handleAll(store, (key) => [key])
    t.same((await store.counts()).oldest, {
      inboxMs: null,
      outboxMs: new Map([
        ['page-1', firstMs],
        ['page-2', firstMs + 60_000],
      ]),
    })
  })

  for (const restart of [false, true]) {
    const when = restart ? 'after a restart' : 'while it is running'
    t.test(`a backlog far larger than memory is handled completely and in order ${when}`, async (t) => {
      const { store, reopen } = await setUp(t)
      // The queues keep 1024 in memory: none, until the store has found that nothing waits in its rows.
      t.same(await store.claimInbox(1), [])
      const conversations = 40
      const each = 30
      for (let n = 0; n < each; n += 1) {
        await store.accept(
          Array.from({ length: conversations }, (_, c) => newEvent(`${c}.${n}`, { psid: `psid-${c}` })),
        )
      }
      const again = restart ? await reopen() : store
      const handled = await handleAll(again, (key) => [key])
      t.equal(handled.length, conversations * each)
      t.ok(inOrder(handled), 'events in order')
      const sent = await sendAll(again, 7)
      t.equal(sent.length, conversations * each)
      t.ok(inOrder(sent), 'replies in order')
    })
  }

  t.test('odd texts survive as they are', async (t) => {
    const { store } = await setUp(t)
    const body = JSON.stringify({ key: 'x', text: 'é@/<%😊 \u0000 \u202e' })

    await store.accept([newEvent("'; drop table inbox; --", { psid: 'psid \'"', body })])
    const [claim] = await store.claimInbox(1)
    t.equal(claim?.events[0]?.body, body)
    t.equal(claim?.conversation.psid, 'psid \'"')
  })
}
