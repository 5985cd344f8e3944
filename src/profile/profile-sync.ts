import { createPump, type Pump } from '../base/pump.ts'
import type { Log } from '../base/logger.ts'
import type { Clock } from '../base/clock.ts'
import { createCallBudget, type CallBudget } from './call-budget.ts'
import { diffProfile, PROFILE_FIELDS } from './messenger-profile.ts'
import { GraphError } from '../graph/error.ts'
import type { Graph } from '../graph/graph.ts'
import type { JsonObject } from '../base/json.ts'
import type { TellTrouble } from '../alerts/page-trouble.ts'
import type { PageTokens } from '../token/page-tokens.ts'
import { doesNotStay, profileTrouble } from './profile-trouble.ts'

/** Keeps the Messenger Profile of every Page equal to the one in the script. */
export interface ProfileSync {
  start: () => void
  /** Checks every Page again; call it after the script has changed. */
  refresh: () => void
  status: (pageId: string) => ProfileStatus
  /** Resolves when the calls in progress have ended. */
  stop: () => Promise<void>
}

export interface ProfileStatus {
  /**
   * `left_alone`: the script has no profile. `unknown`: not checked since the script or the token changed. `waiting`: the few
   * calls that Facebook allows are used up. `differs`: Facebook accepted the profile but does not keep it.
   */
  is: 'left_alone' | 'unknown' | 'in_step' | 'waiting' | 'differs' | 'failed'
  /** When Facebook last told the profile, ms since the epoch. */
  checkedMs: number | null
  /** Properties that are not yet as the script wants them. */
  differs: readonly string[]
  /** Facebook's last error about the profile. */
  error: string | null
  /** When it is checked next, ms since the epoch. */
  nextMs: number | null
}

interface PageSync {
  /** The token and the profile of the last sync that succeeded. */
  done: string | null
  calls: CallBudget
  cancelWait: () => void
  failed: string | null
  checkedMs: number | null
  differs: readonly string[]
  error: string | null
  nextMs: number | null
  waitsForCalls: boolean
  /** The last change. If the next check finds the same difference, Facebook does not keep the profile. */
  changed: string | null
  isStuck: boolean
}

/** The wait after a temporary failure. */
const RETRY_MS = 15 * 60_000
/**
 * The wait before the next check, which is needed because the profile may be edited at Facebook, and Facebook may drop an
 * accepted change.
 */
const LOOK_AGAIN_MS = { unchanged: 6 * 3_600_000, changed: RETRY_MS }

/** Compares each Page's profile with the wanted one, and sets only what differs. Never throws. */
export const createProfileSync = (deps: {
  graph: Pick<Graph, 'messengerProfile' | 'setMessengerProfile' | 'deleteMessengerProfile'>
  tokens: Pick<PageTokens, 'tokenFor' | 'statuses' | 'suspect' | 'onChange'>
  /** Null while the script has no profile; Facebook's profile is then left alone. */
  wanted: (pageId: string) => JsonObject | null
  clock: Clock
  log: Pick<Log, 'info' | 'warn'>
  /** Called with trouble that only a person can mend. */
  onTrouble: TellTrouble
}): ProfileSync => {
  const { graph, tokens, wanted, clock, log, onTrouble } = deps
  const pages = new Map<string, PageSync & { pump: Pump }>()
  let stopped = true
  let stopListening = (): void => undefined

  const request = (pageId: string): void => {
    if (!stopped) pageOf(pageId).pump.wake()
  }

  const pageOf = (pageId: string): PageSync & { pump: Pump } => {
    const known = pages.get(pageId)
    if (known !== undefined) return known
    const pump = createPump({
      run: async () => {
        if (!stopped) await sync(pageId, page)
      },
      onError: (error) => log.warn({ err: error, pageId }, 'the Messenger profile could not be compared'),
    })
    const page = { ...newPage(clock), pump }
    pages.set(pageId, page)
    return page
  }

  const sync = async (pageId: string, page: PageSync): Promise<void> => {
    const token = tokens.tokenFor(pageId)
    const profile = wanted(pageId)
    if (profile === null) onTrouble(pageId, null)
    if (token === null || profile === null) return
    const aim = aimOf(token, profile)
    if (page.done === aim) return
    page.cancelWait()
    const waitMs = page.calls.waitMs()
    page.waitsForCalls = waitMs > 0
    if (waitMs > 0) return lookIn(pageId, page, waitMs)
    let isRead = false
    try {
      page.calls.spend()
      const present = await graph.messengerProfile(token, PROFILE_FIELDS)
      isRead = true
      const changed = await bringAbout(pageId, token, { present, profile }, page)
      page.isStuck = changed !== null && changed === page.changed
      page.changed = changed
      page.done = aim
      page.failed = null
      page.error = null
      onTrouble(pageId, page.isStuck ? doesNotStay(page.differs) : null)
      lookIn(pageId, page, LOOK_AGAIN_MS[changed === null || page.isStuck ? 'unchanged' : 'changed'])
    } catch (error) {
      failed(pageId, token, page, { error, isRead })
    }
  }

  const lookIn = (pageId: string, page: PageSync, ms: number): void => {
    if (stopped) return
    page.nextMs = clock.now() + ms
    page.cancelWait = clock.after(ms, () => {
      page.nextMs = null
      page.done = null
      request(pageId)
    })
  }

  /** @returns the change, as a text for comparison; null if nothing had to be changed */
  const bringAbout = async (
    pageId: string,
    token: string,
    { present, profile }: { present: JsonObject; profile: JsonObject },
    page: PageSync,
  ): Promise<string | null> => {
    const change = diffProfile(present, profile)
    const set = Object.keys(change.set)
    page.checkedMs = clock.now()
    page.differs = [...set, ...change.delete]
    if (page.differs.length === 0) return null
    // The menu is deleted before the Get Started button, which it needs.
    if (change.delete.length > 0) {
      page.calls.spend()
      await graph.deleteMessengerProfile(token, change.delete)
    }
    if (set.length > 0) {
      page.calls.spend()
      await graph.setMessengerProfile(token, change.set)
    }
    log.info({ pageId, set, deleted: change.delete }, 'the Messenger profile is as the script wants it')
    return JSON.stringify([change, profile])
  }

  /** @param failure.isRead - whether Facebook has told the profile, so that the error is about the change */
  const failed = (
    pageId: string,
    token: string,
    page: PageSync,
    { error, isRead }: { error: unknown; isRead: boolean },
  ): void => {
    const verdict = error instanceof GraphError ? error.verdict : 'unknown'
    if (error instanceof GraphError && verdict === 'token_invalid') {
      // No wait is needed: `onChange` starts the check again for a new token.
      tokens.suspect(pageId, token, error)
      return
    }
    if (page.failed !== verdict) {
      log.warn(
        { err: error, pageId },
        'the Messenger profile could not be brought up to date; the bot goes on',
      )
    }
    page.failed = verdict
    page.error = error instanceof Error ? error.message : String(error)
    page.done = null
    const trouble = error instanceof GraphError ? profileTrouble(error, isRead) : null
    if (trouble !== null) onTrouble(pageId, trouble)
    const retryMs = error instanceof GraphError ? (error.retryAfterMs ?? RETRY_MS) : RETRY_MS
    lookIn(pageId, page, Math.max(retryMs, RETRY_MS))
  }

  const refresh = (): void => {
    for (const { pageId, state } of tokens.statuses()) if (state === 'valid') request(pageId)
  }

  return {
    start: () => {
      stopped = false
      stopListening = tokens.onChange(({ pageId, state }) => {
        if (state === 'valid') request(pageId)
        if (state === 'missing') onTrouble(pageId, null)
      })
      refresh()
    },
    refresh,
    status: (pageId) => {
      const [token, profile] = [tokens.tokenFor(pageId), wanted(pageId)]
      const aim = token === null || profile === null ? null : aimOf(token, profile)
      return statusOf(pages.get(pageId) ?? newPage(clock), { isWanted: profile !== null, aim })
    },
    stop: async () => {
      stopped = true
      stopListening()
      for (const page of pages.values()) page.cancelWait()
      await Promise.all([...pages.values()].map(({ pump }) => pump.idle()))
    },
  }
}

const newPage = (clock: Clock): PageSync => ({
  done: null,
  calls: createCallBudget(clock),
  cancelWait: () => undefined,
  failed: null,
  checkedMs: null,
  differs: [],
  error: null,
  nextMs: null,
  waitsForCalls: false,
  changed: null,
  isStuck: false,
})

const statusOf = (page: PageSync, now: { isWanted: boolean; aim: string | null }): ProfileStatus => {
  const { checkedMs, error, nextMs } = page
  const is = stateOf(page, now)
  return { is, checkedMs, differs: is === 'in_step' ? [] : page.differs, error, nextMs }
}

const stateOf = (
  page: PageSync,
  { isWanted, aim }: { isWanted: boolean; aim: string | null },
): ProfileStatus['is'] => {
  if (!isWanted) return 'left_alone'
  if (page.waitsForCalls) return 'waiting'
  if (page.error !== null) return 'failed'
  if (page.isStuck) return 'differs'
  return aim !== null && page.done === aim ? 'in_step' : 'unknown'
}

const aimOf = (token: string, profile: JsonObject): string => JSON.stringify([token, profile])
