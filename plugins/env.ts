import { fastifyEnv } from '@fastify/env'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { envOptions, toConfigError, type Env } from '../src/base/config.ts'
import { serverAddress, type ServerAddress } from '../src/base/server-address.ts'
import type { Config } from '../src/base/settings.ts'
import { CHECKOUT, type Surroundings } from '../src/cures/surroundings.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The validated settings. */
    config: Config
    /** The address in DATABASE_URL; null without one. */
    serverAddress: ServerAddress | null
    /** Where the bot runs, which decides how commands in remedies are spelled. */
    surroundings: Surroundings
  }
}

export interface EnvOptions {
  env: Env
  surroundings?: Surroundings | undefined
}

async function env(app: FastifyInstance, { env: given, surroundings = CHECKOUT }: EnvOptions) {
  app.decorate('surroundings', surroundings)
  try {
    await app.register(fastifyEnv, envOptions(given))
  } catch (error) {
    throw toConfigError(error, given)
  }
  app.decorate('serverAddress', serverAddress(given))
}

export const envPlugin = fp(env, { name: 'env', fastify: '5.x' })
