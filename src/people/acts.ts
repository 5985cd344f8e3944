import type { Clock } from '../base/clock.ts'
import type { Store } from '../store/store.ts'

/** Something that a person did in the console. */
export interface Act {
  /** Ms since the epoch. */
  atMs: number
  by: string
  /** Such as "sent a trial alert". */
  what: string
}

/** What people did, the latest first, kept for a year. */
export interface Acts {
  note: (by: string, what: string) => Promise<void>
  list: () => Promise<Act[]>
}

const NOTE = 'console.acts'
const MOST = 1000
const KEPT_MS = 365 * 24 * 3_600_000

export const createActs = (deps: {
  store: Pick<Store, 'recall' | 'remember'>
  clock: Pick<Clock, 'now'>
}): Acts => {
  const { store, clock } = deps
  let writing = Promise.resolve()

  const list = async (): Promise<Act[]> => {
    const text = await store.recall(NOTE)
    const acts = text === null ? [] : (JSON.parse(text) as Act[])
    return acts.filter(({ atMs }) => clock.now() - atMs < KEPT_MS)
  }
  return {
    list,
    note: (by, what) => {
      const add = async (): Promise<void> => {
        const acts = [{ atMs: clock.now(), by, what }, ...(await list())].slice(0, MOST)
        await store.remember(NOTE, JSON.stringify(acts))
      }
      writing = writing.catch(() => undefined).then(add)
      return writing
    },
  }
}
