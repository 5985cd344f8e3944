import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { drainMs } from '../src/base/config.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Has other instances take over, before the bot is closed: /readyz says 503, Pages are given away when what is sent for them has
     * come home, and callbacks are accepted for DRAIN_SECONDS, until the load balancer has seen it.
     */
    leave: () => Promise<void>
    isLeaving: () => boolean
  }
}

/** The first and the last thing of a bot's work: Pages are taken when it listens, and given away before it is closed. */
async function leaving(app: FastifyInstance) {
  const { clock, config, pages } = app
  let left: Promise<unknown> | null = null
  app.decorate('isLeaving', () => left !== null)
  app.decorate('leave', async () => {
    // A process that has lost its store has nothing to give, and accepts nothing.
    left ??= Promise.race([pages.lost, Promise.all([pages.leave(), clock.sleep(drainMs(config))])])
    await left
  })
  // Registered last: all that works for Pages has begun by then.
  app.addHook('onListen', async () => pages.begin())
}

export const leavingPlugin = fp(leaving, {
  name: 'leaving',
  fastify: '5.x',
  dependencies: ['env', 'clock', 'store', 'delivery', 'recovery'],
})
