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
  const told: number[] = []
  const keeper: KeptPages = {
    tenureOf: (pageId) => (kept.has(pageId) ? TENURE : null),
    lead: () => undefined,
    tellEvents: (after) => void told.push(after),
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

t.test(
  'a Page that is lost while its events are being stored: its next keeper is told of them',
  async (t) => {
    const { kept, told, store, stored } = build('lost-1', 'lost-2', 'kept')
    const accepting = store.accept(
      ['kept', 'lost-1', 'lost-2', 'foreign'].map((pageId, n) => newEvent(`${n}`, { pageId })),
    )
    kept.delete('lost-1')
    kept.delete('lost-2')
    stored(5, 6, 7, 4)
    t.same(await accepting, { stored: 4, duplicates: 0 })
    t.same(told, [5], 'from before the first of them on')
  },
)

t.test(
  'nothing is told of Pages that stay, that were foreign before, or of events that were there',
  async (t) => {
    const { kept, told, store, stored } = build('kept', 'lost')
    const accepting = store.accept(
      ['kept', 'lost', 'foreign'].map((pageId, n) => newEvent(`${n}`, { pageId })),
    )
    kept.delete('lost')
    stored(5, null, 7)
    t.same(await accepting, { stored: 2, duplicates: 1 })
    t.same(told, [])
  },
)
