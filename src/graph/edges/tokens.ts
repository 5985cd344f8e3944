import { isJsonObject } from '../../base/json.ts'
import type { Caller } from '../call.ts'
import type { Graph, TokenFacts } from '../graph.ts'
import type { Verdict } from '../error.ts'
import { unexpected } from '../read.ts'
import { readTokenFacts } from '../token-facts.ts'
import { decide } from '../decide.ts'

type Edges = Pick<Graph, 'debugToken' | 'exchangeToken' | 'exchangeCode'>

/** Inspects tokens, and exchanges one for another. */
export const tokenEdges = (caller: Caller): Edges => {
  /**
   * Facebook wants the app secret and the token or code in the query (docs/messenger-platform.md#b2, #b3), so the address is
   * never shown.
   */
  const exchange = async (
    given: Record<string, string>,
    secrets: readonly string[],
  ): Promise<{ token: string; expiresInSeconds: number | null }> => {
    const query = new URLSearchParams({
      client_id: caller.appId,
      client_secret: caller.appSecret,
      ...given,
    })
    const { body } = await caller.plain({
      edge: 'access_token',
      method: 'GET',
      path: `/oauth/access_token?${query.toString()}`,
      secrets,
    })
    const token = body['access_token']
    if (typeof token !== 'string' || token === '') {
      throw unexpected('access_token', 'sent no token', 'transient')
    }
    const seconds = Number(body['expires_in'])
    return { token, expiresInSeconds: Number.isFinite(seconds) && seconds > 0 ? seconds : null }
  }

  return {
    debugToken: async (inputToken) => {
      const { body } = await caller.asApp({
        edge: 'debug_token',
        method: 'GET',
        path: `/debug_token?input_token=${encodeURIComponent(inputToken)}`,
        secrets: [inputToken],
      })
      const { data } = body
      if (!isJsonObject(data)) throw unexpected('debug_token', 'sent no data', 'transient')
      const facts = readTokenFacts(data, inputToken)
      if (facts.isValid) return facts
      const verdict = facts.error && verdictOf(facts.error)
      if (verdict !== null && NOT_OF_THE_TOKEN.has(verdict))
        throw unexpected('debug_token', `says: ${facts.error?.message ?? 'it failed'}`, verdict)
      // For a dead token Graph sends `is_valid` or an error; an answer without both proves nothing.
      if (facts.error === null && typeof data['is_valid'] !== 'boolean')
        throw unexpected('debug_token', 'does not say whether the token is valid', 'transient')
      return facts
    },

    exchangeToken: (userToken) =>
      exchange({ grant_type: 'fb_exchange_token', fb_exchange_token: userToken }, [userToken]),

    exchangeCode: ({ code, redirectUri }) => exchange({ redirect_uri: redirectUri, code }, [code]),
  }
}

const verdictOf = (error: NonNullable<TokenFacts['error']>): Verdict =>
  decide({ ...error, message: error.message ?? '', isTransient: false, httpStatus: 200 })

/** Verdicts that say nothing about the inspected token: the app's own set-up is wrong, or Graph could not tell. */
const NOT_OF_THE_TOKEN: ReadonlySet<Verdict> = new Set(['configuration', 'rate_limited', 'transient'])
