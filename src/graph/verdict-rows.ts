import type { BotErrorCode } from '../base/errors.ts'
import type { Hint, Reach, Verdict } from './error.ts'
import { NO_PAGE_TOKEN } from './refusal-words.ts'

/** One line of the table. The first line that fits an answer decides. */
export interface VerdictRow extends RowOptions {
  /**
   * One code, a range of codes, or null for a number that Graph sends sometimes as code and sometimes as subcode. A subcode of
   * seven digits has the same meaning under every code; `code` is then only the one it was seen with.
   */
  code: number | readonly [from: number, to: number] | null
  /** `any`: with any subcode or without one. `none`: only without a subcode. */
  subcode: number | 'any' | 'none'
  verdict: Verdict
  /** The meaning, as the end of a sentence that the operator reads. */
  meaning: string
}

export interface RowOptions {
  /** The row fits only if the message matches, because the same numbers have several meanings. */
  says?: RegExp
  /** The row fits only these calls, because the same numbers mean something else on others. */
  edges?: readonly string[]
  /** The reach of the refusal, where it does not follow from the verdict. */
  reach?: Reach
  /** The remedy, as one or two sentences, where it does not follow from the verdict. */
  remedy?: string
  /** Whether a new user token mends it. */
  byToken?: boolean
  /** Facebook's documentation or a reported case shows that the same call is accepted a moment later. */
  mayPass?: boolean
  hint?: Hint
  /** The error code, where that does not follow from the verdict. */
  errorCode?: BotErrorCode
}

/** Calls for the bot's own Page: if the object is not found, it is the Page, and the token lacks a permission for it. */
export const OWN_PAGE = ['messages', 'sender_action', 'message_attachments', 'pass_thread_control']

const CREDENTIALS =
  'Compare FB_APP_ID and FB_APP_SECRET with App Dashboard > App settings > Basic, correct them and restart the bot.'
const OWN_ROLE =
  'See on facebook.com whether the Page is there and published and the person who made the token still has full access to it; then run `npm run bootstrap-token` and tick the Page and every permission.'

/** Facebook approves the tag separately, so a refusal of it does not concern the Page's other messages. */
export const REFUSED_TAG = {
  reach: 'visitor',
  byToken: false,
  remedy:
    'Have the feature Human Agent approved (App Dashboard > App Review), or take `human_agent` out of `handover` in the script: without it answers from the console go out for 24 hours. Where it is approved, see there that the app still has pages_messaging.',
} as const satisfies RowOptions

export function row(
  code: VerdictRow['code'],
  subcode: VerdictRow['subcode'],
  verdict: Verdict,
  meaning: string,
  options: RowOptions = {},
): VerdictRow {
  return { code, subcode, verdict, meaning, ...options }
}

/** The app's own id or secret is wrong. */
export function credentials(code: VerdictRow['code'], meaning: string, says?: RegExp): VerdictRow {
  return row(code, 'any', 'configuration', meaning, { remedy: CREDENTIALS, ...(says && { says }) })
}

/** Another fault in the set-up of the app or this machine that only the operator can mend. */
export function setup(code: VerdictRow['code'], meaning: string, options: RowOptions): VerdictRow {
  return row(code, 'any', 'configuration', meaning, { errorCode: 'BOT_GRAPH_REJECTED', ...options })
}

/** Facebook says that the token of the call is dead, and why. */
export function dead(subcode: number, meaning: string, options: RowOptions = {}): VerdictRow {
  return row(190, subcode, 'token_invalid', meaning, { hint: 'token_dead', ...options })
}

/** A call for the bot's own Page does not find the Page. */
export function noPage(code: VerdictRow['code'], subcode: VerdictRow['subcode'], says?: RegExp): VerdictRow {
  const about = { edges: OWN_PAGE, remedy: OWN_ROLE, byToken: true, ...(says && { says }) }
  return row(code, subcode, 'permission', 'the Page is not there for this token', about)
}

/** The call had a user token or another one that is not of a Page. */
export function noPageToken(code: VerdictRow['code']): VerdictRow {
  return row(code, 'any', 'permission', 'the stored token is none of a Page', {
    says: NO_PAGE_TOKEN,
    remedy: 'Messages go out with a token of the Page itself: run `npm run bootstrap-token` to store one.',
    byToken: true,
  })
}

/** Facebook refuses the tag of a message. The bot sends messages without a tag or with HUMAN_AGENT. */
export function refusedTag(subcode: VerdictRow['subcode'], says?: RegExp): VerdictRow {
  const about = { ...REFUSED_TAG, edges: OWN_PAGE, ...(says && { says }) }
  return row(100, subcode, 'permission', 'the tag of the message is not allowed, or no longer exists', about)
}

export function either(number: number, verdict: Verdict, meaning: string, options?: RowOptions): VerdictRow {
  return row(null, number, verdict, meaning, options)
}
