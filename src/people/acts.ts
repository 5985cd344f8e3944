import { clipped } from '../base/clip.ts'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/logger.ts'
import { sharedNote, type Notes } from '../base/shared-note.ts'

/** An action of a person in the console. */
export interface Act {
  /** Ms since the epoch. */
  atMs: number
  by: string
  /** Such as "sent a trial alert". */
  what: string
}

/** The log of people's actions on all instances, kept for a year. */
export interface Acts {
  /** Never rejects: the action has been carried out already, so a failure to store it is only logged. */
  note: (by: string, what: string) => Promise<void>
  list: () => Promise<Act[]>
}

const NOTE = 'console.acts'
const MOST = 1000
/** Longer texts are cut: a form may hold a text of any length, and the whole log is written with each action. */
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
