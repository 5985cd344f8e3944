import { WEBHOOK_FIELDS } from '../../channel/messenger.ts'
import { diffProfile, PROFILE_FIELDS, toMessengerProfile } from '../../profile/messenger-profile.ts'
import { GraphError } from '../../graph/error.ts'
import type { TokenFacts } from '../../graph/graph.ts'
import type { StoredPageToken } from '../../store/tokens/records.ts'
import { isGranted } from '../../token/grants.ts'
import { deathRemedy, meaningOf } from '../../token/refusals.ts'
import { allows } from '../../token/tasks.ts'
import { check, type Check } from '../check.ts'
import { GRAPH_SETTINGS, pagesOf, type DoctorContext } from '../context.ts'
import { failure, ok, skipped, warning, type CheckResult } from '../check-result.ts'
import { plural } from '../../base/numbers.ts'
import { isoDay } from '../words.ts'
import { graphTrouble } from './facebook.ts'

/** The checks of each Page with a token. */
export const pageChecks = (context: DoctorContext): Check[] =>
  pagesOf(context).flatMap((page) => checksOf(page, context))

const checksOf = (page: StoredPageToken, context: DoctorContext): Check[] => {
  const { pageId } = page
  const id = (name: string): string => `${name} ${pageId}`
  const common = { pageId, section: `${page.name ?? 'Page'} (${pageId})` }
  return [
    check({
      ...common,
      id: id('token'),
      title: 'Token',
      settings: GRAPH_SETTINGS,
      after: ['app'],
      run: ({ FB_APP_ID }) => checkToken(page, FB_APP_ID, context),
    }),
    check({
      ...common,
      id: id('permissions'),
      title: 'Permissions',
      settings: GRAPH_SETTINGS,
      after: [id('token')],
      run: () => checkPermissions(page, context),
    }),
    check({
      ...common,
      id: id('tasks'),
      title: 'Tasks',
      settings: GRAPH_SETTINGS,
      after: [id('token')],
      run: () => checkTasks(page, context),
    }),
    check({
      ...common,
      id: id('subscription'),
      title: 'Page webhook',
      settings: GRAPH_SETTINGS,
      after: [id('token')],
      run: () => checkSubscription(page, context),
    }),
    check({
      ...common,
      id: id('profile'),
      title: 'Profile',
      settings: [...GRAPH_SETTINGS, 'BOT_SCRIPT', 'DATA_DIR'],
      after: [id('token'), id('permissions'), 'script'],
      run: ({ BOT_SCRIPT, DATA_DIR }) => checkProfile(page, BOT_SCRIPT, DATA_DIR, context),
    }),
    check({
      ...common,
      id: id('renewal'),
      title: 'Renewal',
      settings: GRAPH_SETTINGS,
      after: ['app'],
      run: () => checkRenewal(page, context),
    }),
  ]
}

const renew = ({ pageId }: StoredPageToken): string => `npm run bootstrap-token -- --page ${pageId}`

const checkToken = async (
  page: StoredPageToken,
  appId: string,
  context: DoctorContext,
): Promise<CheckResult> => {
  let facts: TokenFacts
  try {
    facts = await context.inspect(page.token)
  } catch (error) {
    if (error instanceof GraphError && error.hint === 'another_app') return foreign(page, page.appId, appId)
    return graphTrouble(error, renew(page))
  }
  if (facts.appId !== null && facts.appId !== appId) return foreign(page, facts.appId, appId)
  if (!facts.isValid) return failure(`dead: ${meaningOf(facts)}`, deathRemedy(facts) ?? renew(page))
  if (facts.type !== null && facts.type !== 'PAGE')
    return failure(`it is of type ${facts.type}, not PAGE`, renew(page))
  if (facts.profileId !== null && facts.profileId !== page.pageId) {
    return failure(`it belongs to Page ${facts.profileId}`, renew(page))
  }
  if (facts.expiresAtMs) return failure(`it works, but expires on ${isoDay(facts.expiresAtMs)}`, renew(page))
  if (facts.expiresAtMs === undefined)
    return warning('it works; Facebook does not say whether it expires', renew(page))
  return ok(`works and never expires${dataAccess(facts)}`)
}

/** For information only: data access does not matter for messaging (docs/messenger-platform.md#b6). */
const dataAccess = ({ dataAccessExpiresAtMs: atMs }: TokenFacts): string =>
  atMs ? ` (data access until ${isoDay(atMs)}, which messaging does not need)` : ''

const foreign = (page: StoredPageToken, tokenAppId: string, appId: string): CheckResult =>
  failure(
    `it was made for ${tokenAppId === appId ? 'another app' : `app ${tokenAppId}`}, but FB_APP_ID is ${appId}`,
    `Set FB_APP_ID and FB_APP_SECRET to that app, or: ${renew(page)}`,
  )

const checkPermissions = async (page: StoredPageToken, context: DoctorContext): Promise<CheckResult> => {
  const facts = await context.inspect(page.token)
  if (!isGranted(facts, 'pages_messaging', page.pageId)) {
    return failure(`${lost(facts, 'pages_messaging')}, so nothing can be sent`, renew(page))
  }
  if (!isGranted(facts, 'pages_manage_metadata', page.pageId)) {
    return warning(
      `${lost(facts, 'pages_manage_metadata')}, so webhooks cannot be subscribed again`,
      renew(page),
    )
  }
  return ok('pages_messaging and pages_manage_metadata')
}

const lost = ({ scopes }: TokenFacts, scope: string): string =>
  scopes.includes(scope)
    ? `${scope} was granted for other Pages, not for this one`
    : `${scope} was taken from it, or never granted`

const checkTasks = async (page: StoredPageToken, context: DoctorContext): Promise<CheckResult> => {
  const told = await currentTasks(page, context)
  const tasks = told ?? page.tasks
  if (tasks === null) return skipped('Facebook does not tell the tasks of this Page')
  const asOf =
    told === null
      ? `, as of ${isoDay(page.provedAtMs)} when the token was made; Facebook cannot be asked now`
      : ''
  const next =
    'Give that person full access (Page settings > Page access), or renew the token as another one.'
  const may = { message: allows(tasks, 'MESSAGING'), moderate: allows(tasks, 'MODERATE') }
  if (may.message === false) {
    return failure(`the person behind the token may not answer messages (no task MESSAGING)${asOf}`, next)
  }
  if (may.moderate === false) {
    return warning(`the person behind the token may not subscribe webhooks (no task MODERATE)${asOf}`, next)
  }
  return ok(
    may.message === null || may.moderate === null
      ? `not known to lack any: ${tasks.join(', ')}${asOf}`
      : `MESSAGING and MODERATE${asOf}`,
  )
}

/**
 * The person's present tasks on the Page. Only the user token tells them, while it is valid. `tasks` is documented for the list
 * of Pages only; a Page that the list lacks is asked for by its id.
 */
const currentTasks = async (page: StoredPageToken, context: DoctorContext): Promise<string[] | null> => {
  const user = userOf(page, context)
  if (user === undefined) return null
  const graph = context.graph()
  try {
    for await (const { id, tasks } of graph.accounts(user.token))
      if (id === page.pageId && tasks) return tasks
    return (await graph.page(page.pageId, user.token)).tasks
  } catch (error) {
    return orNull(error)
  }
}

const checkSubscription = async (page: StoredPageToken, context: DoctorContext): Promise<CheckResult> => {
  try {
    const fields = await context.graph().subscribedFields(page.pageId, page.token)
    if (fields === null) return failure('the Page sends its webhooks to this app no longer', renew(page))
    const missing = WEBHOOK_FIELDS.filter((field) => !fields.includes(field))
    if (missing.includes('messages'))
      return failure('the Page sends no messages: the field is not subscribed', renew(page))
    if (missing.length > 0) return warning(`subscribed, but without ${missing.join(', ')}`, renew(page))
    return ok(`${plural(fields.length, 'field')} subscribed`)
  } catch (error) {
    return graphTrouble(error, renew(page))
  }
}

const checkProfile = async (
  page: StoredPageToken,
  main: string,
  dir: string,
  context: DoctorContext,
): Promise<CheckResult> => {
  const scripts = await context.scripts(main)
  const wanted = toMessengerProfile(scripts.of(page.pageId))
  const file = scripts.all().find(({ pageIds }) => pageIds?.includes(page.pageId))?.file ?? main
  if (wanted === null) return ok(`${file} says nothing of it; left alone`)
  try {
    const change = diffProfile(await context.graph().messengerProfile(page.token, PROFILE_FIELDS), wanted)
    const differing = [...Object.keys(change.set), ...change.delete]
    if (differing.length === 0) return ok(`as ${file} wants it`)
    return warning(
      `${differing.join(', ')} ${differing.length === 1 ? 'differs' : 'differ'} from ${file}`,
      context.holder(dir) === null
        ? 'Start the bot: it sets the profile.'
        : 'The bot sets it within minutes; if it stays so, look for "profile" in the log.',
    )
  } catch (error) {
    return graphTrouble(error, 'See the log of the bot for "profile".')
  }
}

/**
 * Whether a dead Page token could be replaced without a person. If not, the result is still ok, because the operator is then
 * asked for a token.
 */
const checkRenewal = async (page: StoredPageToken, context: DoctorContext): Promise<CheckResult> => {
  const user = userOf(page, context)
  const facts = user && (await context.inspect(user.token).catch(orNull))
  if (!facts?.isValid) return ok('a person is needed when this token dies: no user token is kept that works')
  const until = facts.expiresAtMs ? `until ${isoDay(facts.expiresAtMs)}` : 'for ever'
  return ok(`the bot can make this token anew by itself ${until}, unless the user token dies with it`)
}

const userOf = (page: StoredPageToken, { tokens }: DoctorContext) =>
  tokens instanceof Error ? undefined : tokens.users.find(({ userId }) => userId === page.userId)

const orNull = (error: unknown): null => {
  if (error instanceof GraphError) return null
  throw error
}
