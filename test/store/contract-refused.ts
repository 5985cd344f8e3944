import type { Test } from 'tap'
import type { InboxClaim, OutboxClaim, Store, StoredEvent, StoredReply } from '../../src/store/store.ts'
import {
  anyRoom,
  handleAll,
  newEvent,
  openPlace,
  replyOf,
  sendAll,
  type OpenStore,
  type SetUp,
} from './steps.ts'

/** A reply that no table takes: it stands for whatever an operation may have that the database never keeps. */
const UNFIT = [null] as unknown as string[]

/** Has the table of the database at `place` refuse each row that has something in the column. */
export type Refuse = (t: Test, place: string, table: 'sent' | 'dead', column: string) => unknown

/** What every store adapter has to do with an operation that is refused for its own fault. */
export const refusedContract = (t: Test, open: OpenStore, refuse: Refuse): void => {
  const claimOne = async ({ store }: SetUp): Promise<[InboxClaim, StoredEvent]> => {
    const [claim] = await store.claimInbox(10)
    const [event] = claim?.events ?? []
    if (claim === undefined || event === undefined) throw new Error('nothing was claimed')
    return [claim, event]
  }
  const refuses = (t: Test, store: Store, claim: InboxClaim, event: StoredEvent, claimReplies = false) =>
    t.rejects(store.finishEvent(claim, event, { replies: UNFIT, state: 'after', claimReplies }), {
      code: 'BOT_STORE_REFUSED',
      retryable: false,
    })

  t.test(
    'what is refused for its own fault is told at once, alone in its transaction and beside others',
    async (t) => {
      const place = await openPlace(t, open)
      const { store } = place
      await store.accept([newEvent('a', { psid: 'a' }), newEvent('b', { psid: 'b' })])
      const [first, second] = await store.claimInbox(10)
      const [[a], [b]] = [first?.events ?? [], second?.events ?? []]
      if (!first || !second || !a || !b) throw new Error('there were two')
      await refuses(t, store, first, a)
      await Promise.all([refuses(t, store, first, a), store.finishEvent(second, b, { replies: ['fits'] })])
      for (const claim of [first, second]) await store.releaseInbox(claim)
      t.same(await sendAll(store), ['fits'], 'its neighbour is kept')
      t.same(await handleAll(store, () => []), ['a'], 'and the event is there again')
    },
  )

  t.test('a refused event gives its conversation back, in the state before', async (t) => {
    const place = await openPlace(t, open)
    const { store } = place
    await store.accept([newEvent('a')])
    const [claim, event] = await claimOne(place)
    await refuses(t, store, claim, event, true)
    const out = await store.finishEvent(claim, event, { replies: ['answer'], claimReplies: true })
    t.match(out, { conversation: { state: null }, replies: [{ body: 'answer' }] })
    if (out === null) return
    for (const reply of out.replies) await store.finishReply(out, reply, { status: 'sent', messageId: 'm1' })
    await store.releaseOutbox(out)
    await store.releaseInbox(claim)
    await store.accept([newEvent('b')])
    t.same(await handleAll(store, () => ['next']), ['b'])
    t.same(await sendAll(store), ['next'], 'later replies wait for nothing')
  })

  /** A reply to each visitor, claimed. */
  const outOf = async ({ store }: SetUp, ...visitors: string[]): Promise<[OutboxClaim, StoredReply][]> => {
    await store.accept(visitors.map((psid) => newEvent(psid, { psid })))
    await handleAll(store, (key) => [key])
    const claims = await store.claimOutbox(10, anyRoom)
    return claims.map((claim) => [claim, replyOf(claim)])
  }

  t.test(
    'what Facebook has taken waits no more, also where the mark that says so is refused for its own fault',
    async (t) => {
      const place = await openPlace(t, open)
      const { store } = place
      const waiting = await outOf(place, 'a', 'b', 'c')
      await refuse(t, place.place, 'sent', 'message_id')
      const marks = waiting.map(([claim, reply]) =>
        store.finishReply(claim, reply, {
          status: 'sent',
          messageId: reply.body === 'b' ? null : `m ${reply.body}`,
        }),
      )
      t.match(
        await Promise.allSettled(marks),
        waiting.map(([, { body }]) =>
          body === 'b'
            ? { status: 'fulfilled' }
            : { reason: { code: 'BOT_STORE_REFUSED', message: /kept without its details/ } },
        ),
        'its neighbour is kept',
      )
      const [[alone, reply] = [], ...none] = await outOf(place, 'd')
      if (alone === undefined || reply === undefined) throw new Error('nothing was claimed')
      t.same(none, [])
      await t.rejects(store.finishReply(alone, reply, { status: 'sent', messageId: 'm d' }), {
        code: 'BOT_STORE_REFUSED',
      })
      for (const [claim] of waiting) await store.releaseOutbox(claim)
      await store.releaseOutbox(alone)

      const again = await place.reopen()
      t.same(await again.claimOutbox(10, anyRoom), [], 'no next keeper finds it in doubt')
      t.match(await again.counts(), { outbox: new Map() })
      for (const psid of ['a', 'b', 'c', 'd'])
        t.match(await again.sentReplies({ pageId: 'page-1', psid }), [{ messageId: null }])
    },
  )

  t.test('a reply that died is a dead letter, also where what Graph said to it is refused', async (t) => {
    const place = await openPlace(t, open)
    const { store } = place
    const [[claim, reply] = []] = await outOf(place, 'a')
    if (claim === undefined || reply === undefined) throw new Error('nothing was claimed')
    await refuse(t, place.place, 'dead', 'error')
    const error = { verdict: 'bad_request', code: 100, subcode: null, fbtraceId: null, message: 'no' }
    await t.rejects(store.finishReply(claim, reply, { status: 'dead', reason: 'bad_request', error }), {
      code: 'BOT_STORE_REFUSED',
    })
    await store.releaseOutbox(claim)
    const again = await place.reopen()
    t.same(await again.claimOutbox(10, anyRoom), [])
    t.match(await again.deadLetters.list({ limit: 10 }), {
      letters: [{ reason: 'bad_request', body: 'a' }],
    })
  })
}
