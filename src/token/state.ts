import type { PageTokenState } from './page-tokens.ts'

/** The events of a Page's token. */
export type TokenEvent =
  /** A proved token was stored, also the same one again. */
  | 'stored'
  /** The token is no longer in the store. */
  | 'removed'
  /** A call with it got the verdict `token_invalid`, or its person has removed the app. */
  | 'doubted'
  /** `debug_token` says that it is valid. */
  | 'confirmed'
  /** `debug_token` says that it is invalid, or cannot be asked about a token that a call has proved dead. */
  | 'refuted'

/**
 * The states of a Page's token. `debug_token` declares a token dead; where it cannot be asked, a refused call whose subcode is proof
 * does. A probe without a result is no event: neither an outage nor wrong app credentials kill a token.
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
  // The same token comes back to life when a checkpoint is passed or a Page is published again.
  invalid: {
    stored: 'valid',
    removed: 'missing',
    doubted: 'invalid',
    confirmed: 'valid',
    refuted: 'invalid',
  },
}
