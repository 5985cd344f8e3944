import { NEEDED_SCOPES } from '../channel/messenger.ts'
import { GraphError } from '../graph/error.ts'
import type { AccountPage, Graph, TokenFacts } from '../graph/graph.ts'
import { isGranted } from './grants.ts'
import { meaningOf, refusals } from './refusals.ts'
import { allows } from './tasks.ts'

/** A Page with a token that was proved never to expire. */
export interface ProvenPage {
  id: string
  name: string | null
  pageToken: string
  tasks: string[] | null
  facts: TokenFacts
}

/**
 * Asks Graph for the facts of the user token, and refuses one that cannot lead to a Page token.
 *
 * @throws BotError `BOT_USER_TOKEN_INVALID`, `BOT_USER_TOKEN_FOREIGN`, `BOT_USER_TOKEN_SCOPE_MISSING`
 * @throws GraphError when Graph cannot be asked
 */
export const inspect = async (
  graph: Pick<Graph, 'debugToken'>,
  appId: string,
  userToken: string,
): Promise<TokenFacts> => {
  const facts = await graph.debugToken(userToken).catch((error: unknown) => {
    if (error instanceof GraphError && error.hint === 'another_app') {
      throw refusals.userTokenOfAnotherApp(appId, error)
    }
    throw error
  })
  if (facts.appId !== null && facts.appId !== appId) throw refusals.userTokenOfAnotherApp(appId, facts)
  if (!facts.isValid) throw refusals.userTokenDead(facts)
  if (facts.appId === null) throw refusals.userTokenOfAnotherApp(appId, facts)
  if (facts.type === 'PAGE' || facts.type === 'APP') throw refusals.notAUserToken(facts.type)
  const missing = NEEDED_SCOPES.filter((scope) => !facts.scopes.includes(scope))
  if (missing.length > 0) throw refusals.scopesMissing(missing)
  return facts
}

/**
 * Proves that the Page's token never expires and may send for this Page as this app.
 *
 * @throws BotError `BOT_PAGE_TASK_MISSING`, `BOT_PAGE_TOKEN_EXPIRES`, `BOT_PAGE_TOKEN_UNPROVEN`
 * @throws GraphError when Graph cannot be asked
 */
export const prove = async (
  graph: Pick<Graph, 'debugToken' | 'me'>,
  appId: string,
  page: AccountPage,
): Promise<ProvenPage> => {
  const { pageToken, tasks } = page
  if (pageToken === null) throw refusals.noPageToken(page)
  // Unknown spellings of tasks are left for Facebook to judge.
  if (tasks !== null && allows(tasks, 'MESSAGING') === false) throw refusals.taskMissing(page, tasks)

  const facts = await graph.debugToken(pageToken)
  const unproven = (why: string): Error => refusals.pageTokenUnproven(page, why)
  if (!facts.isValid) throw unproven(meaningOf(facts))
  if (facts.appId !== appId)
    throw unproven(`it belongs to ${facts.appId ? `app ${facts.appId}` : 'an unknown app'}`)
  if (facts.type !== 'PAGE') throw unproven(`it is of type ${facts.type ?? 'unknown'}, not PAGE`)
  // Some answers leave out the Page; then `/me` is asked with the token.
  const owner = facts.profileId ?? (await graph.me(pageToken)).id
  if (owner !== page.id) throw unproven(`it belongs to Page ${owner}`)
  if (facts.expiresAtMs === undefined) throw unproven('Facebook does not say that it never expires')
  if (facts.expiresAtMs !== null) throw refusals.pageTokenExpires(page, facts.expiresAtMs)
  if (!isGranted(facts, 'pages_messaging', page.id)) throw unproven('it lacks pages_messaging for this Page')
  return { id: page.id, name: page.name, pageToken, tasks, facts }
}
