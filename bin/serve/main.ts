import { flushCompileCache } from 'node:module'
import type { Worker } from 'node:worker_threads'
import closeWithGrace from 'close-with-grace'
import type { FastifyInstance } from 'fastify'
import { exposureOf, withDotEnv, type Env } from '../../src/base/config.ts'
import { BotError } from '../../src/base/errors.ts'
import { createTerminal } from '../../src/terminal/terminal.ts'
import { ESSENTIAL, isInOrder, isUntouched } from '../../src/setup/first-run.ts'
import { listen } from './listen.ts'

const CLOSE_WITHIN_MS = 15_000

const terminal = createTerminal({ input: process.stdin, output: process.stdout })

const logStream = terminal?.output

const readEnv = (): Env => withDotEnv(process.env)

const run = async (databaseThread: Worker): Promise<void> => {
  if (process.argv.slice(2).some((argument) => argument !== '--setup')) throw wrongArguments()
  const env = readEnv()
  const isAsked = process.argv.includes('--setup')
  if (isAsked && !isUntouched(env)) throw setUpAlready()
  // Without a person a missing setting ends the process, as any mistake in them does.
  if (isUntouched(env) && isInOrder(env) && (terminal !== null || isAsked)) await runFirst(databaseThread)
  else await serveWhenBuilt(() => buildBot(env, databaseThread))
  // Node would write it at an orderly end, which not every process has.
  flushCompileCache()
}

/** Sets the bot up, where there is nothing to make it of and somebody who can be asked. */
const runFirst = async (databaseThread: Worker): Promise<void> => {
  // It will be some time until one is needed.
  void databaseThread.terminate()
  const { runSetup } = await import('./setup.ts')
  await serveWhenBuilt(() => runSetup({ readEnv, logStream, say: console.error, buildBot }))
}

const buildBot = async (env: Env, databaseThread?: Worker): Promise<FastifyInstance> => {
  const { buildApp } = await import('../../app/bot.ts')
  return buildApp({ env, terminal, logStream, ...(databaseThread && { databaseThread }) })
}

/**
 * Builds the bot and has it listen. A signal that comes before it is built ends the process at once: what a start has begun
 * is lost without harm.
 */
const serveWhenBuilt = async (build: () => Promise<FastifyInstance>): Promise<void> => {
  let app: FastifyInstance | null = null
  const logger = { error: (about: unknown) => app?.log.error(about) ?? console.error(about) }
  closeWithGrace({ delay: CLOSE_WITHIN_MS, logger }, async ({ signal, err }) => {
    if (app === null) {
      if (err) console.error(explain(err))
    } else {
      if (err) app.log.fatal({ err }, 'stopping after an error nobody handled')
      else app.log.info({ signal }, 'stopping')
      await app.close()
      app.log.info('stopped')
    }
    terminal?.close()
    // Who has set one ended it for a reason; close-with-grace would say 0.
    if (process.exitCode !== undefined) process.exit()
  })
  app = await build()
  const address = await listen(app, app.config.HOST, app.config.PORT)
  app.log.info({ address }, 'listening')
  const exposure = exposureOf()
  if (exposure !== null) app.log.warn(`${exposure.what}: ${exposure.next}`)
}

const setUpAlready = (): BotError =>
  new BotError('BOT_USAGE', 'This bot is set up already, at least in part.', {
    remedy:
      'Start it with npm start; .env holds its settings, and npm run doctor says what is wrong with them.',
  })

/** Without what was given: it may be a secret in the wrong place. */
const wrongArguments = (): BotError =>
  new BotError('BOT_USAGE', 'The bot takes no arguments but --setup.', {
    remedy: 'Its settings are in .env; .env.example explains each.',
  })

const explain = (error: unknown): string => {
  if (error instanceof BotError) {
    return [error.message, error.remedy, isFirstRun(error) ? FIRST_RUN : ''].filter(Boolean).join('\n')
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** Nothing of what every installation needs was set. */
const isFirstRun = ({ code, message }: BotError): boolean =>
  code === 'BOT_CONFIG_INVALID' && ESSENTIAL.every((name) => message.includes(`${name} is missing`))

const FIRST_RUN = `
Is this the first start?
  Just looking   npm run demo     shows the whole bot, with no Facebook account and no settings
  A real Page    npm run setup    leads through it in your browser, as npm start does in a terminal;
                 README.md, "Connect a real Page", has it by hand, too: cp .env.example .env
  At any time    npm run doctor   says what is in order and what to do next`

/** @param databaseThread - one that has begun to start, for the first bot that is built */
export const serve = async (databaseThread: Worker): Promise<void> => {
  try {
    await run(databaseThread)
  } catch (error) {
    terminal?.close()
    console.error(explain(error))
    process.exit(1)
  }
}
