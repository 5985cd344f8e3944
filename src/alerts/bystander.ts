import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/logger.ts'
import type { Store } from '../store/store.ts'
import type { Needs } from './needs.ts'
import { raisesNeeds } from './page-trouble.ts'

/** Raises a need when all visitors of a Page write in standby, where the bot may not answer. */
export interface Bystander {
  /** A visitor wrote in a conversation that the bot has left to no person. */
  wrote: (pageId: string, psid: string, isStandby: boolean) => void
  /**
   * Needs of these Pages from before a restart, or from their last keepers, stay open: only a visitor who writes to the bot
   * shows that the trouble is over.
   */
  resume: (isKept: (pageId: string) => boolean) => void
  /** The Page has no token any more. */
  removed: (pageId: string) => void
}

interface Seen {
  /** Visitors who wrote in standby since a visitor wrote to the bot; no more than {@link SEVERAL}. */
  inStandby: Set<string>
  /** When a visitor wrote to the bot last, to the hour, ms since the epoch; null while that is not known. */
  toBotMs: number | null
}

const CAUSE = 'standby'
/** With one or two visitors, another app may have passed on only their conversations. */
const SEVERAL = 3
/** The stored moment is renewed only when it is this old: each renewal is a write. */
const GRAIN_MS = 3_600_000
/** If a visitor wrote to the bot within this time, another app passes on some conversations on purpose: no need is raised. */
const SHARED_MS = 7 * 24 * GRAIN_MS

export const createBystander = (deps: {
  needs: Pick<Needs, 'raise' | 'settle' | 'open'>
  nameOf: (pageId: string) => string | null
  store: Pick<Store, 'remember' | 'recall'>
  clock: Pick<Clock, 'now'>
  log: Pick<Log, 'warn'>
}): Bystander => {
  const { needs, nameOf, store, clock, log } = deps
  const tell = raisesNeeds({ needs, cause: CAUSE, nameOf })
  const pages = new Map<string, Seen>()

  const isTold = (pageId: string): boolean =>
    needs.open().some((need) => need.pageId === pageId && need.cause === CAUSE)

  const isWithin = (ms: number | null, lastMs: number): boolean =>
    // If the clock was set back, the stored moment may lie ahead of it.
    ms !== null && Math.abs(clock.now() - ms) < lastMs

  const wroteToBot = (pageId: string, seen: Seen): void => {
    seen.inStandby.clear()
    if (isTold(pageId)) tell(pageId, null)
    if (isWithin(seen.toBotMs, GRAIN_MS)) return
    seen.toBotMs = clock.now()
    store.remember(noteOf(pageId), String(seen.toBotMs)).catch((error: unknown) => {
      log.warn({ err: error, pageId }, 'that visitors of the Page write to the bot could not be kept')
    })
  }

  const judge = async (pageId: string, seen: Seen): Promise<void> => {
    if (isWithin(seen.toBotMs, SHARED_MS)) return
    try {
      // The store may know of a visitor whom another instance heard, or this one before its start.
      const keptMs = Number(await store.recall(noteOf(pageId)))
      seen.toBotMs = Math.max(seen.toBotMs ?? 0, keptMs)
    } catch {
      // The next visitor who writes makes the bot read the store again.
      return
    }
    if (!isWithin(seen.toBotMs, SHARED_MS)) tell(pageId, TROUBLE)
  }

  return {
    wrote: (pageId, psid, isStandby) => {
      const seen = pages.get(pageId) ?? { inStandby: new Set(), toBotMs: null }
      pages.set(pageId, seen)
      if (!isStandby) return wroteToBot(pageId, seen)
      if (isTold(pageId)) return tell(pageId, TROUBLE)
      if (seen.inStandby.size < SEVERAL) seen.inStandby.add(psid)
      if (seen.inStandby.size === SEVERAL) void judge(pageId, seen)
    },
    resume: (isKept) => {
      for (const { pageId, cause } of needs.open()) {
        if (cause === CAUSE && isKept(pageId)) tell(pageId, TROUBLE)
      }
    },
    removed: (pageId) => {
      pages.delete(pageId)
      if (isTold(pageId)) tell(pageId, null)
    },
  }
}

const noteOf = (pageId: string): string => `to-bot:${pageId}`

const TROUBLE = {
  what: 'Visitors of this Page write, and all of it comes in standby: another app or the Page inbox has their conversations from the first word on, so the bot may not answer.',
  remedy:
    "Make this app the default app of the Page, or take the default app away (Page settings > Conversation routing), and see whether Meta's own AI answers there (Meta Business Suite > Inbox > Automations). Where that is as it should be, ALERT_STANDBY=off ends these notices.",
  byToken: false,
} as const
