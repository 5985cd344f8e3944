import type { Test } from 'tap'
import { GraphError, type Verdict } from '../../src/graph/error.ts'
import type { TokenFacts } from '../../src/graph/graph.ts'
import type { StoredPageToken } from '../../src/store/tokens/records.ts'
import { soleDuty } from '../../src/base/duty.ts'
import { createProbedPageTokens, type ProbedPageTokensDeps } from '../../src/token/probed-page-tokens.ts'
import type { TokenTrouble } from '../../src/token/trouble.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { pageToken } from '../store/tokens/sample.ts'
import { keptAlone } from './kept-alone.ts'

const APP_ID = '600'
export const SECOND_MS = 1000

/** What debug_token says of a Page token that works. */
export const facts = (over: Partial<TokenFacts> = {}): TokenFacts => ({
  isValid: true,
  type: 'PAGE',
  appId: APP_ID,
  userId: '7',
  profileId: '100',
  expiresAtMs: null,
  dataAccessExpiresAtMs: 5,
  issuedAtMs: null,
  scopes: ['pages_messaging', 'pages_manage_metadata'],
  granularScopes: [],
  error: null,
  ...over,
})

export const DEAD = facts({ isValid: false, error: { code: 190, subcode: 460, message: 'changed' } })

/** A debug_token call that fails. */
export const failure = (verdict: Verdict, retryAfterMs: number | null = null): GraphError =>
  new GraphError('Facebook said no', {
    verdict,
    edge: 'debug_token',
    graphCode: null,
    subcode: null,
    fbtraceId: null,
    httpStatus: null,
    retryAfterMs,
  })

/** Page tokens over a store in memory and a debug_token that answers what `world.answer` says. */
export const build = async (
  t: Test,
  over: Partial<ProbedPageTokensDeps> = {},
  pages: StoredPageToken[] = [pageToken()],
) => {
  const clock = createFakeClock()
  const probes: string[] = []
  const troubles: [string, TokenTrouble | null][] = []
  const changes: string[] = []
  const world = {
    pages,
    /** What debug_token answers; a function decides by token. */
    answer: facts() as TokenFacts | Error | ((token: string) => Promise<TokenFacts>),
    listeners: new Set<() => void>(),
    store: (next: StoredPageToken[]) => {
      world.pages = next
      for (const listener of world.listeners) listener()
    },
  }
  const tokens = createProbedPageTokens({
    store: {
      pages: () => world.pages,
      onChange: (listener) => {
        world.listeners.add(listener)
        return () => world.listeners.delete(listener)
      },
    },
    graph: {
      debugToken: async (token) => {
        probes.push(token)
        if (world.answer instanceof Error) throw world.answer
        return typeof world.answer === 'function' ? world.answer(token) : world.answer
      },
    },
    appId: APP_ID,
    clock,
    log: { info: () => {}, warn: () => {} },
    duty: soleDuty,
    kept: keptAlone(clock),
    probeSeconds: 900,
    random: () => 0.5,
    onTrouble: (pageId, trouble) => troubles.push([pageId, trouble]),
    ...over,
  })
  tokens.onChange(({ pageId, state }) => changes.push(`${pageId} ${state}`))
  t.teardown(() => tokens.stop())
  return { tokens, clock, world, probes, troubles, changes }
}
