import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { WHOLE_BOT } from '../src/alerts/needs.ts'
import { raisesNeeds } from '../src/alerts/page-trouble.ts'
import { openTokenPlace } from '../src/store/tokens/open.ts'
import { openTokenStore, type TokenStore } from '../src/store/tokens/token-store.ts'
import { createHealer } from '../src/token/heal.ts'
import { keptPageTokens } from '../src/token/kept-page-tokens.ts'
import { createKeptStates } from '../src/token/kept-states.ts'
import type { PageTokens } from '../src/token/page-tokens.ts'
import { createProbedPageTokens } from '../src/token/probed-page-tokens.ts'
import { createTroubleNeeds, unreadable } from '../src/token/trouble-needs.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The tokens, shared with `npm run bootstrap-token`. */
    tokenStore: TokenStore
    /** The Page tokens: which Page may send, and with which token. */
    tokens: PageTokens
    /** The tokens of the Pages that this instance keeps, for work that only a Page's keeper does. */
    keptTokens: PageTokens
  }
}

async function tokens(app: FastifyInstance) {
  const { clock, config, duty, graph, instances, needs } = app
  const log = app.log.child({ part: 'tokens' })
  const tell = raisesNeeds({ needs, cause: 'token_file', nameOf: () => null })
  const store = await openTokenStore({
    place: await openTokenPlace(config, app.serverAddress),
    clock,
    log,
    onUnreadable: (error) => tell(WHOLE_BOT, error && unreadable(error)),
  })
  const tokens = createProbedPageTokens({
    store,
    graph,
    appId: config.FB_APP_ID,
    clock,
    log,
    duty,
    kept: createKeptStates({ records: app.store.records, instances, clock, log }),
    probeSeconds: config.PROBE_SECONDS,
    heal: createHealer({ store, graph, appId: config.FB_APP_ID, clock, log }),
    ...createTroubleNeeds({ needs, nameOf: (pageId) => tokens.status(pageId).pageName }),
  })
  app.decorate('tokenStore', store)
  app.decorate('tokens', tokens)
  app.decorate('keptTokens', keptPageTokens(tokens, duty))
  app.addHook('onReady', () => tokens.start())
  app.addHook('onClose', async () => {
    await tokens.stop()
    await store.close()
  })
}

export const tokensPlugin = fp(tokens, {
  name: 'tokens',
  fastify: '5.x',
  dependencies: ['env', 'clock', 'store', 'needs', 'graph'],
})
