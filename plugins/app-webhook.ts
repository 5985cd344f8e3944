import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { WHOLE_BOT } from '../src/alerts/needs.ts'
import { raisesNeeds } from '../src/alerts/page-trouble.ts'
import { createAppWebhookWatch } from '../src/reception/app-webhook-watch.ts'
import { whileHead } from '../src/base/while-head.ts'
import { webhookAt } from '../src/token/app-webhook.ts'

/** Checks that Facebook sends the app's webhooks to PUBLIC_URL, if it is set. */
async function appWebhook(app: FastifyInstance) {
  const { clock, config, duty, graph, needs } = app
  const { PUBLIC_URL: publicUrl, FB_VERIFY_TOKEN: verifyToken } = config
  if (publicUrl === undefined) return
  const tell = raisesNeeds({ needs, cause: 'silent', nameOf: () => null })
  const watch = createAppWebhookWatch({
    graph,
    webhook: { url: webhookAt(publicUrl), verifyToken },
    clock,
    log: app.log.child({ part: 'app-webhook' }),
    onTrouble: (trouble) => tell(WHOLE_BOT, trouble),
  })
  let stop = (): void => undefined
  app.addHook('onReady', async () => {
    stop = whileHead(duty, watch)
  })
  app.addHook('preClose', async () => stop())
}

export const appWebhookPlugin = fp(appWebhook, {
  name: 'app-webhook',
  fastify: '5.x',
  dependencies: ['env', 'clock', 'store', 'needs', 'graph'],
})
