import type { Clock } from '../../base/clock.ts'
import type { PageTokens } from '../../token/page-tokens.ts'

/** Knows since when each Page has had its token, to tell which replies have waited for it. */
export interface TokenWaits {
  /** Whether a reply to an event accepted at that time has waited for the Page's present token. */
  waited: (pageId: string, acceptedMs: number) => boolean
  start: () => void
  stop: () => void
}

/** Replies from before a start do not count for a Page that had its token then, because the reason of their wait is not known any more. */
export const createTokenWaits = (deps: {
  tokens: Pick<PageTokens, 'tokenFor' | 'statuses' | 'onChange'>
  clock: Pick<Clock, 'now'>
}): TokenWaits => {
  const { tokens, clock } = deps
  /** When each Page got its token; null while it has none. */
  const sinceMs = new Map<string, number | null>()
  let stopListening = (): void => undefined

  return {
    waited: (pageId, acceptedMs) => acceptedMs < (sinceMs.get(pageId) ?? Number.NEGATIVE_INFINITY),
    start: () => {
      for (const { pageId } of tokens.statuses())
        sinceMs.set(pageId, tokens.tokenFor(pageId) === null ? null : Number.NEGATIVE_INFINITY)
      stopListening = tokens.onChange(({ pageId, state }) => {
        // A token in doubt is back within seconds, or dead.
        if (state === 'invalid' || state === 'missing') sinceMs.set(pageId, null)
        else if (state === 'valid') sinceMs.set(pageId, sinceMs.get(pageId) ?? clock.now())
      })
    },
    stop: () => stopListening(),
  }
}
