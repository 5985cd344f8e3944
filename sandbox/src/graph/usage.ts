import type { Page } from '../world.ts'
import type { Caller } from './call.ts'
import { GraphFailure } from './failure.ts'
import { createTally, type Tally } from './tally.ts'

/** Counts the calls of apps and Pages against their limits, and refuses calls beyond them (docs/messenger-platform.md#d). */
export interface Usage {
  /**
   * Counts one call.
   *
   * @returns the usage headers of the answer
   * @throws GraphFailure with the headers, when the limit is reached
   */
  count: (caller: Caller, what: Counted) => Record<string, string>
  /** Refuses a Page's calls, or all of an app's own, for `forMs`, regardless of the limits. */
  throttle: (id: string, forMs: number) => void
  /** Until when each id is throttled; only those that are throttled now. */
  throttled: () => Map<string, number>
  /** Ends every throttle. */
  relent: () => void
  clear: () => void
}

export interface Counted {
  /** The word after the id. */
  edge: string
  /** The person the call is about, for limits that are per person. */
  psid?: string
  /** Sound and video have a narrower limit. */
  heavy?: boolean
  /** A message, not a sender action. */
  message?: boolean
  /** All conversations of the Page. */
  list?: boolean
}

/** Limits on calls; absent ones are not checked. */
export interface Limits {
  /** Calls with an app or user token, per rolling hour; 200 for each daily user at Facebook. */
  appCallsPerHour?: number
  /** Messenger calls of a Page per rolling 24 hours, for each person it may message; 200 at Facebook. */
  messengerCallsPerPerson?: number
  /** Other calls of a Page per rolling 24 hours, for each such person; 4800 at Facebook. */
  pageCallsPerPerson?: number
  /** Messages of a Page per second; 300 at Facebook, and a thirtieth of it for sound and video. */
  sendsPerSecond?: number
  /**
   * Messages of a Page per second beyond which it is one of high volume: 40 at Facebook. Until fewer are tried, nothing is
   * sent and conversations cannot be listed; single ones are read.
   */
  highVolumePerSecond?: number
  /** Reads of conversations per second and Page; 2 at Facebook. */
  conversationReadsPerSecond?: number
  /** Calls of the Messenger Profile, and of one person's menu, per 10 minutes; 10 at Facebook. */
  profileCallsPerTenMinutes?: number
}

/** docs/messenger-platform.md#d1, of the newer copy. The number for an app is that of one daily user. */
export const FACEBOOK_LIMITS: Required<Limits> = {
  appCallsPerHour: 200,
  messengerCallsPerPerson: 200,
  pageCallsPerPerson: 4800,
  sendsPerSecond: 300,
  highVolumePerSecond: 40,
  conversationReadsPerSecond: 2,
  profileCallsPerTenMinutes: 10,
}

const SECOND_MS = 1000
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** Usage headers are sent from this percentage on, because Facebook says "absent is normal". */
const TOLD_FROM = 1
const FULL = 100
const HEAVY_SHARE = 30

/** Edges of the business use case `messenger`; the other ones of a Page count as `pages`. */
const MESSENGER_EDGES = new Set([
  'messages',
  'message_attachments',
  'messenger_profile',
  'custom_user_settings',
  'personas',
  'pass_thread_control',
  'take_thread_control',
  'release_thread_control',
  'request_thread_control',
  'extend_thread_control',
  'thread_owner',
  'conversations',
])

export const createUsage = (deps: {
  limits: Limits
  nowMs: () => number
  /** People the Page may message. */
  engaged: (page: Page) => number
}): Usage => {
  const { limits, nowMs, engaged } = deps
  const tallies = new Map<string, Tally>()
  const throttledUntil = new Map<string, number>()

  const tally = (name: string, spanMs: number): Tally => {
    const known = tallies.get(name) ?? createTally({ spanMs, nowMs })
    tallies.set(name, known)
    return known
  }

  /** The percentage of a limit after this call, and the time until calls are allowed again. */
  const take = (id: string, name: string, spanMs: number, allowed: number | undefined): Level => {
    const forced = (throttledUntil.get(id) ?? 0) - nowMs()
    if (forced > 0) return { percent: Math.max(FULL, share(id, name, spanMs, allowed)), waitMs: forced }
    if (allowed === undefined) return EMPTY
    const counted = tally(`${id} ${name}`, spanMs)
    counted.add()
    const percent = Math.floor((counted.total() / Math.max(1, allowed)) * FULL)
    return { percent, waitMs: counted.total() > allowed ? counted.waitMs(Math.max(0, allowed - 1)) : 0 }
  }

  const share = (id: string, name: string, spanMs: number, allowed: number | undefined) =>
    allowed === undefined
      ? 0
      : Math.floor((tally(`${id} ${name}`, spanMs).total() / Math.max(1, allowed)) * FULL)

  /** A limit that is answered only with an error and is in no header. */
  const demandBelow = (name: string, spanMs: number, allowed: number | undefined, message: string) => {
    if (allowed === undefined) return
    const counted = tally(name, spanMs)
    counted.add()
    if (counted.total() > allowed) throw new GraphFailure({ message, code: 613 })
  }

  const countPage = (page: Page, counted: Counted) => {
    const { edge } = counted
    const isMessenger = MESSENGER_EDGES.has(edge)
    const perPerson = isMessenger ? limits.messengerCallsPerPerson : limits.pageCallsPerPerson
    const type = isMessenger ? 'messenger' : 'pages'
    const level = take(
      page.id,
      type,
      DAY_MS,
      perPerson === undefined ? undefined : perPerson * Math.max(1, engaged(page)),
    )
    const headers = businessUsage(page.id, type, level)
    if (level.waitMs > 0) throw refused(isMessenger ? TOO_MANY_MESSENGER : TOO_MANY_PAGE, headers)
    checkPace(page, counted)
    return headers
  }

  const checkPace = (page: Page, counted: Counted) => {
    const { edge, psid, heavy = false, message = false, list = false } = counted
    const tooFast = '(#613) Calls to this api have exceeded the rate limit.'
    const { sendsPerSecond, highVolumePerSecond, conversationReadsPerSecond, profileCallsPerTenMinutes } =
      limits
    if (highVolumePerSecond !== undefined) {
      const volume = tally(`${page.id} volume`, SECOND_MS)
      const concerned = (edge === 'messages' && message) || list
      if (edge === 'messages' && message) volume.add()
      if (concerned && volume.total() > highVolumePerSecond) {
        throw new GraphFailure({ message: tooFast, code: 613 })
      }
    }
    if (edge === 'messages') {
      demandBelow(`${page.id} sends`, SECOND_MS, sendsPerSecond, tooFast)
      if (heavy && sendsPerSecond !== undefined) {
        demandBelow(
          `${page.id} heavy`,
          SECOND_MS,
          Math.max(1, Math.floor(sendsPerSecond / HEAVY_SHARE)),
          tooFast,
        )
      }
    }
    if (edge === 'conversations') {
      demandBelow(`${page.id} reads`, SECOND_MS, conversationReadsPerSecond, tooFast)
    }
    if (edge === 'messenger_profile' || edge === 'custom_user_settings') {
      const whose = edge === 'messenger_profile' ? '' : (psid ?? '')
      demandBelow(`${page.id} ${edge} ${whose}`, 10 * MINUTE_MS, profileCallsPerTenMinutes, tooFast)
    }
  }

  return {
    count: (caller, counted) => {
      if (caller.kind === 'page') return countPage(caller.page, counted)
      const level = take(caller.app.id, 'app', HOUR_MS, limits.appCallsPerHour)
      const headers = appUsage(level)
      // Calls for a Page with a person's token are refused with a code of their own.
      const kind = caller.kind === 'user' && PAGE_EDGES.has(counted.edge) ? TOO_MANY_AS_USER : TOO_MANY_APP
      if (level.waitMs > 0) throw refused(kind, headers)
      return headers
    },
    throttle: (id, forMs) => void throttledUntil.set(id, nowMs() + forMs),
    throttled: () => new Map([...throttledUntil].filter(([, untilMs]) => untilMs > nowMs())),
    relent: () => throttledUntil.clear(),
    clear: () => {
      tallies.clear()
      throttledUntil.clear()
    },
  }
}

interface Level {
  percent: number
  /** 0 while there is room. */
  waitMs: number
}

interface Refusal {
  code: number
  message: string
}

const EMPTY: Level = { percent: 0, waitMs: 0 }
const PAGE_EDGES = new Set(['subscribed_apps', 'conversations', 'messages', 'messenger_profile'])
const TOO_MANY_APP: Refusal = { code: 4, message: '(#4) Application request limit reached' }
const TOO_MANY_AS_USER: Refusal = { code: 32, message: '(#32) Page request limit reached' }
const TOO_MANY_PAGE: Refusal = {
  code: 80001,
  message:
    '(#80001) There have been too many calls to this Page account. Wait a bit and try again. For more info, please refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting.',
}
const TOO_MANY_MESSENGER: Refusal = {
  code: 80006,
  message:
    '(#80006) There have been too many Messenger calls for this Page. Wait a bit and try again. For more info, please refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting.',
}

const refused = ({ code, message }: Refusal, headers: Record<string, string>) =>
  new GraphFailure({ message, code, is_transient: true }, { headers, challenge: 'invalid_request' })

const appUsage = ({ percent }: Level): Record<string, string> =>
  percent < TOLD_FROM ? {} : { 'x-app-usage': JSON.stringify(percentages(percent)) }

const businessUsage = (pageId: string, type: string, { percent, waitMs }: Level): Record<string, string> => {
  if (percent < TOLD_FROM) return {}
  const minutes = Math.ceil(waitMs / MINUTE_MS)
  const entry = { type, ...percentages(percent), estimated_time_to_regain_access: minutes }
  return { 'x-business-use-case-usage': JSON.stringify({ [pageId]: [entry] }) }
}

/** Processor times are not measured; both follow the number of calls. */
const percentages = (percent: number) => ({
  call_count: percent,
  total_cputime: Math.floor(percent / 4),
  total_time: Math.floor(percent / 3),
})
