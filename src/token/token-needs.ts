import type { NeedCause } from '../alerts/causes.ts'
import { WHOLE_BOT, type Need, type Needs } from '../alerts/needs.ts'
import type { Duty } from '../base/duty.ts'
import type { PageTokenStatus, PageTokens } from './page-tokens.ts'

/** Raises a need for each Page kept here whose token cannot be used, and settles it when the token can. */
export interface TokenNeeds {
  start: () => void
  stop: () => void
}

export const createTokenNeeds = (deps: {
  tokens: Pick<PageTokens, 'statuses' | 'onChange'>
  needs: Pick<Needs, 'raise' | 'settle' | 'notFound'>
  duty: Duty
}): TokenNeeds => {
  const { tokens, needs, duty } = deps
  /** Causes of the needs raised here, by Page. A need of the same cause may have another reason, and is not settled here. */
  const raised = new Map<string, NeedCause>()
  const heed = (status: PageTokenStatus): void => {
    if (!duty.keeps(status.pageId)) return void raised.delete(status.pageId)
    // A suspect token neither raises nor settles a need: the probe decides.
    if (status.state === 'suspect') return
    const need = needOf(status)
    const before = raised.get(status.pageId)
    if (before !== undefined && before !== need?.cause) {
      raised.delete(status.pageId)
      needs.settle(status.pageId, before)
    }
    if (need === null) {
      for (const cause of ['token_missing', 'token_invalid'] as const) needs.notFound(status.pageId, cause)
      return
    }
    raised.set(status.pageId, need.cause)
    needs.raise(need)
  }

  /** Only the head raises the need for a first token. */
  const heedBot = (): void => {
    if (tokens.statuses().some(({ state }) => state === 'valid')) needs.settle(WHOLE_BOT, 'token_missing')
    else if (duty.isHead() && tokens.statuses().length === 0) needs.raise(FIRST_TOKEN)
  }

  const heedAll = (): void => {
    for (const status of tokens.statuses()) heed(status)
    heedBot()
  }

  const stops = [
    tokens.onChange((status) => {
      heed(status)
      heedBot()
    }),
    duty.onChange(heedAll),
  ]

  return {
    start: heedAll,
    stop: () => {
      for (const stop of stops) stop()
    },
  }
}

const FIRST_TOKEN: Need = {
  pageId: WHOLE_BOT,
  pageName: null,
  cause: 'token_missing',
  what: 'There is no Page token yet.',
  remedy: 'Run `npm run bootstrap-token`; it says where to get the user token it asks for.',
  byToken: true,
}

const needOf = ({ pageId, pageName, state, reason, remedy }: PageTokenStatus): Need | null => {
  if (state === 'valid' || state === 'suspect') return null
  return {
    pageId,
    pageName,
    cause: state === 'missing' ? 'token_missing' : 'token_invalid',
    what: reason ?? 'Its token cannot be used.',
    remedy:
      remedy ??
      `Run \`npm run bootstrap-token -- --page ${pageId}\` with a new user token; the running bot takes it at once.`,
    byToken: true,
  }
}
