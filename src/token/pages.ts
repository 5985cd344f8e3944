import { GraphError, type Verdict } from '../graph/error.ts'
import type { AccountPage, Graph, TokenFacts } from '../graph/graph.ts'
import { refusals } from './refusals.ts'

// Each costs a call; a person who granted more than this can name the Page.
const MOST_HIDDEN = 50

/**
 * The Pages a user token reaches: those Graph lists and, since a Page of a business portfolio is often missing there,
 * those the permissions were granted for.
 *
 * @throws GraphError when Graph cannot be asked
 * @see reference B4, K4
 */
export const listPages = async (
  graph: Pick<Graph, 'accounts' | 'page'>,
  userToken: string,
  granted: TokenFacts['granularScopes'],
): Promise<AccountPage[]> => {
  const pages = new Map<string, AccountPage>()
  for await (const page of graph.accounts(userToken)) {
    const known = pages.get(page.id)
    if (!known?.pageToken) pages.set(page.id, page)
  }
  const hidden = new Set(
    granted.flatMap(({ scope, targetIds }) => (PAGE_GRANTS.has(scope) ? (targetIds ?? []) : [])),
  )
  for (const pageId of [...hidden].filter((id) => !pages.has(id)).slice(0, MOST_HIDDEN)) {
    const page = await graph.page(pageId, userToken).catch(passOver)
    if (page?.pageToken) pages.set(pageId, page)
  }
  return [...pages.values()]
}

/**
 * The Page with its token, asking for the Page itself where the list has none.
 *
 * @throws BotError `BOT_PAGE_NOT_FOUND`
 * @throws GraphError when Graph cannot be asked
 */
export const pageWithToken = async (
  graph: Pick<Graph, 'page'>,
  userToken: string,
  pageId: string,
  listed: readonly AccountPage[],
): Promise<AccountPage> => {
  const known = listed.find(({ id }) => id === pageId)
  if (known?.pageToken) return known
  const page = await graph.page(pageId, userToken).catch((error: unknown) => {
    if (known) return passOver(error)
    if (isAboutThePage(error)) throw refusals.pageUnknown(pageId, error)
    throw error
  })
  // The list knows more about the Page than the Page itself tells.
  return { ...(page ?? known ?? NOWHERE), ...(known?.tasks && { tasks: known.tasks }), id: pageId }
}

const PAGE_GRANTS = new Set(['pages_messaging', 'pages_show_list'])

const NOWHERE = { name: null, pageToken: null, tasks: null }

const passOver = (error: unknown): null => {
  if (isAboutThePage(error)) return null
  throw error
}

const ABOUT_A_PAGE: ReadonlySet<Verdict> = new Set(['bad_request', 'permission', 'unknown'])

const isAboutThePage = (error: unknown): error is GraphError =>
  error instanceof GraphError && ABOUT_A_PAGE.has(error.verdict)
