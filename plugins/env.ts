import { fastifyEnv } from '@fastify/env'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { envOptions, toConfigError, type Env } from '../src/base/config.ts'
import type { Config } from '../src/base/settings.ts'
import { CHECKOUT, type Surroundings } from '../src/cures/surroundings.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The settings of the operator, validated. */
    config: Config
    /** Where the bot runs, which decides how a person gives it a command. */
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
}

export const envPlugin = fp(env, { name: 'env', fastify: '5.x' })
