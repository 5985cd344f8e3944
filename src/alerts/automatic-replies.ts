import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/logger.ts'

/** Knows which Pages send automatic replies beside the bot. */
export interface AutomaticReplies {
  /** An echo of an automatic reply of the Page came. */
  seen: (pageId: string) => void
  /** When the last one came, ms since the epoch, to the hour; null where none is known. */
  seenMs: (pageId: string) => number | null
  /** Reads the stored facts about these Pages from before the start. */
  recall: (pageIds: readonly string[]) => Promise<void>
}

/** Prefix of the store's names for these notes; `npm run doctor` reads them, too. */
export const AUTOMATIC_REPLIES_NOTE = 'automatic-replies:'
/** The stored moment is renewed only when it is this old: each renewal is a write. */
const GRAIN_MS = 3_600_000
/** After this long without one, the automatic replies of a Page count as switched off. */
export const AUTOMATIC_REPLIES_OVER_MS = 7 * 24 * 3_600_000

/** The finding's text for console and doctor, and its cure. */
export const AUTOMATIC_REPLIES = {
  what: 'automatic replies of the Page inbox are on: visitors get them beside the answers of the bot, and one that comes later than 3 seconds after their words is taken for a person and silences the bot in that conversation for an hour',
  remedy: 'Switch them off: Meta Business Suite > Inbox > Automations.',
} as const

export const createAutomaticReplies = (deps: {
  store: {
    remember: (name: string, text: string) => Promise<void>
    recall: (name: string) => Promise<string | null>
  }
  clock: Pick<Clock, 'now'>
  log: Pick<Log, 'warn'>
}): AutomaticReplies => {
  const { store, clock, log } = deps
  const pages = new Map<string, number>()
  return {
    seen: (pageId) => {
      const before = pages.get(pageId)
      const nowMs = clock.now()
      if (before !== undefined && nowMs - before < GRAIN_MS) return
      pages.set(pageId, nowMs)
      if (before === undefined) log.warn({ pageId }, `${AUTOMATIC_REPLIES.what}. ${AUTOMATIC_REPLIES.remedy}`)
      store.remember(`${AUTOMATIC_REPLIES_NOTE}${pageId}`, String(nowMs)).catch((error: unknown) => {
        log.warn({ err: error, pageId }, 'that the Page answers by itself could not be kept')
      })
    },
    seenMs: (pageId) => {
      const seenMs = pages.get(pageId)
      return seenMs === undefined || clock.now() - seenMs >= AUTOMATIC_REPLIES_OVER_MS ? null : seenMs
    },
    recall: async (pageIds) => {
      for (const pageId of pageIds) {
        const kept = Number(await store.recall(`${AUTOMATIC_REPLIES_NOTE}${pageId}`).catch(() => null))
        if (Number.isFinite(kept) && kept > 0 && !pages.has(pageId)) pages.set(pageId, kept)
      }
    },
  }
}
