import { GraphError } from '../graph/error.ts'

/** What keeps a Page's token from being used although it is not dead. The operator has to mend it. */
export interface TokenTrouble {
  cause: 'configuration' | 'permission' | 'restricted'
  /** What happened, as one sentence without secrets. */
  what: string
  /** What to do, as one sentence. */
  remedy: string
  /** Whether a new user token mends it. */
  byToken?: boolean
}

const CREDENTIALS =
  'Compare FB_APP_ID and FB_APP_SECRET with App dashboard > App settings > Basic, and restart the bot.'

export const troubles = {
  /** Null for what passes by itself, such as an outage. */
  fromProbe: (error: Error): TokenTrouble | null => {
    if (!(error instanceof GraphError)) return null
    // Asked about a token of another app, Graph answers that the request is wrong.
    const isOurs = error.verdict === 'configuration' || error.verdict === 'bad_request'
    return isOurs
      ? {
          cause: 'configuration',
          what: `Facebook does not let this app inspect the token: ${error.message}.`,
          remedy: CREDENTIALS,
        }
      : null
  },

  anotherApp: (tokenAppId: string, appId: string): TokenTrouble => ({
    cause: 'configuration',
    what: `The token was made for app ${tokenAppId}, but FB_APP_ID is ${appId}.`,
    remedy:
      'Set FB_APP_ID and FB_APP_SECRET back, or run `npm run bootstrap-token` with a user token of this app.',
    byToken: true,
  }),

  permissionLost: (): TokenTrouble => ({
    cause: 'permission',
    what: 'The token works, but pages_messaging was taken from it.',
    remedy: 'Run `npm run bootstrap-token` with a user token that has pages_messaging.',
    byToken: true,
  }),

  disputed: (doubt: string): TokenTrouble => ({
    cause: 'restricted',
    what: `Facebook calls the token valid, yet refuses calls with it. ${doubt}`,
    remedy:
      'See whether the Page is published and not restricted; then run `npm run bootstrap-token` with a new user token.',
    byToken: true,
  }),
}
