import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { NeedCause } from '../src/alerts/needs.ts'
import { openTokenPlace } from '../src/store/tokens/open.ts'
import { openTokenStore, type TokenStore } from '../src/store/tokens/token-store.ts'
import { createHealer } from '../src/token/heal.ts'
import type { PageTokens } from '../src/token/page-tokens.ts'
import { createProbedPageTokens } from '../src/token/probed-page-tokens.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The tokens, shared with `npm run bootstrap-token`. */
    tokenStore: TokenStore
    /** The Page tokens: which Page may send, and with which token. */
    tokens: PageTokens
  }
}

async function tokens(app: FastifyInstance) {
  const { clock, config, graph, needs } = app
  const log = app.log.child({ part: 'tokens' })
  const store = await openTokenStore({ place: await openTokenPlace(config), clock, log })
  const raised = new Map<string, NeedCause>()
  const tokens = createProbedPageTokens({
    store,
    graph,
    appId: config.FB_APP_ID,
    clock,
    log,
    probeSeconds: config.PROBE_SECONDS,
    heal: createHealer({ store, graph, appId: config.FB_APP_ID, clock, log }),
    onTrouble: (pageId, trouble) => {
      const before = raised.get(pageId)
      if (before) needs.settle(pageId, before)
      raised.delete(pageId)
      if (!trouble) return
      raised.set(pageId, trouble.cause)
      needs.raise({ pageId, pageName: tokens.status(pageId).pageName, ...trouble })
    },
  })
  app.decorate('tokenStore', store)
  app.decorate('tokens', tokens)
  app.addHook('onReady', () => tokens.start())
  app.addHook('onClose', async () => {
    await tokens.stop()
    await store.close()
  })
}

export const tokensPlugin = fp(tokens, {
  name: 'tokens',
  fastify: '5.x',
  dependencies: ['env', 'clock', 'needs', 'graph'],
})
