import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    /** Has `begin` called when requests can come: who waits at the door goes before who waits for a reply. */
    onceOpen: (begin: () => void | Promise<void>) => void
    /** Says that they can, where somebody else listens and passes them on (door.ts) until the promise resolves. */
    open: (until?: Promise<void>) => Promise<void>
    /** Resolves when nobody passes requests on any more, and the last one is answered. */
    passedOn: () => Promise<void>
  }
}

async function opening(app: FastifyInstance) {
  const beginnings: (() => void | Promise<void>)[] = []
  let end = Promise.resolve()
  app.decorate('onceOpen', (begin) => void beginnings.push(begin))
  app.decorate('open', async (until) => {
    if (until !== undefined) end = until
    for (const begin of beginnings) await begin()
  })
  app.decorate('passedOn', () => end)
  app.addHook('onListen', () => app.open())
}

export const openingPlugin = fp(opening, { name: 'opening', fastify: '5.x' })
