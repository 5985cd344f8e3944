import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/logger.ts'
import type { Store } from '../store/store.ts'
import type { TellTrouble } from './page-trouble.ts'

/** Tells the operator where all visitors of a Page write in standby, so that the bot may answer none of them. */
export interface Bystander {
  /** A visitor wrote in a conversation that the bot has left to no person. */
  wrote: (pageId: string, psid: string, isStandby: boolean) => void
}

interface Seen {
  /** Those who wrote in standby since one wrote to the bot; no more than {@link SEVERAL}. */
  inStandby: Set<string>
  /** When a visitor wrote to the bot last, to the hour, ms since the epoch; null while that is not known. */
  toBotMs: number | null
  isTold: boolean
}

/** One or two may have been passed on by another app. */
const SEVERAL = 3
/** It is kept again only when it is this old: each is a write. */
const GRAIN_MS = 3_600_000
/** Where visitors wrote to the bot in this time, another app passes some conversations on, and is meant to. */
const SHARED_MS = 7 * 24 * GRAIN_MS

export const createBystander = (deps: {
  tell: TellTrouble
  store: Pick<Store, 'remember' | 'recall'>
  clock: Pick<Clock, 'now'>
  log: Pick<Log, 'warn'>
}): Bystander => {
  const { tell, store, clock, log } = deps
  const pages = new Map<string, Seen>()

  const wroteToBot = (pageId: string, seen: Seen): void => {
    seen.inStandby.clear()
    if (seen.isTold) tell(pageId, null)
    seen.isTold = false
    const nowMs = clock.now()
    if (nowMs - (seen.toBotMs ?? 0) < GRAIN_MS) return
    seen.toBotMs = nowMs
    store.remember(nameOf(pageId), String(nowMs)).catch((error: unknown) => {
      log.warn({ err: error, pageId }, 'that visitors of the Page write to the bot could not be kept')
    })
  }

  const judge = async (pageId: string, seen: Seen): Promise<void> => {
    // Another instance may have heard them, or this one before its start.
    seen.toBotMs ??= Number(await store.recall(nameOf(pageId)).catch(() => null))
    if (seen.isTold || seen.inStandby.size < SEVERAL || clock.now() - seen.toBotMs < SHARED_MS) return
    seen.isTold = true
    tell(pageId, TROUBLE)
  }

  return {
    wrote: (pageId, psid, isStandby) => {
      const seen = pages.get(pageId) ?? { inStandby: new Set(), toBotMs: null, isTold: false }
      pages.set(pageId, seen)
      if (!isStandby) return wroteToBot(pageId, seen)
      if (seen.isTold) return
      if (seen.inStandby.size < SEVERAL) seen.inStandby.add(psid)
      if (seen.inStandby.size === SEVERAL) void judge(pageId, seen)
    },
  }
}

const nameOf = (pageId: string): string => `to-bot:${pageId}`

const TROUBLE = {
  what: 'Visitors of this Page write, and all of it comes in standby: another app or the Page inbox has their conversations from the first word on, so the bot may not answer.',
  remedy:
    'Make this app the default app of the Page, or take the default app away (Page settings > Conversation routing).',
  byToken: false,
} as const
