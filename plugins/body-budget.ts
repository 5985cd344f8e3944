import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createBodyBudget, type BodyBudget } from '../src/web/body-budget.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Reads every body this server takes, and limits memory: a body is read before its sender is authenticated. */
    bodies: BodyBudget
  }
}

async function bodyBudget(app: FastifyInstance, { mebibytes }: { mebibytes: number }) {
  // Fastify's own parsers read up to a MiB for any address, known or not.
  app.removeAllContentTypeParsers()
  app.decorate('bodies', createBodyBudget({ bytes: mebibytes * 1024 * 1024 }))
}

export const bodyBudgetPlugin = fp(bodyBudget, { name: 'body-budget', fastify: '5.x' })
