import { clipped } from '../base/clip.ts'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/logger.ts'
import { sharedNote, type Notes } from '../base/shared-note.ts'

/** Something that a person did in the console. */
export interface Act {
  /** Ms since the epoch. */
  atMs: number
  by: string
  /** Such as "sent a trial alert". */
  what: string
}

/** What people did, on whichever instance, the latest first, kept for a year. */
export interface Acts {
  /** Never rejects: an act that cannot be stored is logged, as it has been carried out. */
  note: (by: string, what: string) => Promise<void>
  list: () => Promise<Act[]>
}

const NOTE = 'console.acts'
const MOST = 1000
/** A form may name what is not there at any length, and all acts are written anew with each. */
const LONGEST = 200
const KEPT_MS = 365 * 24 * 3_600_000

export const createActs = (deps: {
  store: Notes
  clock: Pick<Clock, 'now'>
  log: Pick<Log, 'error'>
}): Acts => {
  const { store, clock, log } = deps
  const kept = sharedNote(store, NOTE)

  const read = (text: string | null): Act[] => {
    const acts = text === null ? [] : (JSON.parse(text) as Act[])
    return acts.filter(({ atMs }) => clock.now() - atMs < KEPT_MS)
  }

  return {
    list: async () => read(await kept.read()),
    note: async (by, what) => {
      const act = { atMs: clock.now(), by, what: clipped(what, LONGEST) }
      try {
        await kept.change((text) => ({
          becomes: JSON.stringify([act, ...read(text)].slice(0, MOST)),
          result: undefined,
        }))
      } catch (error) {
        log.error({ err: error }, 'what a person did in the console could not be kept')
      }
    },
  }
}
