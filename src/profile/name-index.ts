import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/logger.ts'
import type { VisitorProfiles } from './visitor-profile.ts'
import { clip } from '../base/clip.ts'

/** Keeps the names of visitors for the search of the console. */
export interface NameIndex {
  start: () => void
  stop: () => void
}

const LOOK_EVERY_MS = 60_000
/** Longer names are none. */
const LONGEST_NAME = 200

/** Names that Facebook tells are stored; those of the latest visitors are asked for, at most as many a minute as `latest` gives. */
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
