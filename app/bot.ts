import type { FastifyInstance } from 'fastify'
import { formAnswersPlugin } from '../plugins/form-answers.ts'
import { appWebhookPlugin } from '../plugins/app-webhook.ts'
import { assistantPlugin } from '../plugins/assistant.ts'
import { bodyBudgetPlugin } from '../plugins/body-budget.ts'
import { bootstrapPlugin } from '../plugins/bootstrap.ts'
import { clockPlugin } from '../plugins/clock.ts'
import { conversationPlugin } from '../plugins/conversation.ts'
import { deliveryPlugin } from '../plugins/delivery.ts'
import { drainPlugin } from '../plugins/drain.ts'
import { envPlugin } from '../plugins/env.ts'
import { errorsPlugin } from '../plugins/errors.ts'
import { findingsPlugin } from '../plugins/findings.ts'
import { graphPlugin } from '../plugins/graph.ts'
import { leavingPlugin } from '../plugins/leaving.ts'
import { metricsPlugin } from '../plugins/metrics.ts'
import { needsPlugin } from '../plugins/needs.ts'
import { noticedPlugin } from '../plugins/noticed.ts'
import { alertsPlugin } from '../plugins/alerts.ts'
import { profilePlugin } from '../plugins/profile.ts'
import { recoveryPlugin } from '../plugins/recovery.ts'
import { cutOffPlugin } from '../plugins/cut-off.ts'
import { rosterPlugin } from '../plugins/roster.ts'
import { createServer } from '../plugins/server.ts'
import { failedProofLimitPlugin } from '../plugins/failed-proof-limit.ts'
import { noWebhooksAlarmPlugin } from '../plugins/no-webhooks-alarm.ts'
import { storePlugin } from '../plugins/store.ts'
import { tokensPlugin } from '../plugins/tokens.ts'
import { dataDeletionRoutes } from '../routes/data-deletion.ts'
import { facebookRoutes } from '../routes/facebook.ts'
import { healthRoutes } from '../routes/health.ts'
import { webhookRoutes } from '../routes/webhook.ts'
import { systemClock, type Clock } from '../src/base/clock.ts'
import { loadConfig, type Env } from '../src/base/config.ts'
import type { Config } from '../src/base/settings.ts'
import type { DatabaseThread } from '../src/store/sqlite/spawn.ts'
import type { Surroundings } from '../src/cures/surroundings.ts'
import type { PasswordHash } from '../src/people/secrets.ts'
import type { LogStream } from '../src/base/log.ts'
import type { Terminal } from '../src/terminal/terminal.ts'

export interface AppOptions {
  /** Such as `process.env`. Other settings are read only from files that its `NAME_FILE` variables name. */
  env: Env
  clock?: Clock
  /** Takes the log lines; standard output by default. */
  logStream?: LogStream | undefined
  /** The terminal in which the operator is asked for a token; null for none. */
  terminal?: Terminal | null
  /** Where the bot runs; a checkout by default. */
  surroundings?: Surroundings
  /** A database thread that is starting already; without it, the store starts one. */
  databaseThread?: DatabaseThread
  /** The hash for people's passwords; by default scrypt at its full cost. */
  passwordHash?: PasswordHash | undefined
}

/**
 * The bot, ready to listen.
 *
 * @throws BotError `BOT_CONFIG_INVALID`, or the code of the part that could not start
 */
export const buildApp = async (options: AppOptions): Promise<FastifyInstance> => {
  const { env, clock = systemClock, logStream, terminal = null } = options
  const { surroundings, databaseThread, passwordHash } = options
  const app = createServer({ ...serverSettings(env), logStream, surroundings })

  app.register(envPlugin, { env, surroundings })
  app.register(clockPlugin, { clock })
  app.register(bodyBudgetPlugin, ({ config }) => ({ mebibytes: config.BODY_BUDGET_MIB }))
  app.register(failedProofLimitPlugin)
  app.register(drainPlugin)
  app.register(errorsPlugin)

  app.register(metricsPlugin)
  app.register(storePlugin, { databaseThread })
  app.register(rosterPlugin)
  app.register(needsPlugin)
  app.register(graphPlugin)
  app.register(tokensPlugin)
  app.register(bootstrapPlugin)
  app.register(alertsPlugin, { terminal })
  app.register(noWebhooksAlarmPlugin)
  app.register(appWebhookPlugin)
  app.register(assistantPlugin)
  app.register(conversationPlugin)
  app.register(noticedPlugin)
  app.register(profilePlugin)
  app.register(deliveryPlugin)
  app.register(formAnswersPlugin)
  app.register(recoveryPlugin)
  app.register(findingsPlugin)
  app.register(cutOffPlugin)
  app.register(leavingPlugin)

  app.register(healthRoutes)
  app.register(webhookRoutes)
  app.register(facebookRoutes)
  app.register(dataDeletionRoutes)
  app.register(operatorArea, { passwordHash })

  try {
    await app.ready()
  } catch (error) {
    await app.close()
    throw error
  }
  return app
}

/** The console's modules are loaded only if OPERATOR_PASSWORD is set. */
const operatorArea = async (area: FastifyInstance, { passwordHash }: Pick<AppOptions, 'passwordHash'>) => {
  const { OPERATOR_PASSWORD: password } = area.config
  if (password === undefined) return
  const { operatorAreaRoutes } = await import('./console.ts')
  area.register(operatorAreaRoutes, { password, passwordHash })
}

/**
 * Fastify needs these two settings before plugins are loaded. If one is invalid, `@fastify/env` later refuses it together with
 * all other invalid settings.
 */
const serverSettings = (env: Env): Pick<Config, 'LOG_LEVEL' | 'TRUST_PROXY'> => {
  const names = ['LOG_LEVEL', 'TRUST_PROXY'] as const
  try {
    return loadConfig(env, names)
  } catch {
    return loadConfig({}, names)
  }
}
