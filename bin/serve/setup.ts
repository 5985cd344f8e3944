import { readFileSync } from 'node:fs'
import { isIPv6, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import { buildSetup } from '../../app/setup.ts'
import type { Env } from '../../src/base/config.ts'
import { BotError } from '../../src/base/errors.ts'
import { createOutside } from '../../src/doctor/outside.ts'
import type { LogStream } from '../../src/base/log.ts'
import { fitCommands, fitError, type Surroundings } from '../../src/cures/surroundings.ts'
import { settingsFile } from '../../src/setup/settings-file.ts'
import { createSetupCode } from '../../src/setup/code.ts'
import { loadOtherSettings } from '../../src/setup/first-run.ts'
import { listen } from './listen.ts'

export interface SetupRun {
  /** Reads the environment that a new process would have, including `.env`. */
  readEnv: () => Env
  logStream: LogStream
  /** Prints a text for the person at the terminal. */
  say: (text: string) => void
  surroundings: Surroundings
  buildBot: (env: Env) => Promise<FastifyInstance>
}

const EXAMPLE = fileURLToPath(new URL('../../.env.example', import.meta.url))

/** Serves the set-up until the bot is built. @returns the bot, which the caller must make listen on the same address */
export const runSetup = async (setupRun: SetupRun): Promise<FastifyInstance> => {
  const { readEnv, logStream, say, surroundings, buildBot } = setupRun
  const env = readEnv()
  const settings = loadOtherSettings(env)
  const { HOST: host, PORT: wanted, DATA_DIR: dataDir } = settings
  const outside = createOutside({ proxies: settings })
  const code = createSetupCode()
  const done = Promise.withResolvers<FastifyInstance>()
  let bot: FastifyInstance | null = null

  const setup = await buildSetup({
    readEnv,
    envFile: { path: settingsFile(dataDir), template: readFileSync(EXAMPLE, 'utf8') },
    outside,
    code,
    onEnter: () => say(`To go on in another browser: ${url()}`),
    startBot: async (ready) => {
      bot = await buildBot({ ...ready, PORT: String(port) }).catch((error: unknown) => {
        throw error instanceof BotError ? fitError(error, surroundings) : error
      })
    },
    onDone: () => bot && done.resolve(bot),
    logStream,
  })
  await listen(setup, host, wanted)
  const { port } = setup.server.address() as AddressInfo
  // The name is localhost, because Facebook's login redirects to plain http only under this name.
  const url = (): string => `http://${nameOf(host)}:${port}/setup/code/${code.current()}`
  say(welcome(url(), hintsFor({ host, port, env, surroundings })))
  await done.promise
  await Promise.all([setup.close(), outside.close()])
  return done.promise
}

const nameOf = (host: string): string => {
  if (['127.0.0.1', 'localhost', '0.0.0.0', '::', '::1'].includes(host)) return 'localhost'
  return isIPv6(host) ? `[${host}]` : host
}

const welcome = (url: string, hints: readonly string[]): string => `
Nothing is set up yet. Open this in your browser; it leads through the set-up in four steps:

${url}

${hints.join('\n')}
`

/** Hints for a browser on another machine. */
const hintsFor = (at: { host: string; port: number; env: Env; surroundings: Surroundings }): string[] => {
  const { host, port, env, surroundings } = at
  const isContainer = surroundings.is === 'container'
  const hints: string[] = []
  if (isContainer) {
    hints.push(
      `In a container? Publish the port with -p 127.0.0.1:${port}:${port}; where another one is published, put that in the address.`,
      `Your browser is elsewhere? Connect with "ssh -L ${port}:localhost:${port} ..." to the machine of the container first.`,
    )
  } else if (env['SSH_CONNECTION']) {
    hints.push(`Your browser is elsewhere? Connect with "ssh -L ${port}:localhost:${port} ..." first.`)
  }
  if (!isContainer && !['127.0.0.1', 'localhost', '::1'].includes(host)) {
    hints.push(`It listens on ${host}, unencrypted: secrets typed in from elsewhere can be read on the way.`)
  }
  if (!isContainer) {
    const hint = 'Just looking? `npm run demo` shows the whole bot, with no Facebook account.'
    hints.push(fitCommands(hint, surroundings).replaceAll('`', ''))
  }
  return hints
}
