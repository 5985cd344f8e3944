import type { PageTokenState } from './page-tokens.ts'

/** The events of a Page's token. */
export type TokenEvent =
  /** A proved token came into the store, be it the same one again. */
  | 'stored'
  /** The token is no longer in the store. */
  | 'removed'
  /** A call made with it was told that it is invalid, or its person has removed the app. */
  | 'doubted'
  /** `debug_token` says that it works. */
  | 'confirmed'
  /** `debug_token` says that it does not, or cannot be asked about one that a call has proved dead. */
  | 'refuted'

/**
 * The life of a Page's token. `debug_token` declares one dead or, where it cannot be asked, a refused call whose subcode
 * leaves no doubt. A probe that came to nothing is no event: neither an outage nor wrong app credentials kill a token.
 */
export const nextState = (state: PageTokenState, event: TokenEvent): PageTokenState =>
  TRANSITIONS[state][event]

const TRANSITIONS: Record<PageTokenState, Record<TokenEvent, PageTokenState>> = {
  missing: {
    stored: 'valid',
    removed: 'missing',
    doubted: 'missing',
    confirmed: 'missing',
    refuted: 'missing',
  },
  valid: { stored: 'valid', removed: 'missing', doubted: 'suspect', confirmed: 'valid', refuted: 'invalid' },
  suspect: {
    stored: 'valid',
    removed: 'missing',
    doubted: 'suspect',
    confirmed: 'valid',
    refuted: 'invalid',
  },
  // A checkpoint that was passed, or a Page that was published again, brings the same token back to life.
  invalid: {
    stored: 'valid',
    removed: 'missing',
    doubted: 'invalid',
    confirmed: 'valid',
    refuted: 'invalid',
  },
}
