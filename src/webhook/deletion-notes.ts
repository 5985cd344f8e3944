import type { Clock } from '../base/clock.ts'
import { sharedNote, type Notes } from '../base/shared-note.ts'

/** A data deletion request from Facebook, as its status page shows it. */
export interface DeletionNote {
  code: string
  atMs: number
}

/** Stores the data deletion requests of the last 90 days, at most 1000 of them. */
export interface DeletionNotes {
  /** Stores a request with the present time; a request that is stored already keeps its time. */
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
