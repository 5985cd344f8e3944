import { NEEDED_SCOPES, PORTFOLIO_SCOPE } from '../channel/messenger.ts'
import { BotError } from '../base/errors.ts'
import { GraphError, type Verdict } from '../graph/error.ts'
import type { Graph } from '../graph/graph.ts'
import { toRefusal } from './refusals.ts'
import { clip } from '../base/clip.ts'

export interface LoginDialog {
  /** `https://www.facebook.com` */
  loginUrl: string
  /** `v25.0` */
  version: string
  appId: string
  /** The address that the browser returns to; must be listed under Facebook Login > Settings > Valid OAuth Redirect URIs. */
  redirectUri: string
  /** Facebook returns it unchanged; proves that the answer belongs to our request. */
  state: string
  /** Whether to ask also for the permission that a Page of a business portfolio needs. */
  portfolio?: boolean
  /** A configuration of Facebook Login for Business; it replaces the permissions. */
  configId?: string | undefined
}

/** The address of the dialog that ends with a code. @see docs/messenger-platform.md#b3 */
export const dialogUrl = (dialog: LoginDialog): string => {
  const { loginUrl, version, appId, redirectUri, state, portfolio, configId } = dialog
  const scopes = [...NEEDED_SCOPES, ...(portfolio === true ? [PORTFOLIO_SCOPE] : [])]
  const url = new URL(`/${version}/dialog/oauth`, loginUrl)
  url.search = new URLSearchParams({
    client_id: appId,
    redirect_uri: redirectUri,
    state,
    response_type: 'code',
    // A configuration may yield a system user's token. Facebook gives its code only when asked with this parameter.
    ...(configId === undefined
      ? { scope: scopes.join(',') }
      : { config_id: configId, override_default_response_type: 'true' }),
    // Without `rerequest` Facebook does not ask again for a declined permission, and each login fails like the one before.
    auth_type: 'rerequest',
  }).toString()
  return url.href
}

/** The query parameters that the dialog sent back. */
export type DialogAnswer = Readonly<Record<string, string | undefined>>

/**
 * Reads the code from the dialog's answer.
 *
 * @throws BotError `BOT_USER_TOKEN_INVALID` with the reason why there is none
 */
export const readCode = (answer: DialogAnswer): string => {
  const { code, error } = answer
  if (code !== undefined && code !== '' && error === undefined) return code
  if (isCancelled(answer)) {
    throw new BotError(
      'BOT_USER_TOKEN_INVALID',
      'The login was cancelled in the dialog, so there is no token.',
      {
        remedy:
          'Start it again and accept. If you did accept: while the app is in development mode, only people with a role in it can log in.',
      },
    )
  }
  const told = answer['error_description'] ?? answer['error_message'] ?? error
  if (answer['error_code'] === NOT_ACTIVE) {
    throw new BotError(
      'BOT_USER_TOKEN_INVALID',
      `The app is not active for you${told === undefined ? '' : `: ${quoted(told)}`}.`,
      {
        remedy:
          'Publish the app in the App dashboard, or have its administrator give you a role (App roles > Roles) and accept that on developers.facebook.com; then log in again.',
      },
    )
  }
  throw new BotError(
    'BOT_USER_TOKEN_INVALID',
    `Facebook ended the login${told === undefined ? ' without a code' : `: ${quoted(told)}`}.`,
    {
      remedy:
        'Check in the App dashboard, under Facebook Login > Settings, that the address you came back to is a valid OAuth redirect URI, and try again.',
    },
  )
}

/** The dialog reports it by its error, or by the numbers alone (docs/messenger-platform.md#m). */
const isCancelled = (answer: DialogAnswer): boolean =>
  answer['error'] === 'access_denied' ||
  answer['error_reason'] === 'user_denied' ||
  answer['error_code'] === CANCELLED

const CANCELLED = '4201'
const NOT_ACTIVE = '1349126'

const quoted = (told: string): string => clip(told, LONGEST).replace(/\.+$/, '')

/**
 * Exchanges the code for a user token; a code works once.
 *
 * @throws BotError `BOT_USER_TOKEN_INVALID` when Facebook does not take the code; otherwise the error of the call
 */
export const redeemCode = async (
  graph: Pick<Graph, 'exchangeCode'>,
  login: { code: string; redirectUri: string },
): Promise<string> => {
  try {
    return (await graph.exchangeCode(login)).token
  } catch (error) {
    if (!(error instanceof GraphError) || !ABOUT_THE_CODE.has(error.verdict)) throw toRefusal(error)
    throw new BotError('BOT_USER_TOKEN_INVALID', `${error.message}.`, {
      cause: error,
      remedy:
        error.remedy ??
        'Start the login again; the code it ends with is good once, and only for a few minutes. If it stays so, do what Facebook says there.',
    })
  }
}

/** At this point no user token exists, so these verdicts are about the code, the person or the app. */
const ABOUT_THE_CODE: ReadonlySet<Verdict> = new Set(['bad_request', 'unknown', 'token_invalid'])

const LONGEST = 300
