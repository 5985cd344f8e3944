import t from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { followPages } from '../../src/base/duty.ts'
import type { OpenedStore } from '../../src/store/opened.ts'
import { openOnServer } from '../../src/store/postgres/open.ts'
import { freshDatabase, sql } from '../helpers/postgres.ts'
import { instance, keepsAll, TIMES, untilFound } from './instances.ts'
import { until } from '../helpers/until.ts'
import {
  anyRoom,
  bodies,
  eventOf,
  finishAll,
  handleAll,
  inOrder,
  keys,
  newEvent,
  replyOf,
  sendAll,
} from '../store/steps.ts'

/** Another instance takes the Pages; it does nothing else. */
const takenElsewhere = (url: string) =>
  sql(
    url,
    `update evergreen.lease set owner = 'another', fence = fence + 1, until = now() + interval '9 seconds' where page > 0`,
  )

const PAGES = Array.from({ length: 6 }, (_, n) => `page-${n}`)

t.test(
  'the first instance keeps every Page; others get their share, and take all when it ends',
  async (t) => {
    const url = await freshDatabase()
    const first = await instance(t, url)
    await keepsAll(first, ...PAGES)
    await until(first.duty.isHead)
    const [second, third] = [await instance(t, url), await instance(t, url)]
    const kept = () => [first, second, third].map(({ duty }) => PAGES.filter(duty.keeps).length)
    await until(() => kept().join() === '2,2,2')
    for (const page of PAGES)
      t.equal([first, second, third].filter(({ duty }) => duty.keeps(page)).length, 1, page)
    t.same([second.duty.isHead(), third.duty.isHead()], [false, false])

    await first.close()
    await until(() => kept().join() === '0,3,3')
    await until(() => second.duty.isHead() || third.duty.isHead())
    await third.leave()
    await until(() => kept().join() === '0,6,0')
    t.same(await third.store.accept([newEvent('late')]), { stored: 1, duplicates: 0 }, 'it still accepts')
    await second.leave()
    t.equal(kept().join(), '0,6,0', 'the last one goes on until it is closed')
  },
)

t.test(
  'every instance accepts, each handles and sends for its Pages: while they move nothing is lost, doubled or reordered',
  async (t) => {
    const url = await freshDatabase()
    const instances = [await instance(t, url)]
    const handled: string[] = []
    const sent: string[] = []
    let isOver = false
    const work = async ({ store }: OpenedStore): Promise<void> => {
      while (!isOver) {
        // Noted in the moment it happens: one instance may still be at other Pages when the next one has taken this.
        await finishAll(store, (key) => {
          handled.push(key)
          return { replies: [key] }
        })
        await sendAll(store, 10, sent)
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
    }
    const working = instances.map(work)
    const accepted: string[] = []
    const accept = async (round: number): Promise<void> => {
      for (let n = 0; n < 60; n += 1) {
        const page = n % PAGES.length
        const key = `p${page}.${round * 10 + Math.floor(n / PAGES.length)}`
        accepted.push(key)
        await instances[n % instances.length]?.store.accept([
          newEvent(key, { pageId: `page-${page}`, psid: `visitor of ${page}` }),
        ])
      }
    }
    await accept(0)
    for (const round of [1, 2]) {
      const joined = await instance(t, url)
      instances.push(joined)
      working.push(work(joined))
      await accept(round)
    }
    const [leaving] = instances
    const left = leaving?.leave()
    await accept(3)
    await left
    await accept(4)
    await until(() => sent.length >= accepted.length)
    isOver = true
    await Promise.all(working)
    t.same(handled.toSorted(), accepted.toSorted())
    t.same(sent.toSorted(), accepted.toSorted())
    t.ok(inOrder(handled))
    t.ok(inOrder(sent))
    t.match(await instances[1]?.store.counts(), { inbox: 0, outbox: new Map() })
  },
)

t.test('after another instance has taken the Page nothing is kept or sent for it', async (t) => {
  const url = await freshDatabase()
  const { store, duty } = await instance(t, url, { times: { ...TIMES, beatMs: 60_000 } })
  await keepsAll({ duty, store }, 'page-1')
  await store.accept(['a', 'b', 'c'].map((key) => newEvent(key, { psid: key })))
  const claims = await store.claimInbox(3)
  const [a, b, c] = claims
  if (a === undefined || b === undefined || c === undefined) throw new Error('not claimed')
  const out = await store.finishEvent(a, eventOf(a), { replies: ['one', 'two'], claimReplies: true })
  if (out === null) throw new Error('not claimed')
  t.ok(out.maySend())
  const revoked: number[] = []
  store.onRevoked((ids) => void revoked.push(...ids))
  await takenElsewhere(url)

  t.equal(await store.finishEvent(b, eventOf(b), { replies: ['three'] }), null)
  await until(() => !duty.keeps('page-1'))
  t.notOk(out.maySend())
  t.same(new Set(revoked), new Set([a.id, b.id, c.id, out.id]))
  t.equal(await store.finishEvent(c, eventOf(c), { replies: ['four'] }), null)
  await store.finishReply(out, replyOf(out), { status: 'sent', messageId: 'm_1' })
  const [, second] = out.replies
  if (second !== undefined) await store.finishReply(out, second, { status: 'dead', reason: 'unreachable' })
  for (const claim of claims) await store.releaseInbox(claim)
  await store.releaseOutbox(out)
  t.same(await store.claimInbox(10), [])
  t.same(await store.claimOutbox(10, anyRoom), [])
  const kept = await sql(
    url,
    `select (select count(*) from evergreen.inbox)::int as inbox, (select count(*) from evergreen.dead)::int as dead,
       (select string_agg(body, ',') from evergreen.outbox) as outbox`,
  )
  t.same(
    kept,
    [{ inbox: 2, dead: 0, outbox: 'two' }],
    'only that one was sent, which is true after another instance has taken the Page, too',
  )
})

t.test('a lease that ran out and is won again is a taking like any other', async (t) => {
  const url = await freshDatabase()
  const { store, duty } = await instance(t, url)
  await keepsAll({ duty, store }, 'page-1')
  await store.accept([newEvent('a')])
  const [claim] = await store.claimInbox(1)
  const out =
    claim && (await store.finishEvent(claim, eventOf(claim), { replies: ['one'], claimReplies: true }))
  if (claim === undefined || !out) throw new Error('not claimed')
  await store.releaseInbox(claim)
  await store.accept([newEvent('b')])
  const [old] = await store.claimInbox(1)
  if (old === undefined) throw new Error('not claimed')
  const revoked = new Promise((resolve) => store.onRevoked(resolve))
  const told: string[] = []
  const follower = { taken: () => told.push('taken'), lost: () => told.push('lost') }
  t.teardown(followPages(duty, () => ['page-1'], follower))
  await sql(url, `update evergreen.lease set until = '-infinity' where page > 0`)
  await revoked
  await until(() => duty.keeps('page-1'))

  t.same(told, ['lost', 'taken'], 'what waits for the limits of the Page hears of it')
  t.notOk(out.maySend(), 'what was claimed before stays unsaid')
  t.equal(await store.finishEvent(old, eventOf(old), { replies: ['of the old claim'] }), null)
  const again = await untilFound(() => store.claimOutbox(1, anyRoom))
  t.match(again, { replies: [{ body: 'one', doubtSinceMs: Number }] })
  t.ok(again.maySend())
  t.ok(again.takenMs > out.takenMs, 'it was last tried before the taking')
  const event = await untilFound(() => store.claimInbox(1))
  t.same(keys(event), ['b'])
  await store.finishEvent(event, eventOf(event), { replies: [] })
  await store.releaseInbox(event)
  await store.releaseInbox(old)
})

t.test(
  'by its own clock an instance may not send when the lease has run out, also where it heard otherwise',
  async (t) => {
    const url = await freshDatabase()
    let aheadMs = 0
    const clock = { ...systemClock, elapsed: () => systemClock.elapsed() + aheadMs }
    const { store, duty } = await instance(t, url, { clock, times: { leaseMs: 10_000, beatMs: 3000 } })
    await keepsAll({ duty, store }, 'page-1')
    await store.accept([newEvent('a')])
    await handleAll(store, (key) => [key])
    const [claim] = await store.claimOutbox(1, anyRoom)
    t.equal(claim?.maySend(), true)
    aheadMs = 9900
    t.equal(claim?.maySend(), false, 'before the lease ends in the database')
    t.ok(duty.keeps('page-1'))
  },
)

t.test('an event ends under the fence that it was claimed with, or not at all', async (t) => {
  const url = await freshDatabase()
  const { store, duty } = await instance(t, url, { times: { ...TIMES, beatMs: 60_000 } })
  await keepsAll({ duty, store }, 'page-1')
  await store.accept([newEvent('a')])
  const [claim] = await store.claimInbox(1)
  if (claim === undefined) throw new Error('not claimed')
  // The taking is not committed when the event ends: what it commits now would be seen by no keeper.
  const taking = sql(
    url,
    `do $$ begin
       update evergreen.lease set owner = 'another', fence = fence + 1, until = now() + interval '9 seconds' where page > 0;
       perform pg_sleep(0.5);
     end $$`,
  )
  await until(async () => {
    const [row] = await sql(
      url,
      `select count(*)::int as n from pg_stat_activity where query like '%pg_sleep(0.5)%' and wait_event = 'PgSleep'`,
    )
    return row?.['n'] === 1
  })
  t.equal(await store.finishEvent(claim, eventOf(claim), { replies: ['one'], claimReplies: true }), null)
  await taking
  await store.releaseInbox(claim)
  t.match(await sql(url, 'select (select count(*) from evergreen.outbox)::int as n'), [{ n: 0 }])
})

t.test(
  'an event that another instance accepted before goes before, although nothing has told of it',
  async (t) => {
    const url = await freshDatabase()
    const { store, duty } = await instance(t, url, { times: { ...TIMES, beatMs: 60_000 } })
    await keepsAll({ duty, store }, 'page-1')
    await store.accept([newEvent('known')])
    t.same(await handleAll(store, () => []), ['known'])
    await sql(
      url,
      `insert into evergreen.inbox (seq, conversation, accepted_ms, body)
     select nextval('evergreen.seq'), id, 0, '{"key":"first"}' from evergreen.conversation`,
    )
    await store.accept([newEvent('second')])
    t.same(await handleAll(store, () => []), ['first', 'second'])
  },
)

t.test('replies that waited when the Page was taken go before new ones', async (t) => {
  const url = await freshDatabase()
  const first = await instance(t, url)
  await keepsAll(first, 'page-1')
  await first.store.accept([newEvent('a')])
  await handleAll(first.store, () => ['before'])
  await first.close()
  const { store, duty } = await instance(t, url)
  await store.accept([newEvent('b')])
  await until(() => duty.keeps('page-1'))
  const claim = await untilFound(() => store.claimInbox(1))
  t.equal(await store.finishEvent(claim, eventOf(claim), { replies: ['after'], claimReplies: true }), null)
  await store.releaseInbox(claim)
  t.same(bodies(await untilFound(() => store.claimOutbox(10, anyRoom))), ['before', 'after'])
})

t.test(
  'the same events may come to two instances at once, in another order: each is kept once',
  async (t) => {
    const url = await freshDatabase()
    const [first, second] = [await instance(t, url), await instance(t, url)]
    const pages = Array.from({ length: 20 }, (_, n) => `page-${n}`)
    await until(() => pages.every((page) => first.duty.keeps(page) || second.duty.keeps(page)))
    for (let round = 0; round < 10; round += 1) {
      const events = pages.map((pageId, n) =>
        newEvent(`e.${round}.${n}`, { pageId, psid: `v${n}`, timestampMs: Date.now() + round * 3_600_000 }),
      )
      const stored = await Promise.all([
        ...events.map((event) => first.store.accept([event])),
        ...events.toReversed().map((event) => second.store.accept([event])),
        first.store.accept(events),
        second.store.accept(events.toReversed()),
      ])
      t.equal(
        stored.reduce((sum, each) => sum + each.stored, 0),
        events.length,
      )
    }
  },
)

t.test(
  'a Page is given away when its claims are released, and nothing new is claimed until then',
  async (t) => {
    const url = await freshDatabase()
    const first = await instance(t, url)
    await keepsAll(first, 'page-1')
    const { store } = first
    await store.accept([newEvent('a', { psid: 'a' }), newEvent('b', { psid: 'b' })])
    await handleAll(store, (key) => [key])
    const [out] = await store.claimOutbox(1, anyRoom)
    if (out === undefined) throw new Error('not claimed')
    const second = await instance(t, url)
    await until(async () => (await sql(url, `select from evergreen.instance where takes`)).length === 2)

    let isLeft = false
    const leaving = first.leave().then(() => (isLeft = true))
    await until(() => !first.duty.keeps('page-1'))
    t.same(await store.claimOutbox(10, anyRoom), [])
    await store.accept([newEvent('c', { psid: 'b' })])
    t.same(await store.claimInbox(10), [])
    t.ok(out.maySend(), 'what is claimed may still be sent')
    t.notOk(isLeft)
    t.notOk(second.duty.keeps('page-1'))
    await store.finishReply(out, replyOf(out), { status: 'sent', messageId: 'm_1' })
    await store.releaseOutbox(out)
    await leaving
    await until(() => second.duty.keeps('page-1'))
    t.notOk(out.maySend())
    const [rest] = await second.store.claimOutbox(10, anyRoom)
    t.match(rest, { replies: [{ doubtSinceMs: null }] }, 'nothing is in doubt')
    t.same(keys(await untilFound(() => second.store.claimInbox(1))), ['c'])
  },
)

t.test('a delay of an earlier time of keeping a Page is over when the Page comes back', async (t) => {
  const url = await freshDatabase()
  const [first, second] = [await instance(t, url), await instance(t, url)]
  await until(async () => (await sql(url, 'select from evergreen.instance where takes')).length === 2)
  await first.store.accept([newEvent('a')])
  await until(() => first.duty.keeps('page-1') || second.duty.keeps('page-1'))
  const [keeper, other] = first.duty.keeps('page-1') ? [first, second] : [second, first]
  await until(async () => (await handleAll(keeper.store, (key) => [key])).length === 1)
  const out = await untilFound(() => keeper.store.claimOutbox(1, anyRoom))
  // Given back until tomorrow, such as by the back-off.
  await keeper.store.releaseOutbox(out, systemClock.now() + 24 * 3_600_000)

  t.equal(await keeper.rest(3_600_000), true)
  await until(() => other.duty.keeps('page-1'))
  await other.close()
  await until(() => keeper.duty.keeps('page-1'))
  const again = await untilFound(() => keeper.store.claimOutbox(1, anyRoom))
  t.same(bodies(again), ['a'])
  t.ok(again.maySend())
  keeper.store.hurryOutbox([again.conversation.id])
  t.same(await keeper.store.claimOutbox(10, anyRoom), [], 'the end of the delay hands nothing out twice')
  await keeper.store.finishReply(again, replyOf(again), { status: 'sent', messageId: 'm_1' })
  await keeper.store.releaseOutbox(again)
  t.match(await keeper.store.counts(), { outbox: new Map() })
})

t.test('a Page is not let go while a transaction holds its lease', async (t) => {
  const url = await freshDatabase()
  const { store, duty } = await instance(t, url, { times: { leaseMs: 1500, beatMs: 100 } })
  await keepsAll({ duty, store }, 'page-1')
  let changes = 0
  duty.onChange(() => (changes += 1))
  // Longer than the lease.
  await sql(
    url,
    `do $$ begin perform from evergreen.lease where page > 0 for share; perform pg_sleep(1.8); end $$`,
  )
  t.ok(duty.keeps('page-1'))
  t.equal(changes, 0)
})

t.test(
  'an instance stands by while a process works on all of the database, and then no older one can',
  async (t) => {
    const url = await freshDatabase()
    await sql(
      url,
      `update evergreen.keeper set owner = 'old', host = 'elsewhere', fence = fence + 1, until = now() + interval '1 minute'`,
    )
    const told = Promise.withResolvers<object>()
    const log = { info: (about: object) => told.resolve(about), warn: () => undefined }
    const opening = openOnServer({
      url,
      dir: t.testdir(),
      version: '1',
      clock: systemClock,
      log,
      times: TIMES,
    })
    t.match(await told.promise, { keeper: 'elsewhere' })
    await sql(url, `update evergreen.keeper set owner = null, until = '-infinity'`)
    const opened = await opening
    t.teardown(() => opened.close())
    // What an older instance asks for again and again.
    t.same(
      await sql(
        url,
        `update evergreen.keeper set owner = 'old' where until < clock_timestamp() returning fence`,
      ),
      [],
    )

    await sql(url, `update evergreen.keeper set owner = 'move', until = now() + interval '1 minute'`)
    t.match(await opened.lost, { message: /whole database/ })
  },
)
