import { GraphError, type Hint } from '../../src/graph/error.ts'
import type { PageTokenState, PageTokenStatus } from '../../src/token/page-tokens.ts'

/** The state of a Page's token, of which nothing more is known. */
export const tokenStatus = (
  pageId: string,
  state: PageTokenState,
  change: Partial<PageTokenStatus> = {},
): PageTokenStatus => ({
  pageId,
  pageName: null,
  state,
  reason: null,
  remedy: null,
  sinceMs: 0,
  provedAtMs: null,
  fingerprint: null,
  scopes: [],
  tasks: [],
  expiresAtMs: null,
  dataAccessExpiresAtMs: null,
  ...change,
})

/** The error of a call that Facebook refused because of its token. */
export const refused = (message: string, hint: Hint | null = null, remedy?: string): GraphError =>
  new GraphError(message, { verdict: 'token_invalid', edge: 'messages', hint, remedy })
