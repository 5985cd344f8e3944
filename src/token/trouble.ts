import { GraphError } from '../graph/error.ts'
import { TICK_ALL } from '../graph/remedies.ts'

/** A reason why a valid token of a Page cannot be used. The operator has to mend it. */
export interface TokenTrouble {
  cause: 'configuration' | 'permission' | 'restricted' | 'token_invalid' | 'token_expires'
  /** The trouble, as one sentence without secrets. */
  what: string
  /** The cure, as one sentence. */
  remedy: string
  /** Whether a new user token mends it. */
  byToken?: boolean
}

const CREDENTIALS =
  'Compare FB_APP_ID and FB_APP_SECRET with App dashboard > App settings > Basic, and restart the bot.'

const BACK =
  'Set FB_APP_ID and FB_APP_SECRET back, or run `npm run bootstrap-token` with a user token of this app.'
const DOCTOR = 'Do what Facebook says there; `npm run doctor` checks app, version and token one by one.'

export const troubles = {
  /** Null for a failure that passes by itself, such as an outage. */
  fromProbe: (error: Error): TokenTrouble | null => {
    if (!(error instanceof GraphError)) return null
    // An outage or a rate limit.
    if (error.retryable) return null
    return {
      cause: 'configuration',
      what: `The token cannot be checked: ${error.message}.`,
      remedy:
        error.remedy ??
        (error.hint === 'another_app' ? BACK : error.verdict === 'configuration' ? CREDENTIALS : DOCTOR),
      byToken: error.hint === 'another_app',
    }
  },

  /** A call was refused because of the token, and `debug_token` has not answered for minutes. */
  uncheckable: (pageId: string, doubt: string, why: string): TokenTrouble => ({
    cause: 'token_invalid',
    what: `The token is probably dead, and Facebook does not let it be checked (${why}). ${doubt}`,
    remedy: `Run \`npm run bootstrap-token -- --page ${pageId}\` with a new user token; the running bot takes it at once. If the old token lives after all, sending goes on by itself.`,
    byToken: true,
  }),

  /** The token was proved never to expire, and Facebook now gives it an end. */
  expires: (pageId: string, expiresAtMs: number): TokenTrouble => ({
    cause: 'token_expires',
    what: `The token works, but Facebook now gives it an end: it expires on ${new Date(expiresAtMs).toISOString()}.`,
    remedy: `Run \`npm run bootstrap-token -- --page ${pageId}\` with a new user token before that; the running bot takes it at once.`,
    byToken: true,
  }),

  anotherApp: (tokenAppId: string, appId: string): TokenTrouble => ({
    cause: 'configuration',
    what: `The token was made for app ${tokenAppId}, but FB_APP_ID is ${appId}.`,
    remedy: BACK,
    byToken: true,
  }),

  /** Each login of a person replaces what that person had granted the app before, for tokens made earlier, too. */
  permissionLost: (isGrantedElsewhere: boolean): TokenTrouble => ({
    cause: 'permission',
    what: isGrantedElsewhere
      ? 'The token works, but pages_messaging is granted for other Pages now, not for this one.'
      : 'The token works, but pages_messaging was taken from it.',
    ...TICK_ALL,
  }),

  disputed: (doubt: string, remedy: string | null): TokenTrouble => ({
    cause: 'restricted',
    what: `Facebook calls the token valid, yet refuses calls with it. ${doubt}`,
    remedy:
      remedy ??
      'See whether the Page is published and not restricted; then run `npm run bootstrap-token` with a new user token.',
    byToken: true,
  }),
}
