import type { Clock } from './clock.ts'
import { diffProfile, PROFILE_FIELDS } from './conversation/messenger-profile.ts'
import { GraphError } from './graph/error.ts'
import type { Graph } from './graph/graph.ts'
import type { JsonObject } from './json.ts'
import type { TokenKeeper } from './token/keeper.ts'

/** The part of a logger used here. */
export interface ProfileSyncLog {
  info: (facts: object, message: string) => void
  warn: (facts: object, message: string) => void
}

/** Keeps the Messenger Profile of every Page like the script wants it. */
export interface ProfileSync {
  start: () => void
  /** Looks at every Page again: the script has changed. */
  refresh: () => void
  /** Ends once the calls under way have ended. */
  stop: () => Promise<void>
}

interface PageSync {
  /** Runs one at a time; a request meanwhile makes it run once more. */
  running: Promise<void> | null
  again: boolean
  /** What was last brought about: token and profile. */
  done: string | null
  /** When the calls of the last ten minutes were made. */
  calls: number[]
  cancelWait: () => void
  failed: string | null
}

/** Facebook allows 10 calls in 10 minutes for a Page (reference G); a tool or a colleague may need some, too. */
const MOST_CALLS = 6
const CALLS_OF_ONE_SYNC = 3
const WINDOW_MS = 10 * 60_000
/** After a failure that waiting may help. */
const RETRY_MS = 15 * 60_000

/** Compares each Page's profile with the wanted one, and sets only what differs. Never throws. */
export const createProfileSync = (deps: {
  graph: Pick<Graph, 'messengerProfile' | 'setMessengerProfile' | 'deleteMessengerProfile'>
  tokens: Pick<TokenKeeper, 'tokenFor' | 'statuses' | 'suspect' | 'onChange'>
  /** Null while the script says nothing about the profile: then it is left alone. */
  wanted: () => JsonObject | null
  clock: Clock
  log: ProfileSyncLog
}): ProfileSync => {
  const { graph, tokens, wanted, clock, log } = deps
  const pages = new Map<string, PageSync>()
  let stopped = true
  let stopListening = (): void => undefined

  const request = (pageId: string): void => {
    if (stopped) return
    const page = pages.get(pageId) ?? newPage()
    pages.set(pageId, page)
    if (page.running !== null) {
      page.again = true
      return
    }
    page.cancelWait()
    page.running = sync(pageId, page).finally(() => {
      page.running = null
      if (!page.again) return
      page.again = false
      request(pageId)
    })
  }

  const sync = async (pageId: string, page: PageSync): Promise<void> => {
    const token = tokens.tokenFor(pageId)
    const profile = wanted()
    if (token === null || profile === null) return
    const aim = JSON.stringify([token, profile])
    if (page.done === aim) return
    const waitMs = untilAllowed(page)
    if (waitMs > 0) {
      page.cancelWait = clock.after(waitMs, () => request(pageId))
      return
    }
    try {
      await bringAbout(pageId, token, profile, page)
      page.done = aim
      page.failed = null
    } catch (error) {
      failed(pageId, token, page, error)
    }
  }

  const bringAbout = async (
    pageId: string,
    token: string,
    profile: JsonObject,
    page: PageSync,
  ): Promise<void> => {
    page.calls.push(clock.now())
    const change = diffProfile(await graph.messengerProfile(token, PROFILE_FIELDS), profile)
    const set = Object.keys(change.set)
    // A menu goes before the Get Started button it hangs on.
    if (change.delete.length > 0) {
      page.calls.push(clock.now())
      await graph.deleteMessengerProfile(token, change.delete)
    }
    if (set.length > 0) {
      page.calls.push(clock.now())
      await graph.setMessengerProfile(token, change.set)
    }
    if (set.length + change.delete.length > 0) {
      log.info({ pageId, set, deleted: change.delete }, 'the Messenger profile is as the script wants it')
    }
  }

  const failed = (pageId: string, token: string, page: PageSync, error: unknown): void => {
    const verdict = error instanceof GraphError ? error.verdict : 'unknown'
    if (verdict === 'token_invalid') {
      // A new token comes back here through onChange.
      tokens.suspect(pageId, token, 'Facebook refused it when the Messenger profile was read')
      return
    }
    if (page.failed !== verdict) {
      log.warn(
        { err: error, pageId },
        'the Messenger profile could not be brought up to date; the bot goes on',
      )
    }
    page.failed = verdict
    const retryMs = error instanceof GraphError ? (error.retryAfterMs ?? RETRY_MS) : RETRY_MS
    if (!stopped) page.cancelWait = clock.after(Math.max(retryMs, RETRY_MS), () => request(pageId))
  }

  const untilAllowed = (page: PageSync): number => {
    const now = clock.now()
    page.calls = page.calls.filter((at) => at > now - WINDOW_MS)
    // A sync that has begun must be able to end.
    const tooMany = page.calls.length + CALLS_OF_ONE_SYNC - MOST_CALLS
    return tooMany <= 0 ? 0 : (page.calls[tooMany - 1] ?? now) + WINDOW_MS - now + 1
  }

  const refresh = (): void => {
    for (const { pageId, state } of tokens.statuses()) if (state === 'valid') request(pageId)
  }

  return {
    start: () => {
      stopped = false
      stopListening = tokens.onChange(({ pageId, state }) => {
        if (state === 'valid') request(pageId)
      })
      refresh()
    },
    refresh,
    stop: async () => {
      stopped = true
      stopListening()
      for (const page of pages.values()) page.cancelWait()
      await Promise.all([...pages.values()].flatMap((page) => page.running ?? []))
    },
  }
}

const newPage = (): PageSync => ({
  running: null,
  again: false,
  done: null,
  calls: [],
  cancelWait: () => undefined,
  failed: null,
})
