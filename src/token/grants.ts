import type { TokenFacts } from '../graph/graph.ts'

/** Whether a token has a permission for this Page: one that was granted may be limited to other Pages (docs/messenger-platform.md#b5). */
export const isGranted = (
  { scopes, granularScopes }: Pick<TokenFacts, 'scopes' | 'granularScopes'>,
  scope: string,
  pageId: string,
): boolean => {
  const grant = granularScopes.find((granted) => granted.scope === scope)
  return scopes.includes(scope) && (grant?.targetIds?.includes(pageId) ?? true)
}
