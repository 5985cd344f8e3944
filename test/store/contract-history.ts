import type { Test } from 'tap'
import type { History, NewEvent } from '../../src/store/store.ts'
import {
  anyRoom,
  buryAll,
  handleAll,
  newEvent,
  openPlace,
  sendAll,
  type OpenStore,
  type SetUp,
} from './steps.ts'

/** What every store adapter has to do with what is over: dead letters, history, and the little it keeps by name. */
export const historyContract = (t: Test, open: OpenStore): void => {
  const setUp = (t: Test): Promise<SetUp> => openPlace(t, open)

  t.test('a dead letter says what, whose, when and why', async (t) => {
    const { store, clock } = await setUp(t)
    const error = { verdict: 'unreachable', code: 551, subcode: null, fbtraceId: 'AbC', message: 'gone' }
    await store.accept([newEvent('a', { timestampMs: clock.now() })])
    const acceptedMs = clock.now()
    await handleAll(store, () => ['r1'])
    const [waiting] = await store.claimOutbox(1, anyRoom)
    if (waiting !== undefined) store.releaseOutbox(waiting)
    await clock.advance(60_000)
    await buryAll(store, 'unreachable', error)

    const { letters, next } = await store.deadLetters.list({ limit: 10 })
    const expected = {
      id: waiting?.replies[0]?.id,
      pageId: 'page-1',
      psid: 'psid-1',
      reason: 'unreachable',
      error,
      acceptedMs,
      diedMs: acceptedMs + 60_000,
      windowEndsMs: acceptedMs + 24 * 3_600_000,
      body: 'r1',
    }
    t.same(letters, [expected])
    t.equal(next, null)
    t.same(await store.deadLetters.get(expected.id ?? ''), expected)
    for (const id of ['', 'x', 'another-database.1', `${expected.id}z`, `${expected.id?.split('.')[0]}.`]) {
      t.equal(await store.deadLetters.get(id), null, id)
    }
  })

  t.test(
    'dead letters are listed page by page, those that died last first, of one Page or of all',
    async (t) => {
      const { store, clock } = await setUp(t)
      for (const [index, pageId] of ['page-1', 'page-2', 'page-1', 'page-1', 'page-2'].entries()) {
        await store.accept([newEvent(`e${index}`, { pageId })])
        await handleAll(store, (key) => [key])
        await buryAll(store)
        if (index !== 2) await clock.advance(1000)
      }
      const listed = async (pageId?: string): Promise<string[][]> => {
        const parts: string[][] = []
        let after: string | undefined
        do {
          const { letters, next } = await store.deadLetters.list({ pageId, limit: 2, after })
          parts.push(letters.map(({ body }) => body))
          after = next ?? undefined
        } while (after !== undefined)
        return parts
      }
      t.same(await listed(), [['e4', 'e3'], ['e2', 'e1'], ['e0']])
      t.same(await listed('page-2'), [['e4', 'e1']])
      t.same(await listed('page-1'), [['e3', 'e2'], ['e0']])
      t.same(await listed('nobody'), [[]])
    },
  )

  t.test('a retried dead letter is sent in its place, under its id, and is dead no more', async (t) => {
    const { store } = await setUp(t)
    store.pausePage('page-1', true)
    await store.accept([newEvent('a')])
    await handleAll(store, () => ['r1'])
    store.pausePage('page-1', false)
    await buryAll(store)
    store.pausePage('page-1', true)
    await store.accept([newEvent('b')])
    await handleAll(store, () => ['r2'])
    store.pausePage('page-1', false)

    const [letter] = (await store.deadLetters.list({ limit: 1 })).letters
    const { id = '', pageId, windowEndsMs } = letter ?? {}
    const ids = [id, id, 'another-database.1']
    t.same(await store.deadLetters.retry({ ids }), [{ id, pageId, windowEndsMs }])
    t.same(await store.deadLetters.retry({ ids: [id] }), [], 'and only once')
    t.same(await store.deadLetters.list({ limit: 10 }), { letters: [], next: null })
    const [claim] = await store.claimOutbox(10, anyRoom)
    t.same(
      claim?.replies.map(({ body, doubtSinceMs }) => ({ body, doubtSinceMs })),
      [
        { body: 'r1', doubtSinceMs: null },
        { body: 'r2', doubtSinceMs: null },
      ],
    )
    t.equal(claim?.replies[0]?.id, id)
  })

  t.test('a retried dead letter whose conversation is held goes out after the holder lets go', async (t) => {
    const { store } = await setUp(t)
    await store.accept([newEvent('a')])
    await handleAll(store, () => ['r1'])
    await buryAll(store)
    await store.accept([newEvent('b')])
    await handleAll(store, () => ['r2'])
    const [claim] = await store.claimOutbox(10, anyRoom)
    const [r2] = claim?.replies ?? []
    if (claim === undefined || r2 === undefined) throw new Error('nothing was claimed')

    await store.deadLetters.retry({ all: true })
    t.same(await store.claimOutbox(10, anyRoom), [], 'one holder at a time')
    await store.finishReply(claim, r2, { status: 'sent', messageId: 'm' })
    const work: string[] = []
    store.onWork((queue) => work.push(queue))
    store.releaseOutbox(claim)
    t.same(work, ['outbox'])
    t.same(await sendAll(store), ['r1'])
  })

  t.test(
    'retrying all takes each dead letter once, however soon it dies again, and only of the Page named',
    async (t) => {
      const { store, clock } = await setUp(t)
      // More of the one Page than are taken in one step.
      const events = Array.from({ length: 260 }, (_, n) =>
        newEvent(`e${n}`, { psid: `psid-${n % 7}`, pageId: n % 10 === 0 ? 'page-2' : 'page-1' }),
      )
      await store.accept(events)
      await handleAll(store, (key) => [key])
      await buryAll(store)
      // Later, or they would have died at the same moment twice.
      await clock.advance(1)
      const burials: Promise<void>[] = []
      const stop = store.onWork(() => burials.push(buryAll(store)))

      t.equal((await store.deadLetters.retry({ all: true, pageId: 'page-1' })).length, 234)
      stop()
      await Promise.all(burials)
      await buryAll(store)
      t.equal((await store.counts()).dead, 260)
      t.equal((await store.deadLetters.retry({ all: true })).length, 260)
      t.equal((await sendAll(store)).length, 260)
    },
  )

  t.test('a dropped dead letter is gone, and so is every one of a Page', async (t) => {
    const { store, reopen } = await setUp(t)
    await store.accept([newEvent('a'), newEvent('b'), newEvent('c', { pageId: 'page-2' })])
    await handleAll(store, (key) => [key])
    await buryAll(store)
    const [first] = (await store.deadLetters.list({ limit: 1 })).letters
    const id = first?.id ?? ''

    t.match(await store.deadLetters.drop({ ids: [id, 'nothing.0'] }), [{ id }])
    t.same(await store.deadLetters.retry({ ids: [id] }), [])
    t.equal(
      (await store.deadLetters.drop({ all: true, pageId: 'page-1' })).length + 1,
      first?.pageId === 'page-1' ? 2 : 3,
    )
    const again = await reopen()
    const left = (await again.deadLetters.list({ limit: 10 })).letters.map(({ body }) => body)
    t.same(left, first?.pageId === 'page-1' ? ['c'] : [])
    t.same(await sendAll(again), [])
  })

  t.test('history is forgotten step by step, and nothing else', async (t) => {
    const { store, clock } = await setUp(t)
    const forget = async (
      history: History,
      beforeMs: number,
    ): Promise<{ dropped: number; steps: number }> => {
      let [dropped, steps] = [0, 0]
      for (;;) {
        const step = await store.prune(history, beforeMs)
        dropped += step.dropped
        steps += 1
        if (!step.more) return { dropped, steps }
      }
    }
    const round = async (name: string, count: number): Promise<NewEvent[]> => {
      const events = Array.from({ length: count }, (_, n) =>
        newEvent(`${name}${n}`, { psid: `psid-${n % 9}` }),
      )
      await store.accept(events)
      await handleAll(store, (key) => [key])
      return events
    }
    const early = await round('early', 620)
    const kept = early.slice(0, 9)
    await sendAll(store)
    const [old] = await round('old', 1)
    await buryAll(store)
    await clock.advance(1000)
    const cutMs = clock.now()
    const late = await round('late', 420)
    await sendAll(store)
    await round('fresh', 1)
    await buryAll(store)
    await round('waiting', 1)
    await store.accept([newEvent('unhandled')])

    t.match(await forget('seen', cutMs), { dropped: 621 })
    t.same(await store.accept(late), { stored: 0, duplicates: 420 }, 'later keys are still known')
    t.match(await forget('sent', cutMs), { dropped: 620 })
    t.match(await forget('dead', cutMs), { dropped: 1 })
    t.same(
      (await store.deadLetters.list({ limit: 9 })).letters.map(({ body }) => body),
      ['fresh0'],
    )
    for (const history of ['seen', 'sent', 'dead'] as const) {
      t.match(await forget(history, cutMs), { dropped: 0 }, `${history} is forgotten once`)
    }
    t.same(await sendAll(store), ['waiting0'], 'what waits is no history')
    t.same(await handleAll(store, () => []), ['unhandled'])
    t.same(await store.accept(old === undefined ? [] : [old, ...kept]), { stored: 10, duplicates: 0 })
  })

  t.test('an event that may come by two ways is stored once, whichever comes first', async (t) => {
    const { store, reopen } = await setUp(t)
    const found = (key: string, aliases: string[]): NewEvent => newEvent(key, { aliases })

    t.match(await store.accept([newEvent('postback:1')]), { stored: 1 })
    t.match(await store.accept([found('message:1', ['postback:1'])]), { stored: 0, duplicates: 1 })
    t.match(await store.accept([found('message:2', ['postback:2'])]), { stored: 1 })
    const again = await reopen()
    t.match(await again.accept([newEvent('postback:2'), newEvent('message:2')]), { stored: 0, duplicates: 2 })
    t.match(await again.accept([newEvent('postback:2', { pageId: 'page-2' })]), { stored: 1 })
  })

  t.test('what is remembered under a name is there after a restart', async (t) => {
    const { store, reopen } = await setUp(t)
    t.equal(await store.recall('since'), null)
    await store.remember('since', '1')
    await store.remember('since', '2 é')
    await store.remember('seq', 'not the one of the database')
    const again = await reopen()
    t.equal(await again.recall('since'), '2 é')
  })
}
