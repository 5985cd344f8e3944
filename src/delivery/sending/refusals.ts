import type { FinalRefusal } from '../../messages.ts'
import type { GraphError } from '../../graph/error.ts'
import type { GraphFacts } from '../../store/dead-letters.ts'
import type { Closing } from './closing.ts'
import type { StuckRefusal } from './stuck.ts'

/** What to do with a refused send. It depends on the error's facts alone; see {@link ../../graph/verdicts.ts}. */
export type Refusal =
  | { do: 'suspect_token' }
  /** `ifOfVisitor`: the refusal to use where other visitors' messages go through meanwhile. */
  | { do: 'close_page'; why: Closing; atLeastMs: number; ifOfVisitor?: StuckRefusal }
  /** The conversation waits and tries slowly. `isInDoubt`: the reply may have gone out. */
  | { do: 'park'; refusal: StuckRefusal; isInDoubt: boolean }
  /** `mayPass`: Facebook may take the same message a moment later. `ifOfPage`: the refusal to use when the Page turns out to be the reason. */
  | { do: 'bury'; reason: FinalRefusal; mayPass: boolean; ifOfPage?: StuckRefusal }
  | { do: 'retry' }
  /** The reply may have gone out: look for it before sending it again. */
  | { do: 'doubt' }

export const refusalOf = (error: GraphError): Refusal => {
  switch (error.verdict) {
    case 'token_invalid':
      return { do: 'suspect_token' }
    case 'configuration':
    case 'permission':
    case 'restricted':
      if (error.reach === 'visitor') return park(error)
      return {
        do: 'close_page',
        why: { cause: error.verdict, ...advice(error) },
        atLeastMs: 0,
        ifOfVisitor: stuckBy(error),
      }
    case 'rate_limited':
      if (error.reach === 'visitor') return park(error)
      return {
        do: 'close_page',
        why: { cause: 'rate_limited' },
        atLeastMs: error.retryAfterMs ?? 0,
        // Facebook also limits the messages of one conversation (docs/messenger-platform.md#d1). A wait that it asks for is the Page's.
        ...(error.retryAfterMs === null && { ifOfVisitor: stuckBy(error, LIMITED) }),
      }
    case 'outside_window':
      return { do: 'bury', reason: error.verdict, mayPass: false }
    case 'unreachable':
      return { do: 'bury', reason: error.verdict, mayPass: error.mayPass, ifOfPage: nobodyReached(error) }
    case 'bad_request':
      return { do: 'bury', reason: error.verdict, mayPass: error.mayPass }
    case 'unknown':
      return park(error)
    case 'transient':
      return { do: 'retry' }
    case 'ambiguous':
      return { do: 'doubt' }
  }
}

const nobodyReached = (error: GraphError): StuckRefusal => ({
  same: sameOf(error),
  trouble: {
    what: `Facebook calls one visitor of this Page after another unreachable, and takes no message between: ${error.message}.`,
    remedy: error.remedy ?? NOBODY_REACHED,
    byToken: error.remedy === undefined,
  },
})

const sameOf = ({ verdict, graphCode, httpStatus, subcode }: GraphError): string =>
  `${verdict} ${graphCode ?? httpStatus}/${subcode}`

const park = (error: GraphError): Refusal => ({
  do: 'park',
  refusal: stuckBy(error),
  isInDoubt: error.verdict === 'unknown',
})

const stuckBy = (error: GraphError, remedy = UNKNOWN): StuckRefusal => ({
  same: sameOf(error),
  trouble: {
    what: `Facebook refuses to send to some visitors of this Page: ${error.message}.`,
    remedy: error.remedy ?? remedy,
    byToken: error.byToken,
  },
})

export const graphFactsOf = (error: GraphError): GraphFacts => ({
  verdict: error.verdict,
  code: error.graphCode,
  subcode: error.subcode,
  fbtraceId: error.fbtraceId,
  message: error.message,
})

const REMEDIES = {
  configuration:
    'Compare FB_APP_ID and FB_APP_SECRET with App Dashboard > App settings > Basic, correct them and restart the bot.',
  permission:
    'Grant the app the permission named here (App Review > Permissions, or run `npm run bootstrap-token` to log in again with it); sending is tried again by itself.',
  restricted:
    "Open the Page's Support Inbox on facebook.com, see which policy is named there and resolve it; sending is tried again by itself.",
} as const

const NOBODY_REACHED =
  'See on facebook.com that the Page is published and takes messages; then run `npm run bootstrap-token`, as the token may be none of this Page. Replies that wait are tried again by themselves; the first one is a dead letter (`npm run dead-letters`).'

const UNKNOWN =
  'Look up what Facebook says here, and run `npm run doctor`; sending is tried again by itself until the 24 hours are over.'

const LIMITED =
  'Facebook limits the messages of one conversation, too, and other visitors are answered: see in the console whether a program writes there without end, and in App Dashboard > Application rate limit whether another one sends for this Page. Sending is tried again by itself until the 24 hours are over.'

const advice = (error: GraphError): { what: string; remedy: string; byToken: boolean } => ({
  what: `Facebook refuses to send for this Page: ${error.message}.`,
  remedy: error.remedy ?? REMEDIES[error.verdict as keyof typeof REMEDIES],
  byToken: error.remedy === undefined ? error.verdict === 'permission' : error.byToken,
})
