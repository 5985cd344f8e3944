import type { Trouble } from '../../alerts/page-trouble.ts'
import type { Clock } from '../../base/clock.ts'
import type { GraphError } from '../../graph/error.ts'

/**
 * Raises a need when no message of a Page has gone through for long, although each failure looks temporary. Codes 1 and 2 come in every
 * outage, but also for ever where the app lacks an approval (docs/messenger-platform.md#m).
 */
export interface LongOutage {
  /** @param isNew - whether the conversation has not failed before; a conversation may fail for ever for a reason of its own */
  failed: (conversation: number, isNew: boolean, error: GraphError) => void
  /** Facebook limits the Page and takes nothing for `waitMs`. */
  limited: (waitMs: number) => void
  /** A message of the Page went through, or no message waits any more. */
  over: () => void
}

/** Most outages are over by then. */
const LONG_MS = 30 * 60_000
/** Fewer failing conversations may be visitors who blocked the Page, on a day without other visitors. */
const SEVERAL = 3

export const createLongOutage = (deps: {
  clock: Pick<Clock, 'elapsed'>
  raise: (trouble: Trouble) => void
  /** Settles the need that was raised. */
  settle: () => void
}): LongOutage => {
  const { clock, raise, settle } = deps
  /** Conversations that began to fail since the last success, and when the first of them did. */
  const conversations = new Set<number>()
  let sinceMs = 0
  let limitedSinceMs: number | null = null
  let isTold = false

  return {
    limited: (waitMs) => {
      const nowMs = clock.elapsed()
      limitedSinceMs ??= nowMs
      const lastsMs = nowMs - limitedSinceMs + waitMs
      if (isTold || lastsMs < LONG_MS) return
      isTold = true
      raise({
        what: `Facebook says that there were too many calls, and takes no message of this Page for ${Math.floor(lastsMs / 60_000)} minutes.`,
        remedy: LIMITED,
        byToken: false,
      })
    },
    failed: (conversation, isNew, error) => {
      if (isNew && conversations.size === 0) sinceMs = clock.elapsed()
      if (isNew && conversations.size < SEVERAL) conversations.add(conversation)
      const lastedMs = clock.elapsed() - sinceMs
      if (isTold || conversations.size < SEVERAL || lastedMs < LONG_MS) return
      isTold = true
      raise({
        what: `Facebook has taken no message of this Page for ${Math.floor(lastedMs / 60_000)} minutes: ${error.message}.`,
        remedy: error.remedy ?? (error.answered ? REFUSED : UNREACHED),
        byToken: error.byToken,
      })
    },
    over: () => {
      conversations.clear()
      limitedSinceMs = null
      if (isTold) settle()
      isTold = false
    },
  }
}

const TRIED_ON = 'Sending is tried again by itself until the 24 hours are over.'
const REFUSED = `Look at metastatus.com; if Messenger works there, check in the App Dashboard that the app is published, has advanced access to pages_messaging and needs no verification. ${TRIED_ON}`
const LIMITED = `See in App Dashboard > Application rate limit whether another program calls Facebook with this app or for this Page, and end that. ${TRIED_ON}`
const UNREACHED = `Run \`npm run doctor\`, which tells whether this machine reaches Facebook; if it does, look at metastatus.com. ${TRIED_ON}`
