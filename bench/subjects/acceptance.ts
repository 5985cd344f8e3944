import Fastify, { LogController } from 'fastify'
import { bodyBudgetPlugin } from '../../plugins/body-budget.ts'
import { clockPlugin } from '../../plugins/clock.ts'
import { envPlugin } from '../../plugins/env.ts'
import { errorsPlugin } from '../../plugins/errors.ts'
import { metricsPlugin } from '../../plugins/metrics.ts'
import { failedProofLimitPlugin } from '../../plugins/failed-proof-limit.ts'
import { storePlugin } from '../../plugins/store.ts'
import { webhookRoutes } from '../../routes/webhook.ts'
import { systemClock } from '../../src/base/clock.ts'
import { APP_SECRET } from '../lib/requests.ts'
import { report } from '../reference/webhook.ts'

// The product's webhook and store, without the handling of events.
const env = {
  FB_APP_ID: '1',
  FB_APP_SECRET: APP_SECRET,
  FB_VERIFY_TOKEN: 'verify',
  DATA_DIR: process.env['BENCH_DIR'],
  // Without it, the database is in that folder.
  DATABASE_URL: process.env['DATABASE_URL'],
  TOKEN_KEY: process.env['TOKEN_KEY'],
}
const app = Fastify({ logController: new LogController({ disableRequestLogging: true }) })
app.register(envPlugin, { env })
app.register(clockPlugin, { clock: systemClock })
app.register(bodyBudgetPlugin, ({ config }) => ({ mebibytes: config.BODY_BUDGET_MIB }))
app.register(failedProofLimitPlugin)
app.register(errorsPlugin)
app.register(metricsPlugin)
app.register(storePlugin)
app.decorate('noWebhooksAlarm', { heard: () => {} })
app.register(webhookRoutes)
await report(app)
// Pages are taken, because an instance without Pages would notify others of every event.
app.pages.begin()
