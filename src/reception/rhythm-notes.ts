import type { Log } from '../base/logger.ts'
import type { Store } from '../store/store.ts'
import type { Rhythm } from './rhythm.ts'

/** The store's notes about the webhooks of a Page, which outlive restarts and pass to the Page's next keeper. */
export interface RhythmNotes {
  /** The text of {@link Rhythm.save}; null where there is none, or where it cannot be read. */
  rhythm: (pageId: string) => Promise<string | null>
  keepRhythm: (pageId: string, rhythm: Rhythm) => Promise<void>
  /** When another instance last received a webhook of the Page, ms since the epoch; null if none did. */
  heardElsewhere: (pageId: string) => Promise<number | null>
  /** Stores when this instance, which does not keep the Page, received its webhook; call it once a slot. */
  keepHeard: (pageId: string, atMs: number) => void
}

const rhythmOf = (pageId: string): string => `rhythm:${pageId}`
const heardOf = (pageId: string): string => `heard:${pageId}`

export const createRhythmNotes = ({
  store,
  log,
}: {
  store: Pick<Store, 'remember' | 'recall'>
  log: Pick<Log, 'warn'>
}): RhythmNotes => ({
  rhythm: (pageId) =>
    store.recall(rhythmOf(pageId)).catch((error: unknown) => {
      log.warn({ err: error, pageId }, 'the rhythm of the Page could not be read, and is learned anew')
      return null
    }),
  keepRhythm: (pageId, rhythm) =>
    store.remember(rhythmOf(pageId), rhythm.save()).catch((error: unknown) => {
      log.warn({ err: error, pageId }, 'the rhythm of the Page could not be stored')
    }),
  heardElsewhere: async (pageId) => {
    const atMs = Number((await store.recall(heardOf(pageId)).catch(() => null)) ?? Number.NaN)
    return Number.isFinite(atMs) ? atMs : null
  },
  keepHeard: (pageId, atMs) => {
    // A failure is ignored: the next slot stores it again.
    store.remember(heardOf(pageId), String(atMs)).catch(() => undefined)
  },
})
