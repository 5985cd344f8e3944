import { followPages, type Duty } from '../base/duty.ts'
import type { PageTokens } from './page-tokens.ts'

/**
 * The tokens of the Pages that this instance keeps. Any other Page appears as one without a token. A Page that this instance takes is
 * reported as one whose token has changed.
 */
export const keptPageTokens = (tokens: PageTokens, duty: Duty): PageTokens => {
  const idsOf = (): string[] => tokens.statuses().map(({ pageId }) => pageId)
  return {
    ...tokens,
    tokenFor: (pageId) => (duty.keeps(pageId) ? tokens.tokenFor(pageId) : null),
    statuses: () => tokens.statuses().filter(({ pageId }) => duty.keeps(pageId)),
    onChange: (listener) => {
      const endings = [
        tokens.onChange((status) => {
          if (duty.keeps(status.pageId)) listener(status)
        }),
        followPages(duty, idsOf, { taken: (pageId) => listener(tokens.status(pageId)) }),
      ]
      return () => endings.forEach((end) => end())
    },
  }
}
