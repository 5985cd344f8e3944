import { fastifyEnv } from '@fastify/env'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { envOptions, toConfigError, type Config, type Env } from '../src/base/config.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** What the operator has set, validated. */
    config: Config
  }
}

async function env(app: FastifyInstance, options: { env: Env }) {
  try {
    await app.register(fastifyEnv, envOptions(options.env))
  } catch (error) {
    throw toConfigError(error)
  }
}

export const envPlugin = fp(env, { name: 'env', fastify: '5.x' })
