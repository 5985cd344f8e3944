import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { bodyBudgetPlugin } from '../plugins/body-budget.ts'
import { drainPlugin } from '../plugins/drain.ts'
import { errorsPlugin } from '../plugins/errors.ts'
import { createServer } from '../plugins/server.ts'
import { setupPlugin } from '../plugins/setup.ts'
import { failedProofLimitPlugin } from '../plugins/failed-proof-limit.ts'
import { operatorAssetRoutes } from '../routes/console/assets.ts'
import { setupOutsideRoutes } from '../routes/setup/outside.ts'
import { setupRoutes } from '../routes/setup/steps.ts'
import type { Env } from '../src/base/config.ts'
import type { Outside } from '../src/doctor/outside.ts'
import { createGraph } from '../src/graph/client.ts'
import type { LogStream } from '../src/base/log.ts'
import type { SetupCode } from '../src/setup/code.ts'
import { saveVariables, type EnvFileOptions } from '../src/setup/env-file.ts'
import { loadOtherSettings } from '../src/setup/first-run.ts'
import { createAddressProof, proveApp } from '../src/setup/proofs.ts'

export interface SetupAppOptions {
  /** Reads the environment that a new process would have, including `.env`. */
  readEnv: () => Env
  envFile: EnvFileOptions
  outside: Pick<Outside, 'fetch'>
  /** The code that opens the set-up; it is printed only to the terminal. */
  code: SetupCode
  /** Called when a browser has used the code; a new code is then valid. */
  onEnter: () => void
  /** Builds the bot, without listening. */
  startBot: (env: Env) => Promise<void>
  /** Called when the bot is built and the browser has been told. */
  onDone: () => void
  logStream?: LogStream | undefined
}

const LAST_WORDS_MS = 1000

/**
 * The set-up, ready to listen. `npm start` serves it while all required settings are missing. It is a separate server, so the bot
 * has none of its routes.
 *
 * @throws BotError `BOT_CONFIG_INVALID`
 */
export const buildSetup = async (options: SetupAppOptions): Promise<FastifyInstance> => {
  const { readEnv, envFile, outside, code, onEnter, startBot, onDone, logStream } = options
  const settings = loadOtherSettings(readEnv())
  const { LOG_LEVEL, FB_GRAPH_URL: origin, FB_GRAPH_VERSION: version, HOST: host } = settings
  const address = createAddressProof(outside)
  // TRUST_PROXY does not apply: the set-up refuses requests that came through a proxy.
  const app = createServer({ LOG_LEVEL, logStream })

  app.register(bodyBudgetPlugin, { mebibytes: settings.BODY_BUDGET_MIB })
  app.register(failedProofLimitPlugin)
  // Ends slow connections, so that the bot can listen on the port.
  app.register(drainPlugin, { patienceMs: LAST_WORDS_MS })
  app.register(errorsPlugin)
  app.register(setupOutsideRoutes, { answerTo: address.answerTo })
  app.register(async (area) => {
    area.register(setupPlugin, {
      settings,
      host,
      code,
      onEnter,
      proveApp: (keys) => proveApp(createGraph({ origin, version, proxies: settings, ...keys })),
      proveAddress: address.prove,
      file: envFile.path,
      port: () => (app.server.address() as AddressInfo | null)?.port ?? null,
      save: (values) => saveVariables(envFile, values),
      readEnv,
      startBot,
    })
    area.register(operatorAssetRoutes)
    area.register(setupRoutes, { onDone })
  })

  try {
    await app.ready()
  } catch (error) {
    await app.close()
    throw error
  }
  return app
}
