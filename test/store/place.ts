import { join } from 'node:path'
import type { Test } from 'tap'
import { openTestStore } from '../helpers/store.ts'
import type { Store } from '../../src/store/store.ts'
import { createFakeClock } from '../helpers/clock.ts'

/** A database file of the test's own, and stores on it, as of several processes. */
export function place(t: Test) {
  const file = join(t.testdir(), 'evergreen.db')
  const clock = createFakeClock()
  const open = async (): Promise<Store> => {
    const store = await openTestStore({
      file,
      clock,
    })
    t.teardown(() => store.close())
    return store
  }
  return { file, open }
}
