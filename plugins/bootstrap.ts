import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { BotError } from '../src/base/errors.ts'
import { fitCommands, fitError } from '../src/cures/surroundings.ts'
import { webhookAt } from '../src/token/app-webhook.ts'
import { bootstrap, type BootstrapOptions } from '../src/token/bootstrap.ts'
import type { BootstrappedPage } from '../src/token/finish.ts'

/** The choices of the caller; settings come from the app. */
export type BootstrapRequest = Pick<BootstrapOptions, 'userToken' | 'pageIds' | 'all' | 'choose' | 'report'> &
  Partial<Pick<BootstrapOptions, 'subscribe'>>

declare module 'fastify' {
  interface FastifyInstance {
    /** Makes proved Page tokens from a user token and saves them; see src/token/bootstrap.ts. The bot uses them at once. */
    bootstrapToken: (request: BootstrapRequest) => Promise<BootstrappedPage[]>
  }
}

async function bootstrapToken(app: FastifyInstance) {
  const { clock, config, graph, tokenStore: store } = app
  const { PUBLIC_URL, FB_VERIFY_TOKEN: verifyToken } = config
  const webhook = PUBLIC_URL === undefined ? undefined : { url: webhookAt(PUBLIC_URL), verifyToken }
  app.decorate('bootstrapToken', ({ report, ...request }) =>
    bootstrap({
      subscribe: true,
      ...request,
      ...(report && {
        report: (step) => report({ ...step, text: fitCommands(step.text, app.surroundings) }),
      }),
      webhook,
      graph,
      store,
      clock,
      appId: config.FB_APP_ID,
    }).catch((error: unknown) => {
      throw error instanceof BotError ? fitError(error, app.surroundings) : error
    }),
  )
}

export const bootstrapPlugin = fp(bootstrapToken, {
  name: 'bootstrap',
  fastify: '5.x',
  dependencies: ['env', 'clock', 'graph', 'tokens'],
})
