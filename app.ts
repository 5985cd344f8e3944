import type { FastifyInstance } from 'fastify'
import { clockPlugin } from './plugins/clock.ts'
import { envPlugin } from './plugins/env.ts'
import { errorsPlugin } from './plugins/errors.ts'
import { createServer } from './plugins/server.ts'
import { shieldPlugin } from './plugins/shield.ts'
import { healthRoutes } from './routes/health.ts'
import { webhookRoutes } from './routes/webhook.ts'
import { facebookRoutes } from './routes/facebook.ts'
import { systemClock, type Clock } from './src/clock.ts'
import { loadConfig, type Env } from './src/config.ts'
import type { LogStream } from './src/log.ts'

export interface AppOptions {
  /** Such as `process.env`; nothing else is read from outside. */
  env: Env
  clock?: Clock
  /** Where log lines go; standard output by default. */
  logStream?: LogStream
}

/**
 * The bot, ready to listen.
 *
 * @throws BotError `BOT_CONFIG_INVALID`
 */
export const buildApp = async ({
  env,
  clock = systemClock,
  logStream,
}: AppOptions): Promise<FastifyInstance> => {
  // Fastify itself needs two of the values, before any plugin can hand them out.
  const app = createServer({ ...loadConfig(env), logStream })

  app.register(envPlugin, { env })
  app.register(clockPlugin, { clock })
  app.register(shieldPlugin)
  app.register(errorsPlugin)

  app.register(healthRoutes)
  app.register(webhookRoutes)
  app.register(facebookRoutes)

  await app.ready()
  return app
}
