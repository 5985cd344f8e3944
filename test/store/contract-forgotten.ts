import type { Test } from 'tap'
import { anyRoom, answer, formAnswers, left, newEvent, openPlace, type OpenStore } from './steps.ts'

/** What every store adapter has to pass about forgetting a visitor. */
export const forgottenContract = (t: Test, open: OpenStore): void => {
  t.test('a visitor who is forgotten leaves nothing but marks of what was seen', async (t) => {
    const { store, reopen } = await openPlace(t, open)
    await answer(store, 'a', [formAnswers('1')], 'psid-1', {
      state: '{"x":1}',
      replies: ['hello', 'dies', 'waits'],
    })
    await answer(store, 'b', [formAnswers('2')], 'psid-2', { state: '{"y":1}', replies: ['other'] })
    const [claim] = await store.claimOutbox(10, anyRoom)
    const [sent, dies] = claim?.replies ?? []
    if (claim !== undefined && sent !== undefined && dies !== undefined) {
      await store.finishReply(claim, sent, { status: 'sent', messageId: 'm_1' })
      await store.finishReply(claim, dies, { status: 'dead', reason: 'unreachable' })
      store.releaseOutbox(claim)
    }
    await store.accept([newEvent('c')])

    t.same(await store.forget({ psid: 'psid-1', pageId: 'page-9' }), {
      conversations: 0,
      erased: true,
      late: false,
    })
    t.same(await store.forget({ psid: 'nobody' }), { conversations: 0, erased: true, late: false })
    t.same(await store.forget({ psid: 'psid-1' }), { conversations: 1, erased: true, late: false })
    const again = await reopen()
    t.match(await again.counts(), { inbox: 0, dead: 0 })
    t.same([...(await again.counts()).outbox.values()], [1], "another visitor's reply")
    t.same(await again.sentReplies({ pageId: 'page-1', psid: 'psid-1' }), [])
    t.same(
      (await again.formAnswers.list({ limit: 10 })).answers.map(({ psid }) => psid),
      ['psid-2'],
    )
    t.match(await again.accept([newEvent('a')]), { duplicates: 1 })
    await again.accept([newEvent('d'), newEvent('e', { psid: 'psid-2' })])
    const claims = await again.claimInbox(10)
    t.same(
      claims.map(({ conversation: { psid, state } }) => [psid, state]),
      [
        ['psid-1', null],
        ['psid-2', '{"y":1}'],
      ],
    )
  })

  t.test('what was remembered of a forgotten visitor is not remembered in passing either', async (t) => {
    const { store } = await openPlace(t, open)
    await answer(store, 'a', [], 'psid-1', { state: '{"x":1}' })
    await store.forget({ psid: 'psid-1' })
    await store.accept([newEvent('b')])
    const [claim] = await store.claimInbox(10)
    t.equal(claim?.conversation.state, null)
  })

  t.test('a visitor who writes while being forgotten is a new visitor, and is heard', async (t) => {
    const { store } = await openPlace(t, open)
    await answer(store, 'a', [], 'psid-1', { state: '{"x":1}' })
    // Asked for in one turn, these share a transaction.
    await Promise.all([
      store.accept([newEvent('before')]),
      store.forget({ psid: 'psid-1' }),
      store.accept([newEvent('after')]),
    ])
    const [claim] = await store.claimInbox(10)
    t.match(claim, { conversation: { state: null }, events: [{ body: '{"key":"after"}' }] })
    const [event] = claim?.events ?? []
    if (claim === undefined || event === undefined) throw new Error('no event')
    await store.finishEvent(claim, event, { replies: ['hello'] })
    store.releaseInbox(claim)
    t.match(await store.claimOutbox(10, anyRoom), [{ replies: [{ body: 'hello' }] }])
  })

  t.test('claims of a visitor who is forgotten are revoked, and no others', async (t) => {
    const { store } = await openPlace(t, open)
    const revoked: number[] = []
    store.onRevoked((claims) => void revoked.push(...claims))
    await answer(store, 'a', [], 'psid-1', { replies: ['one', 'two'] })
    await answer(store, 'b', [], 'psid-2', { replies: ['three'] })
    const [out, others] = [await store.claimOutbox(1, anyRoom), await store.claimOutbox(1, anyRoom)]
    await store.accept([newEvent('c', { psid: 'psid-1' }), newEvent('d', { psid: 'psid-2' })])
    const inbox = await store.claimInbox(10)

    await store.forget({ psid: 'psid-1' })
    const claims = [...out, ...others, ...inbox].filter(({ conversation }) => conversation.psid === 'psid-1')
    t.equal(claims.length, 2)
    t.same(new Set(revoked), new Set(claims.map(({ id }) => id)))
  })

  t.test('replies that are claimed while their visitor is forgotten are revoked', async (t) => {
    const { store } = await openPlace(t, open)
    const revoked: number[] = []
    store.onRevoked((claims) => void revoked.push(...claims))
    await answer(store, 'a', [], 'psid-1', { replies: ['one', 'two'] })
    const [claims] = await Promise.all([store.claimOutbox(10, anyRoom), store.forget({ psid: 'psid-1' })])
    t.equal(claims.length, 1)
    t.same(
      revoked,
      claims.map(({ id }) => id),
    )
  })

  t.test('what is being made for a visitor who is forgotten meanwhile comes to nothing', async (t) => {
    const { store } = await openPlace(t, open)
    let told = 0
    store.onForgotten(() => (told += 1))
    const revoked: number[] = []
    store.onRevoked((claims) => void revoked.push(...claims))
    await store.accept([newEvent('a'), newEvent('b')])
    const [claim] = await store.claimInbox(10)
    const [first, second] = claim?.events ?? []
    if (claim === undefined || first === undefined || second === undefined) throw new Error('no events')

    await store.forget({ psid: 'psid-1' })
    t.equal(told, 1)
    t.same(revoked, [claim.id])
    const outcome = { replies: ['late'], state: '{"x":1}', answers: [formAnswers('late')] }
    t.equal(await store.finishEvent(claim, first, { ...outcome, claimReplies: true }), null)
    t.equal(await store.finishEvent(claim, second, outcome), null)
    store.releaseInbox(claim)
    t.equal(told, 3, 'the handler may have asked for the name again')
    t.same(await left(store), { inbox: 0, outbox: {} })
    t.same(await store.formAnswers.list({ limit: 10 }), { answers: [], next: null })

    await store.accept([newEvent('c')])
    const [anew] = await store.claimInbox(10)
    t.match(anew, { events: [{ body: '{"key":"c"}' }], conversation: { state: null } })
    t.not(anew?.conversation.id, claim.conversation.id)
  })

  t.test('replies that wait, delayed or in hand, are gone with a visitor who is forgotten', async (t) => {
    const { store, clock } = await openPlace(t, open)
    await answer(store, 'a', [], 'psid-1', { replies: ['delayed'] })
    await answer(store, 'b', [], 'psid-2', { replies: ['in hand', 'behind it'] })
    for (const claim of await store.claimOutbox(10, anyRoom)) {
      if (claim.conversation.psid === 'psid-1') store.releaseOutbox(claim, clock.now() + 3_600_000)
      else t.teardown(() => store.releaseOutbox(claim))
    }
    await store.forget({ psid: 'psid-1' })
    await store.forget({ psid: 'psid-2' })
    t.same(await store.claimOutbox(10, anyRoom), [])
    t.same(await left(store), { inbox: 0, outbox: {} })
    t.match(await store.counts(), { dead: 0 })
    await clock.advance(3_600_000)
    t.same(await store.claimOutbox(10, anyRoom), [])
  })
}
