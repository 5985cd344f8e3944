import type { Test } from 'tap'
import type { Statistics, Store } from '../../src/store/store.ts'
import {
  anyRoom,
  finishAll,
  handleAll,
  newEvent,
  openPlace,
  sendAll,
  type OpenStore,
  type SetUp,
} from './steps.ts'

/** What every store adapter has to sum up. */
export const statisticsContract = (t: Test, open: OpenStore): void => {
  const setUp = (t: Test): Promise<SetUp> => openPlace(t, open)

  t.test('a visitor counts once in each hour, day and month', async (t) => {
    const { store, clock } = await setUp(t)
    const atMs = Date.UTC(2026, 10, 30, 22, 30)
    await clock.advance(Date.UTC(2026, 11, 2) - clock.now())
    const say = async (key: string, minutes: number, psid = 'psid-1', pageId = 'page-1'): Promise<void> => {
      await store.accept([newEvent(key, { timestampMs: atMs + minutes * 60_000, psid, pageId })])
    }
    await say('a', 0)
    await say('b', 29)
    await say('c', 29.9)
    await say('c', 29.9)
    await say('d', 30)
    await say('e', 30, 'psid-2')
    await say('f', 90)
    await say('g', 95, 'psid-1', 'page-2')
    await say('late', 1)
    await store.accept([newEvent('seen', { timestampMs: atMs + 400 * 60_000, opensWindow: false })])

    t.same(await visitors(store, 'hour'), [1, 2, 2])
    t.same(await visitors(store, 'day'), [2, 2])
    t.same(await visitors(store, 'month'), [2, 2])
    t.same(await visitors(store, 'day', 'page-1'), [2, 1])
    t.same(await visitors(store, 'day', 'page-3'), [])
  })

  t.test('a time that cannot be counts as now', async (t) => {
    const { store, clock } = await setUp(t)
    t.same(await store.accept([newEvent('a', { timestampMs: Number.MAX_SAFE_INTEGER })]), {
      stored: 1,
      duplicates: 0,
    })
    t.match(await store.statistics.read({ span: 'hour', fromMs: clock.now() - 3_600_000, most: 1 }), {
      sums: [{ what: 'visitors', count: 1 }],
    })
  })

  t.test('what an event counts as is summed up with its end, by name or without', async (t) => {
    const { store, reopen } = await setUp(t)
    await store.accept([
      newEvent('a'),
      newEvent('b', { psid: 'psid-2' }),
      newEvent('c', { pageId: 'page-2' }),
    ])
    await finishAll(store, (key) => ({
      replies: [],
      counts: [
        { what: 'messages' },
        { what: 'first_answer_ms', by: 5000 },
        { what: 'reply', name: key === 'a' ? 'hours' : 'prices' },
        { what: 'form_begun', name: 'order' },
      ],
    }))
    const again = await reopen()
    const found = await again.statistics.read({ span: 'day', fromMs: 0, most: 1 })
    t.same(countsOf(found), { visitors: 3, messages: 3, first_answer_ms: 15_000 })
    t.same(
      found.names.toSorted((one, other) => (one.what < other.what ? -1 : 1)),
      [
        { what: 'form_begun', name: 'order', count: 3 },
        { what: 'reply', name: 'prices', count: 2 },
      ],
    )
    t.same(
      (await again.statistics.read({ span: 'day', fromMs: 0, pageId: 'page-2', most: 9 })).names.length,
      2,
    )
    t.same(await again.statistics.read({ span: 'day', fromMs: Date.UTC(2030, 0), most: 9 }), {
      sums: [],
      names: [],
    })
  })

  t.test('a reply counts when it was sent, once, and what was done without a message does not', async (t) => {
    const { store } = await setUp(t)
    await store.accept([newEvent('a')])
    await handleAll(store, () => ['one', 'two', 'handover'])
    const [claim] = await store.claimOutbox(10, anyRoom)
    const [one, two, handover] = claim?.replies ?? []
    if (claim === undefined || one === undefined || two === undefined || handover === undefined)
      throw new Error('no replies')
    await store.finishReply(claim, one, { status: 'sent', messageId: 'm1', waited: true })
    await store.finishReply(claim, one, { status: 'sent', messageId: 'm1', waited: true })
    await store.finishReply(claim, handover, { status: 'sent', messageId: null })
    await store.accept([newEvent('echo', { opensWindow: false })])
    await finishAll(store, () => ({ replies: [], confirmed: [{ replyId: two.id, messageId: 'm2' }] }))
    await store.finishReply(claim, two, { status: 'sent', messageId: 'm2' })
    await store.releaseOutbox(claim)
    t.match(countsOf(await store.statistics.read({ span: 'hour', fromMs: 0, most: 1 })), {
      replies: 2,
      waited: 1,
    })
  })

  t.test('sums stay when a visitor is forgotten', async (t) => {
    const { store } = await setUp(t)
    await store.accept([newEvent('a')])
    await handleAll(store, () => ['one'])
    await sendAll(store)
    await store.forget({ psid: 'psid-1' })
    t.same(countsOf(await store.statistics.read({ span: 'month', fromMs: 0, most: 1 })), {
      visitors: 1,
      replies: 1,
    })
  })

  t.test('sums by the hour and by the day are forgotten each in their time', async (t) => {
    const { store, clock } = await setUp(t)
    await store.accept([newEvent('a')])
    await clock.advance(3 * 86_400_000)
    await store.accept([newEvent('b', { timestampMs: clock.now() })])
    t.same(await store.prune('hours', clock.now() - 86_400_000), { dropped: 1, more: false })
    t.same(await visitors(store, 'hour'), [1])
    t.same(await visitors(store, 'day'), [1, 1])
    t.same(await store.prune('days', clock.now() - 86_400_000), { dropped: 1, more: false })
    t.same(await visitors(store, 'day'), [1])
    t.same(await visitors(store, 'month'), [1])
  })
}

/** How many there were, by span. */
const visitors = async (
  store: Store,
  span: Parameters<Statistics['read']>[0]['span'],
  pageId?: string,
): Promise<number[]> =>
  (await store.statistics.read({ span, fromMs: 0, pageId, most: 1 })).sums
    .filter(({ what }) => what === 'visitors')
    .toSorted((one, other) => one.startMs - other.startMs)
    .map(({ count }) => count)

const countsOf = ({ sums }: Awaited<ReturnType<Statistics['read']>>): Record<string, number> =>
  Object.fromEntries(sums.map(({ what, count }) => [what, count]))
