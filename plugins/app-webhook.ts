import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { WHOLE_BOT } from '../src/alerts/needs.ts'
import { createAppWebhookWatch } from '../src/reception/app-webhook-watch.ts'
import { webhookAt } from '../src/token/app-webhook.ts'

/** Keeps Facebook sending the app's webhooks to PUBLIC_URL, where there is one. */
async function appWebhook(app: FastifyInstance) {
  const { clock, config, graph, needs } = app
  const { PUBLIC_URL: publicUrl, FB_VERIFY_TOKEN: verifyToken } = config
  if (publicUrl === undefined) return
  const watch = createAppWebhookWatch({
    graph,
    webhook: { url: webhookAt(publicUrl), verifyToken },
    clock,
    log: app.log.child({ part: 'app-webhook' }),
    onTrouble: (trouble) => {
      needs.settle(WHOLE_BOT, 'silent')
      if (trouble) needs.raise({ pageId: WHOLE_BOT, pageName: null, cause: 'silent', ...trouble })
    },
  })
  app.addHook('onReady', async () => watch.start())
  app.addHook('preClose', async () => watch.stop())
}

export const appWebhookPlugin = fp(appWebhook, {
  name: 'app-webhook',
  fastify: '5.x',
  dependencies: ['env', 'clock', 'needs', 'graph'],
})
