import type { Clock } from '../../../src/base/clock.ts'
import type { PageTokenState, PageTokenStatus, PageTokens } from '../../../src/token/page-tokens.ts'
import { tokenStatus } from '../../helpers/token-status.ts'

/** The token file: what the operator last saved for each Page. Outlives the bot. */
export type TokenFile = Map<string, string>

export interface SimulatedTokens extends PageTokens {
  /** The operator has saved a new token. */
  saved: (pageId: string) => void
}

const PROBE_MS = 300

/** Page tokens that ask `isValid` instead of `debug_token`. */
export const createSimulatedTokens = (deps: {
  file: TokenFile
  clock: Clock
  isValid: (pageId: string, token: string) => boolean
}): SimulatedTokens => {
  const { file, clock, isValid } = deps
  const states = new Map<string, PageTokenState>()
  const listeners = new Set<(status: PageTokenStatus) => void>()
  const stateOf = (pageId: string): PageTokenState =>
    file.has(pageId) ? (states.get(pageId) ?? 'valid') : 'missing'

  const status = (pageId: string): PageTokenStatus =>
    tokenStatus(pageId, stateOf(pageId), { pageName: pageId, sinceMs: clock.now() })

  const move = (pageId: string, state: PageTokenState): void => {
    states.set(pageId, state)
    for (const listener of listeners) listener(status(pageId))
  }

  return {
    tokenFor: (pageId) => (stateOf(pageId) === 'valid' ? (file.get(pageId) ?? null) : null),
    status,
    statuses: () => [...file.keys()].map(status),
    suspect: (pageId, token) => {
      if (file.get(pageId) !== token || stateOf(pageId) !== 'valid') return
      move(pageId, 'suspect')
      clock.after(PROBE_MS, () => {
        if (file.get(pageId) !== token || stateOf(pageId) !== 'suspect') return
        move(pageId, isValid(pageId, token) ? 'valid' : 'invalid')
      })
    },
    saved: (pageId) => move(pageId, 'valid'),
    probe: () => Promise.resolve(),
    deauthorized: () => Promise.resolve(),
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  }
}
