import type { Clock } from '../base/clock.ts'
import { sharedNote, type Notes } from '../base/shared-note.ts'

/** A request to delete data that Facebook passed on, as its status page shows it. */
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
  store: Notes
  clock: Pick<Clock, 'now'>
}): DeletionNotes => {
  const kept = sharedNote(store, NAME)

  const read = (text: string | null): DeletionNote[] => {
    const notes = JSON.parse(text ?? '[]') as DeletionNote[]
    return notes.filter(({ atMs }) => clock.now() - atMs < KEPT_MS)
  }

  return {
    add: (code) =>
      kept.change((text) => {
        const notes = read(text)
        const isNoted = notes.some((note) => note.code === code)
        const with_ = [...notes, { code, atMs: clock.now() }].slice(-MOST)
        return { becomes: isNoted ? null : JSON.stringify(with_), result: undefined }
      }),
    find: async (code) => read(await kept.read()).find((note) => note.code === code) ?? null,
  }
}
