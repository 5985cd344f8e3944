import { BotError, type BotErrorCode } from '../base/errors.ts'
import { GraphError, type Verdict } from '../graph/error.ts'
import { NEEDED_SCOPES } from '../channel/messenger.ts'
import type { AccountPage, TokenFacts } from '../graph/graph.ts'
import { findRow } from '../graph/decide.ts'

const NEW_TOKEN = `Make a new user token with ${NEEDED_SCOPES.join(', ')} and use it while it is fresh.`
const WHILE_SAVED = 'The token is saved and in use.'
const RUN_AGAIN = 'Run this again in a minute.'
const MODERATION =
  'The person who made the token needs the moderation task on the Page, and pages_manage_metadata granted for this very Page; then run this again.'
/** Facebook may refuse a missing right with a bad request, too. */
const ABOUT_RIGHTS: ReadonlySet<Verdict> = new Set(['permission', 'bad_request'])

type PageName = Pick<AccountPage, 'id' | 'name'>

/** Why a bootstrap stops: the trouble and its cure. Messages never hold a token. */
export const refusals = {
  userTokenDead: (facts: TokenFacts) =>
    refusal('BOT_USER_TOKEN_INVALID', `The user token does not work: ${meaningOf(facts)}.`, NEW_TOKEN),

  userTokenOfAnotherApp: (appId: string, facts: TokenFacts | GraphError) =>
    refusal(
      'BOT_USER_TOKEN_FOREIGN',
      facts instanceof GraphError
        ? `Facebook does not say that the user token was made for this app (${appId}): ${facts.message}.`
        : facts.appId
          ? `The user token was made for app ${facts.appId}, not for this app (${appId}).`
          : `Facebook does not say that the user token was made for this app (${appId}).`,
      `Make the user token with app ${appId} chosen, or set FB_APP_ID and FB_APP_SECRET to the other app.`,
    ),

  notAUserToken: (type: string) =>
    refusal(
      'BOT_USER_TOKEN_INVALID',
      `This is ${type === 'PAGE' ? 'a Page token' : `a token of type ${type}`}, not a user token.`,
      'In the Graph API Explorer choose "User Token" under "User or Page", generate it and try again.',
    ),

  scopesMissing: (missing: readonly string[]) =>
    refusal(
      'BOT_USER_TOKEN_SCOPE_MISSING',
      `The user token lacks ${missing.join(', ')}.`,
      `Make a new user token, add ${missing.length === 1 ? 'that permission' : 'those permissions'} and accept ${missing.length === 1 ? 'it' : 'them'} in the dialog.`,
    ),

  noPage: () =>
    refusal(
      'BOT_PAGE_NOT_FOUND',
      'The user token reaches no Page.',
      'Make a new user token and tick the Page in the dialog; for a Page owned by a business portfolio add business_management, or name the Page with --page ID, in the console in the field for it.',
    ),

  pageIsApp: (appId: string) =>
    refusal(
      'BOT_PAGE_NOT_FOUND',
      `${appId} is the id of the app, not of a Page.`,
      'Take the id of the Page (Page > About > Page transparency), or name none: the Pages that the user token reaches are then listed.',
    ),

  pageUnknown: (pageId: string, cause: GraphError | null) =>
    refusal(
      'BOT_PAGE_NOT_FOUND',
      `The user token does not reach Page ${pageId}${cause?.said ? `: ${cause.said}` : ''}.`,
      'Check the id (Page > About > Page transparency; the one in the address of the Page, profile.php?id=, may be another), and that the person who made the token has a role on the Page and ticked it in the dialog.',
      cause,
    ),

  choiceNeeded: (pages: readonly PageName[]) =>
    refusal(
      'BOT_PAGE_CHOICE_NEEDED',
      `The user token reaches ${pages.length} Pages: ${pages.map((page) => `${page.name ?? 'unnamed'} (${page.id})`).join(', ')}.`,
      'Name the Page with --page ID (repeatable), or take all of them with --all.',
    ),

  noPageChosen: () =>
    refusal('BOT_PAGE_CHOICE_NEEDED', 'No Page was chosen.', 'Start again and choose at least one Page.'),

  noPageToken: (page: PageName) =>
    refusal(
      'BOT_PAGE_TASK_MISSING',
      `Facebook gives no Page token for ${label(page)}: the person who made the user token has no suitable role on it.`,
      'Give that person full access to the Page, or messaging at least (Page settings > Page access), and try again.',
    ),

  taskMissing: (page: PageName, tasks: readonly string[]) =>
    refusal(
      'BOT_PAGE_TASK_MISSING',
      `The person who made the user token may not answer messages for ${label(page)} (tasks: ${tasks.join(', ') || 'none'}).`,
      'Give that person the messaging task (Page settings > Page access), and try again.',
    ),

  pageTokenExpires: (page: PageName, expiresAtMs: number) =>
    refusal(
      'BOT_PAGE_TOKEN_EXPIRES',
      `The Page token of ${label(page)} would expire on ${new Date(expiresAtMs).toISOString()}; only one that never expires is saved.`,
      'Make a new user token with this app and try again; for a system user, generate its token with the expiration "never".',
    ),

  pageTokenUnproven: (page: PageName, why: string) =>
    refusal(
      'BOT_PAGE_TOKEN_UNPROVEN',
      `The Page token of ${label(page)} was not accepted: ${why}.`,
      `${NEW_TOKEN} Tick this Page for every permission in the dialog.`,
    ),

  subscriptionFailed: (page: PageName, cause: GraphError) =>
    refusal(
      'BOT_SUBSCRIPTION_FAILED',
      `${label(page)} could not be subscribed to this app's webhooks: ${cause.message}. ${savedBut(cause)}`,
      cause.retryable
        ? RUN_AGAIN
        : (cause.remedy ?? (ABOUT_RIGHTS.has(cause.verdict) ? MODERATION : remedyOf(cause))),
      cause,
    ),

  /** A warning as text, because the bootstrap goes on after it. */
  webhookFailed: (url: string, cause: GraphError) =>
    refusal(
      'BOT_SUBSCRIPTION_FAILED',
      `Facebook does not send this app's webhooks to ${url} yet: ${cause.message}. ${
        cause.verdict === 'bad_request'
          ? `Start the bot, so that it answers there; "npm run doctor" tells whether it does. Then run this again.`
          : RUN_AGAIN
      }`,
      RUN_AGAIN,
      cause,
    ),

  readFailed: (page: PageName, cause: GraphError) =>
    refusal(
      'BOT_PAGE_TOKEN_UNPROVEN',
      `${label(page)} could not be read with its new token: ${cause.message}. ${savedBut(cause)}`,
      cause.retryable ? RUN_AGAIN : (cause.remedy ?? remedyOf(cause)),
      cause,
    ),
}

/**
 * A failed Graph call as an error for the person who runs the bootstrap: Facebook's own words, and a cure where the table has one. Other
 * errors are returned unchanged.
 */
export const toRefusal = (error: unknown): unknown => {
  if (!(error instanceof GraphError)) return error
  const isDead = error.verdict === 'token_invalid'
  const isAboutApp = error.code === 'BOT_APP_CREDENTIALS_WRONG'
  const what = isDead
    ? `The user token does not work: ${error.said ?? error.message}`
    : isAboutApp
      ? `Facebook does not accept the app id and app secret: ${error.message}`
      : error.message
  return new BotError(isDead ? 'BOT_USER_TOKEN_INVALID' : codeOf(error), `${what}.`.replace(/\.{2,}$/, '.'), {
    cause: error,
    retryable: error.retryable,
    remedy: error.remedy ?? remedyOf(error),
  })
}

/** A proved token may die before the last step. */
const savedBut = ({ verdict }: GraphError): string =>
  verdict === 'token_invalid' ? 'The token was saved, and has died since.' : WHILE_SAVED

const codeOf = ({ code, verdict }: GraphError): BotErrorCode =>
  verdict === 'rate_limited' ? 'BOT_GRAPH_REJECTED' : code

const remedyOf = ({ verdict, retryAfterMs }: GraphError): string => {
  switch (verdict) {
    case 'configuration':
      return 'Compare FB_APP_ID and FB_APP_SECRET with App dashboard > App settings > Basic.'
    case 'token_invalid':
    case 'permission':
      return NEW_TOKEN
    case 'transient':
    case 'ambiguous':
      return 'Try again in a minute; if it stays so, check that this machine reaches FB_GRAPH_URL, and metastatus.com.'
    case 'rate_limited':
      return `Try again in ${Math.ceil((retryAfterMs ?? DEFAULT_WAIT_MS) / 60_000)} minutes.`
    case 'restricted':
    case 'bad_request':
    case 'outside_window':
    case 'unreachable':
    case 'unknown':
      return 'Do what Facebook says there; `npm run doctor` checks app, version, token and permissions one by one.'
  }
}

/** Why Facebook calls a token invalid, as the end of a sentence. */
export const meaningOf = ({ error, expiresAtMs }: Pick<TokenFacts, 'error' | 'expiresAtMs'>): string => {
  const row = error && findRow({ ...error, message: error.message ?? '' })
  if (row && (row.subcode !== 'any' || row.says)) return row.meaning
  const said = error?.message?.replace(/\.$/, '')
  if (expiresAtMs && said) return `${said} (it expired on ${new Date(expiresAtMs).toISOString()})`
  return said ?? row?.meaning ?? 'Facebook calls it invalid'
}

/** The cure of a dead token where a new token is not enough; null otherwise. */
export const deathRemedy = ({ error }: Pick<TokenFacts, 'error'>): string | null => {
  const row = error && findRow({ ...error, message: error.message ?? '' })
  return row?.verdict === 'token_invalid' ? (row.remedy ?? null) : null
}

const DEFAULT_WAIT_MS = 15 * 60_000

const label = ({ id, name }: PageName): string => (name === null ? `Page ${id}` : `${name} (${id})`)

const refusal = (code: BotErrorCode, message: string, remedy: string, cause?: unknown): BotError =>
  new BotError(code, message.replace(/\.{2,}$/, '.'), { remedy, ...(cause !== undefined && { cause }) })
