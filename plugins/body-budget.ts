import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createBodyBudget, type BodyBudget } from '../src/web/body-budget.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Reads all request bodies within a limit of memory, because bodies are read before their senders are authenticated. */
    bodies: BodyBudget
  }
}

async function bodyBudget(app: FastifyInstance, { mebibytes }: { mebibytes: number }) {
  // Removed, because Fastify's own parsers would read up to a MiB for any path, even an unknown one.
  app.removeAllContentTypeParsers()
  app.decorate('bodies', createBodyBudget({ bytes: mebibytes * 1024 * 1024 }))
}

export const bodyBudgetPlugin = fp(bodyBudget, { name: 'body-budget', fastify: '5.x' })
