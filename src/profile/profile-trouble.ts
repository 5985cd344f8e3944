import type { Trouble } from '../alerts/page-trouble.ts'
import type { GraphError, Verdict } from '../graph/error.ts'

/**
 * The trouble for the operator when Facebook refuses the profile; null for an error that passes by itself or that another part of
 * the bot reports.
 *
 * @param isRead - whether Facebook has told the profile, so that the error is about the change
 */
export const profileTrouble = (error: GraphError, isRead: boolean): Trouble | null => {
  const cure = cureOf(error.verdict, isRead)
  if (cure === null) return null
  const what = isRead
    ? `Facebook does not take the Messenger profile of the script: ${error.message}.`
    : `Facebook does not tell the Messenger profile of the Page: ${error.message}.`
  return { what, ...cure, ...error.cure }
}

const cureOf = (verdict: Verdict, isRead: boolean): Omit<Trouble, 'what'> | null => {
  switch (verdict) {
    case 'bad_request':
    case 'unknown':
      return isRead ? { remedy: CORRECT_SCRIPT } : { remedy: NOT_TOLD, byToken: true }
    case 'permission':
      return {
        remedy: 'Run `npm run bootstrap-token` with a user token that has the permission named here.',
        byToken: true,
      }
    case 'restricted':
      return {
        remedy:
          "Open the Page's Support Inbox on facebook.com, and resolve what it names; it is tried again by itself.",
      }
    // The token probe reports dead tokens and wrong credentials. The other verdicts pass by themselves or never occur on these
    // calls.
    case 'token_invalid':
    case 'configuration':
    case 'rate_limited':
    case 'transient':
    case 'ambiguous':
    case 'outside_window':
    case 'unreachable':
      return null
  }
}

const CORRECT_SCRIPT =
  'Correct `profile` in the script (BOT_SCRIPT) as Facebook says; it is tried again as soon as the file changes.'
const NOT_TOLD =
  'See on facebook.com whether the Page is there and published, and the person who made the token still has full access to it; then run `npm run bootstrap-token`.'

export const doesNotStay = (differs: readonly string[]): Trouble => ({
  what: `The Messenger profile does not stay as the script wants it: ${differs.join(', ')} is set, and differs again.`,
  remedy:
    'See whether another tool or another copy of this bot sets it, too; or take it out of `profile` in the script (BOT_SCRIPT).',
})
