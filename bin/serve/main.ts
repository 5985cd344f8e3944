import { flushCompileCache } from 'node:module'
import type { Worker } from 'node:worker_threads'
import closeWithGrace from 'close-with-grace'
import type { FastifyInstance } from 'fastify'
import { buildApp } from '../../app.ts'
import { withDotEnv, type Env } from '../../src/config.ts'
import { BotError } from '../../src/errors.ts'
import { createTerminal } from '../../src/operator/terminal.ts'
import { ESSENTIAL, isInOrder, isUntouched } from '../../src/setup/first-run.ts'
import { spawnDatabaseThread } from '../../src/store/sqlite/spawn.ts'
import { listen } from './listen.ts'

const CLOSE_WITHIN_MS = 15_000

const terminal = createTerminal({ input: process.stdin, output: process.stdout })

const readEnv = (): Env => withDotEnv(process.env)

/** The bot; after the set-up, where there is nothing to make it of and somebody who can be asked. */
const makeBot = async (spawnThread: () => Worker): Promise<FastifyInstance> => {
  const env = readEnv()
  const buildBot = (withEnv: Env): Promise<FastifyInstance> =>
    buildApp({ env: withEnv, terminal, logStream: terminal?.output, spawnDatabaseThread: spawnThread })
  const isAsked = process.argv.includes('--setup')
  if (isAsked && !isUntouched(env)) throw setUpAlready()
  // Without a person a missing setting ends the process, as any mistake in them does.
  if (!isUntouched(env) || !isInOrder(env) || (terminal === null && !isAsked)) return buildBot(env)
  const { runSetup } = await import('./setup.ts')
  return runSetup({ readEnv, logStream: terminal?.output, say: console.error, buildBot })
}

const run = async (early: Worker): Promise<void> => {
  if (process.argv.slice(2).some((argument) => argument !== '--setup')) throw wrongArguments()
  const threads = [early]
  const app = await makeBot(() => threads.pop() ?? spawnDatabaseThread())
  closeWithGrace({ delay: CLOSE_WITHIN_MS, logger: app.log }, async ({ signal, err }) => {
    if (err) app.log.fatal({ err }, 'stopping after an error nobody handled')
    else app.log.info({ signal }, 'stopping')
    await app.close()
    app.log.info('stopped')
    terminal?.close()
  })
  const address = await listen(app, app.config.HOST, app.config.PORT)
  app.log.info({ address }, 'listening')
  // Node would write it at an orderly end, which not every process has.
  flushCompileCache()
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
