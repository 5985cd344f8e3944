import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { drainMs } from '../src/base/config.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Lets other instances take over before the bot is closed: /readyz answers 503, each Page is given away when its sends in
     * flight have ended, and callbacks are still accepted for DRAIN_SECONDS, so that the load balancer notices.
     */
    leave: () => Promise<void>
    isLeaving: () => boolean
  }
}

/** Takes Pages once the bot listens, and gives them away before it is closed. */
async function leaving(app: FastifyInstance) {
  const { clock, config, pages } = app
  let left: Promise<unknown> | null = null
  app.decorate('isLeaving', () => left !== null)
  app.decorate('leave', async () => {
    // If the store is lost, there is nothing to wait for: no Page can be given away and no callback accepted.
    left ??= Promise.race([pages.lost, Promise.all([pages.leave(), clock.sleep(drainMs(config))])])
    await left
  })
  // Registered last, so that all work for Pages has been started before the first Page is taken.
  app.addHook('onListen', async () => pages.begin())
}

export const leavingPlugin = fp(leaving, {
  name: 'leaving',
  fastify: '5.x',
  dependencies: ['env', 'clock', 'store', 'delivery', 'recovery'],
})
