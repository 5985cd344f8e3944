import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/logger.ts'
import type { VisitorProfiles } from './visitor-profile.ts'
import { clip } from '../base/clip.ts'

/** Stores the names of visitors for the console's search. */
export interface NameIndex {
  start: () => void
  stop: () => void
}

const LOOK_EVERY_MS = 60_000
/** A longer text is not taken for a name. */
const LONGEST_NAME = 200

/** Stores each name that Facebook tells, and once a minute asks for the names of the visitors that `latest` returns. */
export const createNameIndex = (deps: {
  profiles: Pick<VisitorProfiles, 'knownName' | 'onName'>
  latest: () => readonly { pageId: string; psid: string }[]
  keep: (visitor: { pageId: string; psid: string; name: string }) => Promise<void>
  clock: Pick<Clock, 'after'>
  log: Pick<Log, 'warn'>
}): NameIndex => {
  const { profiles, latest, keep, clock, log } = deps
  let cancel = (): void => undefined

  profiles.onName(({ name, ...visitor }) => {
    keep({ ...visitor, name: clip(name, LONGEST_NAME) }).catch((error: unknown) => {
      log.warn({ err: error }, 'the name of a visitor could not be kept')
    })
  })

  const lookLater = (): void => {
    cancel = clock.after(LOOK_EVERY_MS, () => {
      for (const visitor of latest()) profiles.knownName(visitor)
      lookLater()
    })
  }

  return { start: lookLater, stop: () => cancel() }
}
