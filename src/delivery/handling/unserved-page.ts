import type { Needs } from '../../alerts/needs.ts'
import type { PageTokens } from '../../token/page-tokens.ts'

/** Raises a need for a Page without a token while other Pages have one: its visitors get no answers. */
export const createUnservedPage =
  ({ tokens, needs }: { tokens: Pick<PageTokens, 'status' | 'statuses'>; needs: Pick<Needs, 'raise'> }) =>
  (pageId: string): void => {
    if (tokens.status(pageId).state !== 'missing' || tokens.statuses().length === 0) return
    needs.raise({
      pageId,
      pageName: null,
      cause: 'token_missing',
      what: 'Visitors write to this Page, but there is no token for it.',
      remedy: `Run \`npm run bootstrap-token -- --page ${pageId}\`, or end its webhook subscription if it is not this bot's.`,
      byToken: true,
    })
  }
