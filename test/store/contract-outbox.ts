import type { Test } from 'tap'
import type { NewEvent } from '../../src/store/store.ts'
import {
  anyRoom,
  bodies,
  handleAll,
  left,
  newEvent,
  openPlace,
  sendAll,
  type OpenStore,
  type SetUp,
} from './steps.ts'

/** What every store adapter has to pass about replies on their way out. */
export const outboxContract = (t: Test, open: OpenStore): void => {
  const setUp = (t: Test): Promise<SetUp> => openPlace(t, open)

  t.test('replies claimed at a crash are in doubt afterwards, others are not', async (t) => {
    const { store, clock, reopen } = await setUp(t)
    await store.accept([newEvent('a'), newEvent('b', { psid: 'psid-2' })])
    await handleAll(store, (key) => [key])

    const [claim] = await store.claimOutbox(1, anyRoom)
    t.equal(claim?.replies[0]?.doubtSinceMs, null)
    const outMs = clock.now()
    await clock.advance(1000)
    const again = await reopen()
    const claims = await again.claimOutbox(10, anyRoom)
    const doubts = Object.fromEntries(
      claims.flatMap(({ replies }) => replies.map(({ body, doubtSinceMs }) => [body, doubtSinceMs])),
    )
    const first = claim?.replies[0]?.body ?? ''
    t.same(doubts, { a: null, b: null, [first]: outMs })
  })

  t.test('fresh replies of an idle conversation are claimed as they are stored', async (t) => {
    const { store } = await setUp(t)
    await handleAll(store, () => [])
    await store.claimOutbox(10, anyRoom)

    await store.accept([newEvent('a')])
    const [claim] = await store.claimInbox(10)
    if (claim?.events[0] === undefined) throw new Error('nothing was claimed')
    const out = await store.finishEvent(claim, claim.events[0], { replies: ['r1', 'r2'], claimReplies: true })
    store.releaseInbox(claim)
    t.same(out && bodies(out), ['r1', 'r2'])
    t.same(await store.claimOutbox(10, anyRoom), [], 'and only once')

    await store.accept([newEvent('b')])
    const [next] = await store.claimInbox(10)
    if (next?.events[0] === undefined || out === null) throw new Error('nothing was claimed')
    const overtaking = await store.finishEvent(next, next.events[0], { replies: ['r3'], claimReplies: true })
    t.equal(overtaking, null, 'later ones wait while earlier ones are out')
    store.releaseInbox(next)
    for (const reply of out.replies) await store.finishReply(out, reply, { status: 'sent', messageId: 'm' })
    store.releaseOutbox(out)
    t.same(await sendAll(store), ['r3'])
  })

  t.test('replies of a conversation go out in order, and none while its first ones are out', async (t) => {
    const { store } = await setUp(t)
    await store.accept([newEvent('a'), newEvent('b')])
    await handleAll(store, (key) => [`${key}1`, `${key}2`])

    const [claim] = await store.claimOutbox(3, anyRoom)
    t.same(claim && bodies(claim), ['a1', 'a2', 'b1'])
    t.same(await store.claimOutbox(10, anyRoom), [])
    if (claim === undefined) return
    const [a1] = claim.replies
    if (a1 !== undefined) await store.finishReply(claim, a1, { status: 'sent', messageId: 'm' })
    store.releaseOutbox(claim)
    t.same(await sendAll(store), ['a2', 'b1', 'b2'])
    t.same(await left(store), { inbox: 0, outbox: {} })
  })

  t.test('a dead reply is kept as such and the next one takes its place', async (t) => {
    const { store } = await setUp(t)
    await store.accept([newEvent('a')])
    await handleAll(store, () => ['r1', 'r2'])

    const [claim] = await store.claimOutbox(10, anyRoom)
    const [r1] = claim?.replies ?? []
    if (claim === undefined || r1 === undefined) throw new Error('nothing was claimed')
    await store.finishReply(claim, r1, { status: 'dead', reason: 'outside_window' })
    store.releaseOutbox(claim)
    t.same(await sendAll(store), ['r2'])
    t.equal((await store.counts()).dead, 1)
  })

  t.test(
    'what takes the place of a dead reply goes before the next one, and is not the letter',
    async (t) => {
      const { store, reopen } = await setUp(t)
      await store.accept([newEvent('a')])
      await handleAll(store, () => ['picture', 'next'])
      const [claim] = await store.claimOutbox(10, anyRoom)
      const [picture] = claim?.replies ?? []
      if (claim === undefined || picture === undefined) throw new Error('nothing was claimed')
      await store.finishReply(claim, picture, { status: 'dead', reason: 'bad_request', instead: 'words' })
      await store.releaseOutbox(claim)

      const again = await reopen()
      t.match(await again.deadLetters.list({ limit: 10 }), { letters: [{ body: 'picture' }] })
      t.same(await sendAll(again), ['words', 'next'])
      t.match(await again.counts(), { dead: 1, outbox: new Map() })
    },
  )

  t.test('a reply in doubt stays first and says since when', async (t) => {
    const { store, clock } = await setUp(t)
    await store.accept([newEvent('a')])
    await handleAll(store, () => ['r1', 'r2'])

    const [claim] = await store.claimOutbox(10, anyRoom)
    const [r1] = claim?.replies ?? []
    if (claim === undefined || r1 === undefined) throw new Error('nothing was claimed')
    const outMs = clock.now()
    await store.finishReply(claim, r1, { status: 'in_doubt' })
    store.releaseOutbox(claim)
    await clock.advance(1000)
    const [again] = await store.claimOutbox(10, anyRoom)
    t.same(
      again?.replies.map(({ body, doubtSinceMs }) => ({ body, doubtSinceMs })),
      [
        { body: 'r1', doubtSinceMs: outMs },
        { body: 'r2', doubtSinceMs: null },
      ],
    )
  })

  t.test('a confirmed reply leaves the outbox as sent', async (t) => {
    const { store } = await setUp(t)
    await store.accept([newEvent('a')])
    await handleAll(store, () => ['r1', 'r2'])
    const [claim] = await store.claimOutbox(10, anyRoom)
    const replyId = claim?.replies[0]?.id ?? ''
    if (claim !== undefined) store.releaseOutbox(claim)

    await store.accept([newEvent('echo')])
    const [echo] = await store.claimInbox(10)
    if (echo?.events[0] === undefined) throw new Error('nothing was claimed')
    const confirmed = [
      { replyId, messageId: 'mid-1' },
      { replyId: 'another-database.1', messageId: 'mid-2' },
      { replyId: '', messageId: null },
    ]
    await store.finishEvent(echo, echo.events[0], { replies: [], confirmed })
    store.releaseInbox(echo)
    t.same(await sendAll(store), ['r2'])
  })

  t.test(
    'what was sent is told with its ids, whether Graph or an echo said so, and over restarts',
    async (t) => {
      const { store, reopen } = await setUp(t)
      await store.accept([newEvent('a')])
      await handleAll(store, () => ['r1', 'r2', 'r3'])
      const [claim] = await store.claimOutbox(10, anyRoom)
      const [r1, r2, r3] = claim?.replies ?? []
      if (claim === undefined || r1 === undefined || r2 === undefined || r3 === undefined) {
        throw new Error('nothing was claimed')
      }
      await store.finishReply(claim, r1, { status: 'sent', messageId: 'mid-1' })
      await store.finishReply(claim, r2, { status: 'dead', reason: 'unreachable' })
      await store.finishReply(claim, r3, { status: 'in_doubt' })
      await store.accept([newEvent('echo')])
      const [echo] = await store.claimInbox(10)
      if (echo?.events[0] === undefined) throw new Error('nothing was claimed')
      const confirmed = [{ replyId: r3.id, messageId: 'mid-3' }]
      await store.finishEvent(echo, echo.events[0], { replies: [], confirmed })

      const again = await reopen()
      t.same(
        (await again.sentReplies({ pageId: 'page-1', psid: 'psid-1' })).sort((a, b) =>
          (a.messageId ?? '') < (b.messageId ?? '') ? -1 : 1,
        ),
        [
          { replyId: r1.id, messageId: 'mid-1' },
          { replyId: r3.id, messageId: 'mid-3' },
        ],
      )
      t.same(await again.sentReplies({ pageId: 'page-1', psid: 'psid-2' }), [])
    },
  )

  t.test('events of a claim finished at once leave their replies in their order', async (t) => {
    const { store } = await setUp(t)
    await store.accept([newEvent('a'), newEvent('b')])
    const [claim] = await store.claimInbox(10)
    const [a, b] = claim?.events ?? []
    if (claim === undefined || a === undefined || b === undefined) throw new Error('nothing was claimed')
    const [, overtaking] = await Promise.all([
      store.finishEvent(claim, a, { replies: ['a1'] }),
      store.finishEvent(claim, b, { replies: ['b1'], claimReplies: true }),
    ])
    t.equal(overtaking, null, 'the second may not be claimed while the first is being stored')
    store.releaseInbox(claim)
    t.same(await sendAll(store), ['a1', 'b1'])
  })

  t.test('a paused Page keeps its replies, the others go on; then they leave in order', async (t) => {
    const { store } = await setUp(t)
    store.pausePage('page-1', true)
    const work: string[] = []
    store.onWork((queue) => work.push(queue))
    await store.accept(['a', 'b', 'c'].map((key) => newEvent(key)))
    await store.accept([newEvent('other', { pageId: 'page-2' })])
    await handleAll(store, (key) => [key])

    t.same(await sendAll(store), ['other'])
    t.match((await store.counts()).outbox.get('page-1'), 3)
    work.length = 0
    store.pausePage('page-1', false)
    t.same(work, ['outbox'], 'letting go says that there is work')
    t.same(await sendAll(store), ['a', 'b', 'c'])
  })

  t.test('a conversation released with a delay is claimed again when the delay ends', async (t) => {
    const { store, clock } = await setUp(t)
    await store.accept([newEvent('a')])
    await handleAll(store, () => ['r1'])

    const [claim] = await store.claimOutbox(10, anyRoom)
    if (claim === undefined) throw new Error('nothing was claimed')
    store.releaseOutbox(claim, clock.now() + 5000)
    await store.accept([newEvent('b')])
    await handleAll(store, () => ['r2'])
    t.same(await store.claimOutbox(10, anyRoom), [])
    await clock.advance(4999)
    t.same(await store.claimOutbox(10, anyRoom), [])
    await clock.advance(1)
    t.same(await sendAll(store), ['r1', 'r2'])
  })

  t.test('after a restart the window that closes first goes first', async (t) => {
    const { store, clock, reopen } = await setUp(t)
    for (const [psid, agoHours] of [
      ['late', 5],
      ['soon', 20],
      ['between', 10],
    ] as const)
      await store.accept([newEvent(psid, { psid, timestampMs: clock.now() - agoHours * 3_600_000 })])
    await handleAll(store, (key) => [key])
    t.same(await sendAll(await reopen(), 1), ['soon', 'between', 'late'])
  })

  t.test('a visitor who has just written goes first, then the window that closes first', async (t) => {
    const { store, clock } = await setUp(t)
    const HOUR_MS = 3_600_000
    const wrote = (psid: string, hoursAgo: number) =>
      store.accept([newEvent(psid, { psid, timestampMs: clock.now() - hoursAgo * HOUR_MS })])
    store.pausePage('page-1', true)
    for (const [psid, hoursAgo] of [
      ['new', 2],
      ['old', 20],
      ['middle', 10],
    ] as const)
      await wrote(psid, hoursAgo)
    await handleAll(store, (key) => [key])
    store.pausePage('page-1', false)
    await wrote('first-now', 0)
    await wrote('last-now', 0)
    await handleAll(store, (key) => [key])
    t.same(await sendAll(store, 1), ['last-now', 'first-now', 'old', 'middle', 'new'])
  })

  t.test(
    'what waits in the file goes by the window that closes first, over restarts and beyond memory',
    async (t) => {
      const { store, clock, reopen } = await setUp(t)
      const many = 1100
      const minute = (n: number): number => (n * 7919) % many
      await store.accept(
        Array.from({ length: many }, (_, n) =>
          newEvent(`${minute(n)}`, {
            psid: `psid-${n}`,
            timestampMs: clock.now() - (many - minute(n)) * 30_000 - 600_000,
          }),
        ),
      )
      await handleAll(store, (key) => [key])
      const sent = (await sendAll(await reopen(), 5)).map(Number)
      t.equal(sent.length, many)
      t.ok(
        sent.every((n, place) => Math.abs(n - place) <= 2),
        'within the minute that ends of windows are kept to',
      )
    },
  )

  t.test('what waits from before can be left alone while what is new goes out', async (t) => {
    const { store, reopen } = await setUp(t)
    await store.accept(['a', 'b', 'c'].map((key) => newEvent(key, { psid: key })))
    await handleAll(store, (key) => [key])
    const again = await reopen()
    const onlyNew = { ...anyRoom, each: { ...anyRoom.each, backlog: 0 } }
    t.same(await again.claimOutbox(10, onlyNew), [])
    await again.accept([newEvent('d', { psid: 'd' })])
    await handleAll(again, (key) => [key])
    const [claim, ...others] = await again.claimOutbox(10, onlyNew)
    t.same(claim && bodies(claim), ['d'])
    t.same(others, [])
    t.equal((await again.claimOutbox(10, { ...anyRoom, each: { ...anyRoom.each, backlog: 2 } })).length, 2)
  })

  t.test('the delay of a conversation can be ended', async (t) => {
    const { store, clock } = await setUp(t)
    await store.accept([newEvent('a'), newEvent('b', { psid: 'psid-2' })])
    await handleAll(store, (key) => [key])
    const claims = await store.claimOutbox(10, anyRoom)
    for (const claim of claims) await store.releaseOutbox(claim, clock.now() + 60_000)
    t.same(await store.claimOutbox(10, anyRoom), [])
    store.hurryOutbox([claims[1]?.conversation.id ?? 0, 0])
    t.same(await sendAll(store), [claims[1] && bodies(claims[1])[0]])
  })

  t.test('Pages take turns, and none gets more than its room', async (t) => {
    const { store } = await setUp(t)
    const events = Array.from({ length: 8 }, (_, n) =>
      newEvent(`e${n}`, { pageId: n < 6 ? 'big' : 'small', psid: `psid-${n}` }),
    )
    await store.accept(events)
    await handleAll(store, (key) => [key])

    const claims = await store.claimOutbox(4, {
      ...anyRoom,
      except: new Map([['big', { ...anyRoom.each, all: 1 }]]),
    })
    const pages = claims.map(({ conversation }) => conversation.pageId).sort()
    t.same(pages, ['big', 'small', 'small'])
  })

  t.test(
    'the window ends 24 hours after the latest event that opens it, whatever our own clock says',
    async (t) => {
      const { store, clock } = await setUp(t)
      const dayMs = 24 * 60 * 60 * 1000
      const startMs = clock.now()
      const endOf = async (event: NewEvent): Promise<number | null | undefined> => {
        await store.accept([event])
        const [claim] = await store.claimInbox(1)
        if (claim === undefined) return undefined
        for (const stored of claim.events) await store.finishEvent(claim, stored, { replies: [] })
        store.releaseInbox(claim)
        return claim.conversation.windowEndsMs
      }

      t.equal(await endOf(newEvent('read', { opensWindow: false })), null)
      t.equal(await endOf(newEvent('a', { timestampMs: startMs })), startMs + dayMs)
      t.equal(await endOf(newEvent('old', { timestampMs: startMs - dayMs })), startMs + dayMs)
      await clock.advance(10 * dayMs)
      t.equal(await endOf(newEvent('b', { timestampMs: startMs + 3_600_000 })), startMs + 3_600_000 + dayMs)
      t.equal(await endOf(newEvent('c', { timestampMs: clock.now() + dayMs })), clock.now() + 2 * dayMs)
    },
  )
}
