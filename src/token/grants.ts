import type { TokenFacts } from '../graph/graph.ts'

/**
 * Whether a token has a permission for this Page: a permission may be limited to other Pages (docs/messenger-platform.md#b5). When it is
 * listed more than once, one entry for this Page is enough.
 */
export const isGranted = (
  { scopes, granularScopes }: Pick<TokenFacts, 'scopes' | 'granularScopes'>,
  scope: string,
  pageId: string,
): boolean => {
  const grants = granularScopes.filter((granted) => granted.scope === scope)
  const isForPage = grants.some(({ targetIds }) => targetIds?.includes(pageId) ?? true)
  return scopes.includes(scope) && (grants.length === 0 || isForPage)
}
