import type { Log } from '../base/logger.ts'
import type { Clock } from '../base/clock.ts'
import type { Activity } from './activity.ts'

/** Stores the numbers of the plots, so that they survive a restart. */
export interface ActivityMemory {
  start: () => Promise<void>
  stop: () => Promise<void>
}

const NAME = 'activity'
const SAVE_EVERY_MS = 60_000

/**
 * The numbers of the last hour are stored regularly as one text. They cannot be read from the stored replies, because these have
 * no index by time, and a search would slow down the start. The text holds no names.
 */
export const createActivityMemory = (deps: {
  activity: Pick<Activity, 'save' | 'restore'>
  store: {
    remember: (name: string, text: string) => Promise<void>
    recall: (name: string) => Promise<string | null>
  }
  clock: Clock
  log: Pick<Log, 'warn'>
}): ActivityMemory => {
  const { activity, store, clock, log } = deps
  let saved = ''
  let cancel = (): void => undefined

  const save = async (): Promise<void> => {
    const text = activity.save()
    if (text === saved) return
    try {
      await store.remember(NAME, text)
      saved = text
    } catch (error) {
      log.warn({ err: error }, 'the numbers of the last hour could not be written down')
    }
  }

  const saveLater = (): void => {
    cancel = clock.after(SAVE_EVERY_MS, () => {
      void save()
      saveLater()
    })
  }

  return {
    start: async () => {
      try {
        activity.restore((await store.recall(NAME)) ?? '{}')
      } catch (error) {
        log.warn({ err: error }, 'the numbers of the last hour could not be read; counting anew')
      }
      saved = activity.save()
      saveLater()
    },
    stop: async () => {
      cancel()
      await save()
    },
  }
}
