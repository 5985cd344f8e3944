import type { DeadReason } from '../../messages.ts'
import type { GraphError } from '../../graph/error.ts'
import type { GraphFacts } from '../../store/store.ts'
import type { Closing } from './gates.ts'

/** What to do about a refused send. Derived from the verdict alone; see {@link ../graph/verdicts.ts}. */
export type Refusal =
  | { do: 'suspect_token' }
  | { do: 'close_page'; why: Closing; atLeastMs: number }
  | { do: 'bury'; reason: DeadReason }
  | { do: 'retry' }
  /** It may have gone out: look before sending again. */
  | { do: 'doubt' }

export const refusalOf = (error: GraphError): Refusal => {
  switch (error.verdict) {
    case 'token_invalid':
      return { do: 'suspect_token' }
    case 'configuration':
    case 'permission':
    case 'restricted':
      return { do: 'close_page', why: { cause: error.verdict, ...advice(error) }, atLeastMs: 0 }
    case 'rate_limited':
      return { do: 'close_page', why: { cause: 'rate_limited' }, atLeastMs: error.retryAfterMs ?? 0 }
    case 'outside_window':
    case 'unreachable':
    case 'bad_request':
      return { do: 'bury', reason: error.verdict }
    case 'transient':
      return { do: 'retry' }
    case 'ambiguous':
    case 'unknown':
      return { do: 'doubt' }
  }
}

export const factsOf = (error: GraphError): GraphFacts => ({
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

const advice = (error: GraphError): { what: string; remedy: string; byToken: boolean } => ({
  what: `Facebook refuses to send for this Page: ${error.message}.`,
  remedy: REMEDIES[error.verdict as keyof typeof REMEDIES],
  byToken: error.verdict === 'permission',
})
