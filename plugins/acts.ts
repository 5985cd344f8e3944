import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createActs, type Acts } from '../src/people/acts.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The log of people's actions in the console. */
    acts: Acts
  }
  interface FastifyReply {
    /** The name of the person who sent the request, from before the handler ran. */
    by: string | null
    /** Whether the request changed nothing, such as that of a form that was posted twice. */
    isNoAct: boolean
  }
  interface FastifyContextConfig {
    /** The text for the log of people's actions when this route succeeds; null for a form that asked for nothing. */
    act?: string | ((form: URLSearchParams) => string | null)
    /** The status that means success; 303 by default. */
    doneWith?: number
  }
}

/** Logs a person's action after the request succeeded. */
async function acts(app: FastifyInstance) {
  const { clock, store } = app
  const acts = createActs({ store, clock, log: app.log.child({ part: 'console' }) })
  app.decorate('acts', acts)
  app.decorateReply('by', null)
  app.decorateReply('isNoAct', false)
  app.addHook('onResponse', async (request, reply) => {
    const { act, doneWith = 303 } = request.routeOptions.config
    if (act === undefined || reply.by === null || reply.isNoAct || reply.statusCode !== doneWith) return
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
    const what = typeof act === 'string' ? act : act(form)
    if (what !== null) await acts.note(reply.by, what)
  })
}

export const actsPlugin = fp(acts, { name: 'acts', fastify: '5.x', dependencies: ['clock', 'store'] })
