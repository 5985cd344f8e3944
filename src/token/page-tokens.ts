import type { GraphError } from '../graph/error.ts'

/**
 * `valid → suspect → invalid → valid`; `missing` until the first token. While it is `suspect`, a probe with `debug_token` runs and
 * decides. Meanwhile the Page sends nothing, unless a deauthorize callback is the only reason for the doubt.
 */
export type PageTokenState = 'missing' | 'valid' | 'suspect' | 'invalid'

export interface PageTokenStatus {
  pageId: string
  pageName: string | null
  state: PageTokenState
  /** The reason of the state, as one sentence for the operator; null while all is well. */
  reason: string | null
  /** The cure, where a new token is not enough; null otherwise. */
  remedy: string | null
  /** When the token came into this state, ms since the epoch. */
  sinceMs: number
  provedAtMs: number | null
  /** First 8 hex digits of the token's SHA-256: tells tokens apart in logs. */
  fingerprint: string | null
  scopes: string[]
  /** As of {@link provedAtMs}: `debug_token` does not return tasks. */
  tasks: string[]
  /** By the last probe, ms since the epoch; null for never, as it was proved. */
  expiresAtMs: number | null
  dataAccessExpiresAtMs: number | null
}

/** Keeps each Page's token and its state; the token file and failed calls report new and dead tokens. */
export interface PageTokens {
  /** The token to send with, or null while the Page must wait. */
  tokenFor: (pageId: string) => string | null
  status: (pageId: string) => PageTokenStatus
  /** Every Page that has or had a token. */
  statuses: () => PageTokenStatus[]
  /**
   * A Graph call made with `token` got the verdict `token_invalid`. Pauses the Page at once and probes. Ignored when the Page has another
   * token by now, because the call began before the change.
   *
   * @param refusal - with the hint `token_dead` the token counts as dead even where `debug_token` cannot be asked. Otherwise the operator
   * hears after a few minutes that it is probably dead
   */
  suspect: (pageId: string, token: string, refusal: Pick<GraphError, 'message' | 'hint' | 'remedy'>) => void
  /**
   * Facebook says that a person, or a Page, has removed the app. Probes the tokens concerned at once. Sending goes on until a probe says
   * that a token is dead, because the callback may be a replayed one.
   */
  deauthorized: (who: { userId: string | null; pageId: string | null }) => Promise<void>
  /** Probes one Page, or all, with `debug_token`. */
  probe: (pageId?: string) => Promise<void>
  /** Called on every change of state and on every new token. Returns the function that ends this. */
  onChange: (listener: (status: PageTokenStatus) => void) => () => void
  start: () => Promise<void>
  stop: () => Promise<void>
}
