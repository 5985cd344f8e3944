import type { BotErrorCode } from '../base/errors.ts'
import type { Hint, Reach, Verdict } from './error.ts'
import { NO_PAGE_TOKEN } from './refusal-words.ts'

/** One line of the table. The first line that fits an answer decides. */
export interface VerdictRow extends RowOptions {
  /**
   * One code, a range of codes, or null for a number that Graph gives as a code here and as a subcode there. Beside a
   * subcode of seven digits, which has one meaning under every code, it is the code that was seen with it.
   */
  code: number | readonly [from: number, to: number] | null
  /** `any`: with any subcode, or none. `none`: only without one. */
  subcode: number | 'any' | 'none'
  verdict: Verdict
  /** What it means, as the end of a sentence: it is shown to the operator. */
  meaning: string
}

export interface RowOptions {
  /** Only where the message says so too; the numbers alone do not tell these apart. */
  says?: RegExp
  /** Only on these calls; the same numbers mean something else on others. */
  edges?: readonly string[]
  /** What the refusal is about, where that does not follow from the verdict. */
  reach?: Reach
  /** What mends it, as one or two sentences, where that does not follow from the verdict. */
  remedy?: string
  /** Whether a new user token mends it. */
  byToken?: boolean
  /** Facebook says, or was seen, to take the same thing a moment later. */
  mayPass?: boolean
  hint?: Hint
  /** The error code, where that does not follow from the verdict. */
  errorCode?: BotErrorCode
}

/** Calls for our own Page: an object that they do not find is the Page, and what they lack is a permission for it. */
export const OWN_PAGE = ['messages', 'sender_action', 'message_attachments', 'pass_thread_control']

const CREDENTIALS =
  'Compare FB_APP_ID and FB_APP_SECRET with App Dashboard > App settings > Basic, correct them and restart the bot.'
const OWN_ROLE =
  'See on facebook.com whether the Page is there and published and the person who made the token still has full access to it; then run `npm run bootstrap-token` and tick the Page and every permission.'

/** The tag is allowed apart from everything else: a refusal of it says nothing of the Page's other messages. */
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

/** Something else about the app or this machine that only the operator can mend. */
export function setup(code: VerdictRow['code'], meaning: string, options: RowOptions): VerdictRow {
  return row(code, 'any', 'configuration', meaning, { errorCode: 'BOT_GRAPH_REJECTED', ...options })
}

/** Facebook says of the token a call was made with that it is dead, and why. */
export function dead(subcode: number, meaning: string, options: RowOptions = {}): VerdictRow {
  return row(190, subcode, 'token_invalid', meaning, { hint: 'token_dead', ...options })
}

/** A call for our own Page does not find it. */
export function noPage(code: VerdictRow['code'], subcode: VerdictRow['subcode'], says?: RegExp): VerdictRow {
  const about = { edges: OWN_PAGE, remedy: OWN_ROLE, byToken: true, ...(says && { says }) }
  return row(code, subcode, 'permission', 'the Page is not there for this token', about)
}

/** A user token, or another that is none of a Page, came where a Page token belongs. */
export function noPageToken(code: VerdictRow['code']): VerdictRow {
  return row(code, 'any', 'permission', 'the stored token is none of a Page', {
    says: NO_PAGE_TOKEN,
    remedy: 'Messages go out with a token of the Page itself: run `npm run bootstrap-token` to store one.',
    byToken: true,
  })
}

/** A message goes out without a tag, or with the one that Facebook has for people. */
export function refusedTag(subcode: VerdictRow['subcode'], says?: RegExp): VerdictRow {
  const about = { ...REFUSED_TAG, edges: OWN_PAGE, ...(says && { says }) }
  return row(100, subcode, 'permission', 'the tag of the message is not allowed, or no longer exists', about)
}

export function either(number: number, verdict: Verdict, meaning: string, options?: RowOptions): VerdictRow {
  return row(null, number, verdict, meaning, options)
}
