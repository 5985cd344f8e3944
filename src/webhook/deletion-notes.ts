import type { Clock } from '../base/clock.ts'

/** That Facebook passed on a request to delete data: what its status page tells. */
export interface DeletionNote {
  code: string
  atMs: number
}

/** Keeps the notes of the last 90 days, a thousand at most. */
export interface DeletionNotes {
  /** Notes a request that came now; one that is noted already stays as it is. */
  add: (code: string) => Promise<void>
  find: (code: string) => Promise<DeletionNote | null>
}

const NAME = 'data-deletions'
const MOST = 1000
const KEPT_MS = 90 * 24 * 60 * 60_000

export const createDeletionNotes = ({
  store,
  clock,
}: {
  store: {
    remember: (name: string, text: string) => Promise<void>
    recall: (name: string) => Promise<string | null>
  }
  clock: Pick<Clock, 'now'>
}): DeletionNotes => {
  let adding = Promise.resolve()

  const read = async (): Promise<DeletionNote[]> => {
    const notes = JSON.parse((await store.recall(NAME)) ?? '[]') as DeletionNote[]
    return notes.filter(({ atMs }) => clock.now() - atMs < KEPT_MS)
  }

  return {
    add: (code) => {
      // One after the other: they are kept as one text.
      const added = adding.then(async () => {
        const notes = await read()
        if (notes.some((note) => note.code === code)) return
        await store.remember(NAME, JSON.stringify([...notes, { code, atMs: clock.now() }].slice(-MOST)))
      })
      adding = added.catch(() => undefined)
      return added
    },
    find: async (code) => (await read()).find((note) => note.code === code) ?? null,
  }
}
