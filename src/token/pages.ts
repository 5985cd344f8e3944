import { PORTFOLIO_SCOPE } from '../channel/messenger.ts'
import { GraphError, type Verdict } from '../graph/error.ts'
import type { AccountPage, Graph, TokenFacts } from '../graph/graph.ts'
import { refusals } from './refusals.ts'
import { allows } from './tasks.ts'

/** A Page that a user token reaches in one way or another. */
export interface ReachedPage extends AccountPage {
  /** The reason why the bot cannot answer for it, as the end of a sentence; null where none is known. */
  unusable: string | null
}

/**
 * The Pages that a user token reaches: those Graph lists, those of the person's portfolios, and those the permissions were granted for. A
 * Page of a business portfolio is often missing in Graph's list.
 *
 * @param wanted.named - the Pages asked for; when the list has all of them, nothing else is read
 * @param wanted.note - called with the reason why Pages may be missing
 * @throws GraphError when Graph cannot be asked
 * @see docs/messenger-platform.md#b4, #k4
 */
export const listPages = async (
  graph: Pick<Graph, 'accounts' | 'businessPages' | 'page'>,
  wanted: {
    userToken: string
    facts: Pick<TokenFacts, 'scopes' | 'granularScopes'>
    named: readonly string[]
    note: (text: string) => void
  },
): Promise<ReachedPage[]> => {
  const { userToken, facts, named, note } = wanted
  const pages = new Map<string, AccountPage>()
  const add = async (found: AsyncIterable<AccountPage>): Promise<void> => {
    for await (const page of found) {
      const known = pages.get(page.id)
      if (!known?.pageToken) pages.set(page.id, { ...page, tasks: page.tasks ?? known?.tasks ?? null })
    }
  }
  await add(graph.accounts(userToken))
  const isComplete = named.length > 0 && named.every((id) => pages.has(id))
  if (!isComplete && facts.scopes.includes(PORTFOLIO_SCOPE)) {
    await add(graph.businessPages(userToken)).catch((error: unknown) => {
      if (!(error instanceof GraphError) || error.verdict === 'token_invalid') throw error
      note(`The Pages of business portfolios could not be listed: ${error.message}`)
    })
  }
  const reached = [...pages.values()].map((page) => ({ ...page, unusable: unusableBy(page) }))
  // A Page named by the operator is requested by its id.
  if (named.length > 0) return reached
  const hidden = grantedPages(facts).filter((id) => !pages.has(id))
  return [...reached, ...(await inTurn(hidden, (id) => hiddenPage(graph, userToken, id)))]
}

/**
 * The Page with its token. Requests the Page itself where the list has no token.
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
  try {
    const page = await graph.page(pageId, userToken)
    // The list has the person's tasks on the Page, which the request by id lacks.
    return { ...page, ...(known?.tasks && { tasks: known.tasks }), id: pageId }
  } catch (error) {
    if (!isAboutThePage(error)) throw error
    if (known === undefined) throw refusals.pageUnknown(pageId, error)
    return known
  }
}

/** Scopes whose targets are Pages; those of `business_management` are portfolios. */
const PAGE_GRANTS = new Set(['pages_messaging', 'pages_show_list', 'pages_manage_metadata'])

const NOWHERE = { name: null, pageToken: null, tasks: null }

const grantedPages = ({ granularScopes }: Pick<TokenFacts, 'granularScopes'>): string[] => [
  ...new Set(
    granularScopes.flatMap(({ scope, targetIds }) => (PAGE_GRANTS.has(scope) ? (targetIds ?? []) : [])),
  ),
]

const hiddenPage = async (
  graph: Pick<Graph, 'page'>,
  userToken: string,
  id: string,
): Promise<ReachedPage> => {
  try {
    const page = await graph.page(id, userToken)
    return { ...page, unusable: page.pageToken === null ? NO_TOKEN : unusableBy(page) }
  } catch (error) {
    if (!isAboutThePage(error)) throw error
    return {
      id,
      ...NOWHERE,
      unusable: `Facebook does not show it to the person who made the token (${error.message})`,
    }
  }
}

const NO_TOKEN =
  'Facebook gives no token for it, so the person who made the user token has no suitable role on it'

const unusableBy = ({ tasks }: Pick<AccountPage, 'tasks'>): string | null =>
  allows(tasks, 'MESSAGING') === false
    ? `the person who made the user token may not answer messages there (tasks: ${tasks?.join(', ') || 'none'})`
    : null

const ABOUT_A_PAGE: ReadonlySet<Verdict> = new Set(['bad_request', 'permission', 'unknown'])

const isAboutThePage = (error: unknown): error is GraphError =>
  error instanceof GraphError && ABOUT_A_PAGE.has(error.verdict)

/** One after the other: each is a call, and Facebook counts calls by the hour. */
const inTurn = async <Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> => {
  const results: Result[] = []
  for (const item of items) results.push(await work(item))
  return results
}
