import type { Test } from 'tap'
import type { InboxClaim, Store, StoredEvent } from '../../src/store/store.ts'
import { handleAll, newEvent, openPlace, sendAll, type OpenStore, type SetUp } from './steps.ts'

/** A reply that no table takes: it stands for whatever an operation may have that the database never keeps. */
const UNFIT = [null] as unknown as string[]

/** What every store adapter has to do with an operation that is refused for its own fault. */
export const refusedContract = (t: Test, open: OpenStore): void => {
  const claimOne = async ({ store }: SetUp): Promise<[InboxClaim, StoredEvent]> => {
    const [claim] = await store.claimInbox(10)
    const [event] = claim?.events ?? []
    if (claim === undefined || event === undefined) throw new Error('nothing was handed out')
    return [claim, event]
  }
  const refuses = (t: Test, store: Store, claim: InboxClaim, event: StoredEvent, handOut = false) =>
    t.rejects(store.finishEvent(claim, event, { replies: UNFIT, state: 'after', handOut }), {
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
    const out = await store.finishEvent(claim, event, { replies: ['answer'], handOut: true })
    t.match(out, { conversation: { state: null }, replies: [{ body: 'answer' }] })
    if (out === null) return
    for (const reply of out.replies) await store.finishReply(out, reply, { status: 'sent', messageId: 'm1' })
    await store.releaseOutbox(out)
    await store.releaseInbox(claim)
    await store.accept([newEvent('b')])
    t.same(await handleAll(store, () => ['next']), ['b'])
    t.same(await sendAll(store), ['next'], 'later replies wait for nothing')
  })
}
