import type { Clock } from '../base/clock.ts'
import { isJsonObject, parseJson } from '../base/json.ts'
import type { Log } from '../base/logger.ts'
import { sharedNote, type Notes } from '../base/shared-note.ts'

/** Callbacks of the same app that are not about Pages: `instagram`, `user`, `permissions` and the like. */
export interface OtherObjects {
  /** Notes one callback. @returns the object's name under which it is counted */
  heard: (object: string) => string
}

/** The name of the store's note with these objects; {@link lateOtherObjects} reads it. */
export const OTHER_OBJECTS_NOTE = 'other-objects'

/** Facebook has some ten objects. Names beyond this number are counted together, because each name is a line of a metric. */
const MOST_NAMES = 20
const REST = 'other'
/** An object whose callbacks keep coming is noted this often. */
const NOTE_MS = 24 * 3_600_000
/** After this long without a callback, the subscription of the object counts as removed. */
const OVER_MS = 7 * NOTE_MS

/**
 * Warns once for each object whose callbacks arrive, although the bot handles Pages only. The webhook answers them with 200:
 * Facebook counts a 404 as a failed callback and unsubscribes the app after a time.
 */
export const createOtherObjects = (deps: {
  store: Notes
  clock: Pick<Clock, 'now'>
  log: Pick<Log, 'warn'>
}): OtherObjects => {
  const { store, clock, log } = deps
  const note = sharedNote(store, OTHER_OBJECTS_NOTE)
  /** The time at which each object was noted last, in ms since the epoch. */
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

/** The objects with recent callbacks on any instance, from the text of the note. */
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
