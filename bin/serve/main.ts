import { flushCompileCache } from 'node:module'
import type { Worker } from 'node:worker_threads'
import type { FastifyInstance } from 'fastify'
import { configWarnings, exposureOf } from '../../src/base/config-warnings.ts'
import { drainMs, lacksAll, loadConfig, withDotEnv, type Env } from '../../src/base/config.ts'
import { envFileIn } from '../../src/base/dot-env-file.ts'
import { BotError } from '../../src/base/errors.ts'
import { openLogStream, type LogStream } from '../../src/base/log.ts'
import { outliveOutput } from '../../src/base/output.ts'
import { collectStartLeftovers } from '../../src/base/start-leftovers.ts'
import { fitCommands, fitError, surroundingsOf, surroundingsOfEnded } from '../../src/cures/surroundings.ts'
import { createTerminal } from '../../src/terminal/terminal.ts'
import { isInOrder, isUntouched } from '../../src/setup/first-run.ts'
import { endWithGrace } from '../end-with-grace.ts'
import { allowSlowNetworks } from '../slow-networks.ts'
import { listen } from './listen.ts'

const CLOSE_WITHIN_MS = 15_000
/** Time limit for other instances to take over this one's Pages. */
const LEAVE_WITHIN_MS = 10_000

// Also after a terminal was closed. Its SIGHUP ends the bot in order if it reaches this process.
outliveOutput()
const terminal = createTerminal({ input: process.stdin, output: process.stdout })

/** Readable lines on a terminal, JSON elsewhere. */
const openLog = async (): Promise<LogStream> => {
  const { stdout } = process
  if (!stdout.isTTY) return openLogStream(1, tellLogTrouble)
  const { createReadableLog } = await import('../../src/terminal/readable-log.ts')
  return createReadableLog(terminal?.output ?? stdout, stdout.hasColors())
}

const tellLogTrouble = (code: string): void =>
  console.error(
    `Nothing can be logged (${code}). The bot goes on; lines are logged again once that is possible.`,
  )

const surroundings = surroundingsOf(process.env)
/** The surroundings that spell the commands in the messages of a failed start. */
const ended = surroundingsOfEnded(process.env)

const readEnv = (): Env => withDotEnv(process.env)

const run = async ({ databaseThread, endAtOnce }: Begun): Promise<void> => {
  if (process.argv.slice(2).some((argument) => argument !== '--setup')) throw wrongArguments()
  const env = readEnv()
  // npm takes an option before `--` for its own and puts it into the environment.
  const isAsked = process.argv.includes('--setup') || process.env['npm_config_setup'] === 'true'
  if (isAsked && !isUntouched(env)) throw setUpAlready()
  // Without a terminal, missing settings end the process as invalid ones do.
  if (isUntouched(env) && isInOrder(env) && (terminal !== null || isAsked))
    await runFirst(databaseThread, endAtOnce)
  else await serveWhenBuilt(() => buildBot(env, databaseThread), endAtOnce)
  // Written now, because Node writes the cache only when a process exits in order.
  flushCompileCache()
}

/** Serves the set-up, if no required setting is there and there is a terminal. */
const runFirst = async (databaseThread: Worker | undefined, endAtOnce: () => void): Promise<void> => {
  // The set-up does not need the database thread; the bot starts another one after it.
  void databaseThread?.terminate()
  const { runSetup } = await import('./setup.ts')
  const logStream = await openLog()
  await serveWhenBuilt(
    () => runSetup({ readEnv, logStream, say: console.error, surroundings, buildBot }),
    endAtOnce,
  )
}

const buildBot = async (env: Env, databaseThread?: Worker): Promise<FastifyInstance> => {
  // Ends the start if the settings are wrong, before the bot's modules are loaded, which takes most of a start.
  loadConfig(env)
  const { buildApp } = await import('../../app/bot.ts')
  return buildApp({
    env,
    terminal,
    surroundings,
    logStream: await openLog(),
    ...(databaseThread && { databaseThread }),
  })
}

/**
 * Builds the bot and makes it listen. A signal before the bot is built ends the process at once, which does no harm to stored
 * data.
 */
const serveWhenBuilt = async (
  build: () => Promise<FastifyInstance>,
  endAtOnce: () => void,
): Promise<void> => {
  let app: FastifyInstance | null = null
  const logger = { error: (about: unknown) => app?.log.error(about) ?? console.error(about) }
  endWithGrace({ delay: endWithinMs(readEnv()), logger }, async ({ signal, err }) => {
    if (app === null) {
      if (err) console.error(explain(err))
    } else {
      if (err) app.log.fatal({ err }, 'stopping after an unhandled error')
      else {
        app.log.info({ signal }, 'stopping')
        await app.leave()
      }
      await app.close()
      app.log.info('stopped')
    }
    terminal?.close()
  })
  for (const signal of ['SIGTERM', 'SIGINT']) process.off(signal, endAtOnce)
  app = await build()
  const address = await listen(app, app.config.HOST, app.config.PORT)
  app.log.info({ address }, 'listening')
  collectStartLeftovers()
  for (const { what, next } of configWarnings(process.env)) app.log.warn(`${what}: ${next}`)
  const exposure = exposureOf(envFileIn(process.env))
  if (exposure !== null) app.log.warn(`${exposure.what}: ${exposure.next}`)
}

/** Invalid settings are reported when the bot is built, so here they get the default. */
const endWithinMs = (env: Env): number => {
  try {
    const config = loadConfig(env, ['DATABASE_URL', 'DRAIN_SECONDS'])
    const leaveMs = config.DATABASE_URL === undefined ? 0 : LEAVE_WITHIN_MS
    return CLOSE_WITHIN_MS + Math.max(leaveMs, drainMs(config))
  } catch {
    return CLOSE_WITHIN_MS
  }
}

const setUpAlready = (): BotError =>
  new BotError('BOT_USAGE', 'This bot is set up already, at least in part.', {
    remedy: `Start it with ${ended.command('start')}; .env holds its settings, and ${ended.command('doctor')} says what is wrong with them.`,
  })

/** The arguments are not repeated, because one may be a secret in the wrong place. */
const wrongArguments = (): BotError =>
  new BotError('BOT_USAGE', 'The bot takes no arguments but --setup.', {
    remedy: 'Its settings are in .env; .env.example explains each.',
  })

const explain = (error: unknown): string => {
  if (error instanceof BotError) {
    return [
      error.message,
      ...(error.code === 'BOT_CONFIG_INVALID' ? causesInFiles() : []),
      fitError(error, ended).remedy,
      lacksAll(error) ? (ended.is === 'container' ? FIRST_IN_CONTAINER : firstRun()) : '',
    ]
      .filter(Boolean)
      .join('\n')
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** Faults in `.env` that may explain a missing or invalid setting. */
const causesInFiles = (): string[] => {
  try {
    return configWarnings(process.env).map(({ what, next }) => `  ${what}. ${next}.`)
  } catch {
    // The file cannot be read, which the caller reports already.
    return []
  }
}

const firstRun = (): string => {
  const at = (name: string): string => fitCommands(`npm run ${name}`, ended)
  return `
Is this the first start?
  Just looking:   ${at('demo')}
                  shows the whole bot, with no Facebook account and no settings
  A real Page:    ${at('setup')}
                  leads through it in your browser, as a start in a terminal does;
                  README.md, "Connect a real Page", has it by hand, too: cp .env.example .env
  At any time:    ${at('doctor')}
                  says what is in order and what to do next`
}

const FIRST_IN_CONTAINER = `
Is this the first start? A container gets its settings from outside:
  By hand       FB_APP_ID, FB_APP_SECRET and FB_VERIFY_TOKEN in its environment, such as docker run --env-file FILE;
                a secret may also be a file, which FB_APP_SECRET_FILE names
  Led through   docker run -it -p 127.0.0.1:3000:3000 and the volume for DATA_DIR, then the image, then --setup:
                it shows an address for your browser, and keeps the settings in DATA_DIR
  At any time   ${ended.command('doctor')}
                says what is in order and what to do next`

/** Work that bin/serve.js began before it loaded this module. */
export interface Begun {
  /** A starting database thread for the first bot that is built; undefined if none was started. */
  databaseThread: Worker | undefined
  /** The handler of SIGTERM and SIGINT until the bot or the set-up installs its own. */
  endAtOnce: () => void
}

export const serve = async (begun: Begun): Promise<void> => {
  allowSlowNetworks()
  try {
    await run(begun)
  } catch (error) {
    terminal?.close()
    console.error(explain(error))
    process.exit(1)
  }
}
