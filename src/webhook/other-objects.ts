import type { Clock } from '../base/clock.ts'
import { isJsonObject, parseJson } from '../base/json.ts'
import type { Log } from '../base/logger.ts'
import { sharedNote, type Notes } from '../base/shared-note.ts'

/** Callbacks of the same app about something else than Pages: `instagram`, `user`, `permissions` and the like. */
export interface OtherObjects {
  /** One came. @returns its name as it is counted */
  heard: (object: string) => string
}

/** Under this name the store keeps which came; {@link lateOtherObjects} reads it. */
export const OTHER_OBJECTS_NOTE = 'other-objects'

/** Facebook has some ten of them. Names beyond that are counted together: a metric has a line for each. */
const MOST_NAMES = 20
const REST = 'other'
/** How often an object that goes on coming is noted. */
const NOTE_MS = 24 * 3_600_000
/** Not heard of for so long, its subscription counts as removed. */
const OVER_MS = 7 * NOTE_MS

/**
 * Tells the operator once of each object whose callbacks come here though the bot answers Pages alone. Facebook counts a 404
 * as a failing callback and unsubscribes the app in the end, so these callbacks are taken.
 */
export const createOtherObjects = (deps: {
  store: Notes
  clock: Pick<Clock, 'now'>
  log: Pick<Log, 'warn'>
}): OtherObjects => {
  const { store, clock, log } = deps
  const note = sharedNote(store, OTHER_OBJECTS_NOTE)
  /** When each was noted last. */
  const names = new Map<string, number>()

  const keep = (name: string, nowMs: number): void => {
    names.set(name, nowMs)
    note
      .change((text) => {
        const others = [...read(text, nowMs)].filter(([other]) => other !== name).slice(1 - MOST_NAMES)
        return { becomes: JSON.stringify(Object.fromEntries([...others, [name, nowMs]])), result: undefined }
      })
      .catch((error: unknown) => {
        log.warn({ err: error }, 'which other objects came could not be kept for the doctor')
      })
  }

  return {
    heard: (object) => {
      const name = object.replaceAll(/[^\w.-]+/g, '_').slice(0, 40)
      const nowMs = clock.now()
      const notedMs = names.get(name)
      if (notedMs === undefined) {
        if (names.size >= MOST_NAMES) return REST
        log.warn(
          { object: name },
          `callbacks about the object "${name}" come here; they are counted and not answered. Unless another program needs them, remove the subscription to it in the App dashboard (Webhooks)`,
        )
      }
      if (notedMs === undefined || nowMs - notedMs >= NOTE_MS) keep(name, nowMs)
      return name
    },
  }
}

/** The objects of which callbacks came lately, on whichever instance, by the text of the note. */
export const lateOtherObjects = (text: string | null, nowMs: number): string[] => [
  ...read(text, nowMs).keys(),
]

const read = (text: string | null, nowMs: number): Map<string, number> => {
  const note = text === null ? null : parseJson(text)
  // An earlier version kept a list of the names alone.
  const kept = isJsonObject(note) ? Object.entries(note) : []
  return new Map(
    kept.filter((one): one is [string, number] => typeof one[1] === 'number' && nowMs - one[1] < OVER_MS),
  )
}
