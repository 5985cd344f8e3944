import { isJsonObject, parseJson } from '../../base/json.ts'
import type { Clock } from '../../base/clock.ts'
import type { Store } from '../../store/store.ts'
import type { Closing } from './closing.ts'

/** Keeps in the store why a Page is closed, so that its next keeper waits as long and settles the need that this one raised. */
export interface GateNotes {
  closed: (pageId: string, why: Closing, closings: number, waitMs: number) => void
  opened: (pageId: string) => void
  /** @returns null where the Page may be sent for */
  recall: (pageId: string) => Promise<GateNote | null>
}

export interface GateNote {
  why: Closing
  /** How often the gate closed without opening in between. */
  closings: number
  /** How long the Page may not be sent for; 0 or less when that is over. */
  waitMs: number
}

/** The wait for a note without one, as earlier versions wrote. */
const LONGEST_MS = 60 * 60_000

export const createGateNotes = (deps: {
  store: Pick<Store, 'remember' | 'recall'>
  clock: Pick<Clock, 'now'>
}): GateNotes => {
  const { store, clock } = deps
  /** Pages with a note of this process. */
  const noted = new Set<string>()

  // If the write fails, the next keeper tries at once, and closes the Page again.
  const write = (pageId: string, text: string): void =>
    void store.remember(nameOf(pageId), text).catch(() => undefined)

  return {
    closed: (pageId, why, closings, waitMs) => {
      noted.add(pageId)
      write(pageId, JSON.stringify({ why, closings, waitMs, untilMs: clock.now() + waitMs }))
    },
    opened: (pageId) => {
      if (noted.delete(pageId)) write(pageId, '')
    },
    recall: async (pageId) => {
      const note = read(await store.recall(nameOf(pageId)).catch(() => null))
      if (note === null) return null
      noted.add(pageId)
      const { untilMs, waitMs, ...rest } = note
      // The clock of the machine that wrote the note may be wrong.
      return { ...rest, waitMs: Math.min(waitMs, untilMs - clock.now()) }
    },
  }
}

const nameOf = (pageId: string): string => `gate:${pageId}`

interface Written extends GateNote {
  untilMs: number
}

const read = (text: string | null): Written | null => {
  if (text === null || text === '') return null
  try {
    const { why, closings, waitMs, untilMs } = Object(parseJson(text))
    if (!isJsonObject(why) || typeof why['cause'] !== 'string') return null
    if (typeof closings !== 'number' || typeof untilMs !== 'number') return null
    // Another version may have written the note: a cause that this version does not know is shown as it is.
    return {
      why: why as unknown as Closing,
      closings,
      waitMs: typeof waitMs === 'number' ? waitMs : LONGEST_MS,
      untilMs,
    }
  } catch {
    return null
  }
}
