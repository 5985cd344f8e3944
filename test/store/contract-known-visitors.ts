import type { Test } from 'tap'
import { finishAll, left, newEvent, openPlace, type OpenStore } from './steps.ts'

/** What every store adapter has to pass about which events make a visitor known. */
export const knownVisitorsContract = (t: Test, open: OpenStore): void => {
  const [pageId, psid] = ['page-1', 'psid-1']
  const receipt = (key: string) => newEvent(key, { psid, opensWindow: false, isReceipt: true })

  t.test('neither a repetition nor a receipt brings back a visitor who was forgotten', async (t) => {
    const { store } = await openPlace(t, open)
    const isKnown = async () => (await store.conversation({ pageId, psid, limit: 1 })) !== null
    const first = { ...newEvent('a', { psid }), aliases: ['a by another way'] }
    t.match(await store.accept([first, receipt('read a')]), { stored: 2 })
    await finishAll(store, () => ({ replies: [] }))
    await store.forget({ psid })

    const repeated = [first, newEvent('a by another way', { psid }), receipt('read a'), receipt('read b')]
    t.match(await store.accept(repeated), { stored: 0, duplicates: 4 })
    t.same(await left(store), { inbox: 0, outbox: {} })
    t.equal(await isKnown(), false)

    const sameAsReceipt = newEvent('read b', { psid, opensWindow: false })
    t.match(await store.accept([sameAsReceipt]), { stored: 0 }, 'told by another way, such as by catching up')
    t.equal(await isKnown(), false)

    const anew = [receipt('read c'), newEvent('b', { psid }), receipt('read d')]
    t.ok((await store.accept(anew)).stored > 0)
    t.equal(await isKnown(), true)
    t.match(await store.accept([receipt('read e')]), { stored: 1 })
  })
}
