import type { Test } from 'tap'
import { anyRoom, bodies, newEvent, openPlace, sendAll, type OpenStore, type SetUp } from './steps.ts'

/** What every store adapter has to pass about replies that are said before their event is finished. */
export const interjectContract = (t: Test, open: OpenStore): void => {
  const claimOne = async ({ store }: SetUp) => {
    const [claim] = await store.claimInbox(10)
    const [event] = claim?.events ?? []
    if (claim === undefined || event === undefined) throw new Error('nothing was claimed')
    return { claim, event }
  }

  t.test('a reply goes out before its event is finished, and the others follow it', async (t) => {
    const place = await openPlace(t, open)
    const { store } = place
    await store.accept([newEvent('a')])
    const { claim, event } = await claimOne(place)
    const out = await store.interject(claim, event, '"wait"')
    if (out === null) throw new Error('it was not claimed')
    t.same(bodies(out), ['"wait"'])
    t.match(await store.counts(), { inbox: 1 }, 'the event is not finished')

    t.equal(await store.finishEvent(claim, event, { replies: ['"answer"'], claimReplies: true }), null)
    store.releaseInbox(claim)
    t.same(await store.claimOutbox(10, anyRoom), [], 'one of a conversation at a time')
    for (const reply of out.replies) await store.finishReply(out, reply, { status: 'sent', messageId: 'm1' })
    store.releaseOutbox(out)
    t.same(await sendAll(store), ['"answer"'])
  })

  t.test('after a crash the event is there again, and the reply in doubt', async (t) => {
    const place = await openPlace(t, open)
    await place.store.accept([newEvent('a')])
    const { claim, event } = await claimOne(place)
    await place.store.interject(claim, event, '"wait"')

    const again = await place.reopen()
    t.match(await again.counts(), { inbox: 1 })
    const [out] = await again.claimOutbox(10, anyRoom)
    t.match(out?.replies, [{ body: '"wait"', doubtSinceMs: Number }])
  })

  t.test('it does not overtake replies that wait, nor go where the Page is paused', async (t) => {
    const place = await openPlace(t, open)
    const { store } = place
    await store.accept([newEvent('a'), newEvent('b')])
    const { claim, event } = await claimOne(place)
    await store.finishEvent(claim, event, { replies: ['"first"'] })
    const [, second] = claim.events
    if (second === undefined) throw new Error('there were two')
    t.equal(await store.interject(claim, second, '"wait"'), null)
    t.same(await sendAll(store), ['"first"'])

    store.pausePage('page-1', true)
    t.equal(await store.interject(claim, second, '"wait"'), null)
    store.pausePage('page-1', false)
    t.same(await sendAll(store), [])
  })

  t.test('nothing is said to a visitor who was forgotten meanwhile', async (t) => {
    const place = await openPlace(t, open)
    const { store } = place
    await store.accept([newEvent('a')])
    const { claim, event } = await claimOne(place)
    await store.forget({ psid: 'psid-1' })
    t.equal(await store.interject(claim, event, '"wait"'), null)
    store.releaseInbox(claim)
    t.same(await sendAll(store), [])
  })
}
