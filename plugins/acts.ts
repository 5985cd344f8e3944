import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createActs, type Acts } from '../src/people/acts.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** What people did in the console. */
    acts: Acts
  }
  interface FastifyReply {
    /** The person who sent the request, as it came. */
    by: string | null
  }
  interface FastifyContextConfig {
    /** What a person does by the route, as the list of what each did has it. */
    act?: string | ((form: URLSearchParams) => string)
    /** The status by which it is done: 303, where nothing else is said. */
    doneWith?: number
  }
}

/** Notes what a person did by a request that the server has carried out. */
async function acts(app: FastifyInstance) {
  const { clock, store } = app
  const acts = createActs({ store, clock, log: app.log.child({ part: 'console' }) })
  app.decorate('acts', acts)
  app.decorateReply('by', null)
  app.addHook('onResponse', async (request, reply) => {
    const { act, doneWith = 303 } = request.routeOptions.config
    if (act === undefined || reply.by === null || reply.statusCode !== doneWith) return
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
    await acts.note(reply.by, typeof act === 'string' ? act : act(form))
  })
}

export const actsPlugin = fp(acts, { name: 'acts', fastify: '5.x', dependencies: ['clock', 'store'] })
