import type { Log } from '../base/logger.ts'
/** Callbacks of the same app about something else than Pages: `instagram`, `user`, `permissions` and the like. */
export interface OtherObjects {
  /** One came. @returns its name as it is counted */
  heard: (object: string) => string
}

/** Under this name the store keeps which came, as a JSON list: `npm run doctor` tells them, too. */
export const OTHER_OBJECTS_NOTE = 'other-objects'

/** Facebook has some ten of them. Names beyond that are counted together: a metric has a line for each. */
const MOST_NAMES = 20
const REST = 'other'

/**
 * Tells the operator once of each object whose callbacks come here though the bot answers Pages alone. Facebook counts a 404
 * as a failing callback and unsubscribes the app in the end, so these callbacks are taken.
 */
export const createOtherObjects = (deps: {
  store: { remember: (name: string, text: string) => Promise<void> }
  log: Pick<Log, 'warn'>
}): OtherObjects => {
  const { store, log } = deps
  const names = new Set<string>()

  const tell = (name: string): void => {
    log.warn(
      { object: name },
      `callbacks about the object "${name}" come here; they are counted and not answered. Unless another program needs them, remove the subscription to it in the App dashboard (Webhooks)`,
    )
    store.remember(OTHER_OBJECTS_NOTE, JSON.stringify([...names])).catch((error: unknown) => {
      log.warn({ err: error }, 'which other objects came could not be kept for the doctor')
    })
  }

  return {
    heard: (object) => {
      const name = object.replaceAll(/[^\w.-]+/g, '_').slice(0, 40)
      if (names.has(name)) return name
      if (names.size >= MOST_NAMES) return REST
      names.add(name)
      tell(name)
      return name
    },
  }
}
