import t from 'tap'
import type { KeptPages, Tenure } from '../../src/store/queues/kept-pages.ts'
import type { AcceptedRow, StoreDatabase } from '../../src/store/queues/operations.ts'
import { createQueuedStore } from '../../src/store/queues/queued-store.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { newEvent } from './steps.ts'

const TENURE: Tenure = { fence: 1, takenMs: 0, maySend: () => true }

/** A store of which the test says which Pages it keeps, and when what it accepts is stored. */
const build = (...pages: string[]) => {
  const kept = new Set(pages)
  const told: string[] = []
  const keeper: KeptPages = {
    tenureOf: (pageId) => (kept.has(pageId) ? TENURE : null),
    lead: () => undefined,
    tellEvent: (pageId, seq) => void told.push(`${pageId} ${seq}`),
  }
  const { promise, resolve } = Promise.withResolvers<(AcceptedRow | null)[]>()
  const database = {
    instance: 'one',
    pagesWaiting: [],
    run: () => promise,
    onForeignWrite: () => undefined,
  } as unknown as StoreDatabase
  const store = createQueuedStore(database, createFakeClock(), keeper)
  /** @param seqs - null for a duplicate */
  const stored = (...seqs: (number | null)[]): void =>
    resolve(
      seqs.map((seq, n) =>
        seq === null ? null : { conversation: n, seq, state: null, windowEndsMs: null, before: null },
      ),
    )
  return { kept, told, store, stored }
}

t.test('keepers are told of what is stored for them, also of a Page that was lost meanwhile', async (t) => {
  const { kept, told, store, stored } = build('lost', 'kept')
  const accepting = store.accept(
    ['kept', 'lost', 'foreign', 'foreign'].map((pageId, n) => newEvent(`${n}`, { pageId })),
  )
  kept.delete('lost')
  t.same(told, [], 'what is not stored yet would not be found')
  stored(5, 6, 4, null)
  t.same(await accepting, { stored: 3, duplicates: 1 })
  t.same(told, ['lost 6', 'foreign 4'])
})

t.test('a Page that was taken meanwhile is told of to no other', async (t) => {
  const { kept, told, store, stored } = build()
  const accepting = store.accept([newEvent('a', { pageId: 'taken' })])
  kept.add('taken')
  stored(5)
  await accepting
  t.same(told, [])
})
