import { hash } from 'node:crypto'
import type { TokenFacts } from '../graph/graph.ts'
import type { StoredPageToken } from '../store/tokens/records.ts'
import { isGranted } from './grants.ts'
import type { KeptState } from './kept-states.ts'
import type { PageTokenState, PageTokenStatus } from './page-tokens.ts'
import { troubles, type TokenTrouble } from './trouble.ts'

/** The token of one Page with its state. */
export interface TokenEntry {
  pageId: string
  stored: StoredPageToken | null
  fingerprint: string | null
  state: PageTokenState
  reason: string | null
  remedy: string | null
  sinceMs: number
  /** By the last probe; before the first one, from the store. */
  scopes: string[]
  /** Null for never, as was proved; another value in a later probe is trouble. */
  expiresAtMs: number | null
  dataAccessExpiresAtMs: number | null
  /** Grows with every new token and every doubt, so that a probe that began earlier confirms nothing. */
  generation: number
  /** How often lately a call got `token_invalid` while `debug_token` then said valid. */
  disputes: number
  doubtedAtMs: number
  /** Doubt about a suspect token of a Page kept here; null also while a token that a probe has called dead is being replaced. */
  doubt: Doubt | null
  /** Failed probes in a row, and the error of the last one. */
  undecided: number
  obstacle: string
  probing: Promise<void> | null
  cancelTimer: () => void
  /** Undefined before the first probe of this process. */
  trouble: TokenTrouble | null | undefined
  /** Whether the Page was kept here at the last look. */
  isOurs: boolean
}

/** Facts about a doubt beside its `reason`. */
export interface Doubt {
  /** Whether only a webhook raised it, which may be a replayed one: sending goes on while the token is probed. */
  isHearsay: boolean
  /** Facebook's words about the token when it refused a call, where they are proof. */
  proof: string | null
  /** The remedy from the refused call, because `debug_token` may tell less. */
  remedy: string | null
  /** Whether the doubt has lasted longer than `PATIENCE_MS`. */
  isOverdue: boolean
  cancelTimer: () => void
}

export const createEntry = (pageId: string, nowMs: number): TokenEntry => ({
  pageId,
  stored: null,
  fingerprint: null,
  state: 'missing',
  reason: 'There is no token for this Page yet.',
  remedy: null,
  sinceMs: nowMs,
  scopes: [],
  expiresAtMs: null,
  dataAccessExpiresAtMs: null,
  generation: 0,
  disputes: 0,
  doubtedAtMs: 0,
  doubt: null,
  undecided: 0,
  obstacle: '',
  probing: null,
  cancelTimer: () => {},
  trouble: undefined,
  isOurs: false,
})

export const toKept = ({ state, reason, remedy, sinceMs, fingerprint, stored }: TokenEntry): KeptState => ({
  state,
  reason,
  remedy: state === 'invalid' ? remedy : null,
  sinceMs,
  fingerprint,
  provedAtMs: stored?.provedAtMs ?? null,
})

export const toStatus = (entry: TokenEntry): PageTokenStatus => ({
  pageId: entry.pageId,
  pageName: entry.stored?.name ?? null,
  state: entry.state,
  reason: entry.reason,
  remedy: entry.state === 'invalid' ? entry.remedy : null,
  sinceMs: entry.sinceMs,
  provedAtMs: entry.stored?.provedAtMs ?? null,
  fingerprint: entry.fingerprint,
  scopes: entry.scopes,
  tasks: entry.stored?.tasks ?? [],
  expiresAtMs: entry.expiresAtMs,
  dataAccessExpiresAtMs: entry.dataAccessExpiresAtMs,
})

const MANY_DISPUTES = 3

/** The trouble of a token that `debug_token` calls valid; null for none. */
export const troubleAfter = (
  entry: TokenEntry,
  facts: TokenFacts,
  doubted: string | null,
  remedy: string | null,
): TokenTrouble | null => {
  if (!isGranted(facts, 'pages_messaging', entry.pageId))
    return troubles.permissionLost(facts.scopes.includes('pages_messaging'))
  if (doubted !== null && entry.disputes >= MANY_DISPUTES) return troubles.disputed(doubted, remedy)
  return entry.expiresAtMs === null ? null : troubles.expires(entry.pageId, entry.expiresAtMs)
}

/** A fingerprint that tells tokens apart in logs without revealing them. */
export const fingerprintOf = (token: string): string => hash('sha256', token).slice(0, 8)
