import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { toMessengerProfile } from '../src/conversation/messenger-profile.ts'
import { createProfileSync } from '../src/profile-sync.ts'

/** Keeps Facebook's Messenger Profile (Get Started, greeting, ice breakers, menu) like the script wants it. */
async function profile(app: FastifyInstance) {
  const sync = createProfileSync({
    graph: app.graph,
    tokens: app.tokens,
    wanted: () => toMessengerProfile(app.conversation.script()),
    clock: app.clock,
    log: app.log.child({ part: 'profile' }),
  })
  const stopListening = app.conversation.onScript(() => sync.refresh())

  app.addHook('onReady', async () => sync.start())
  app.addHook('preClose', async () => {
    stopListening()
    await sync.stop()
  })
}

export const profilePlugin = fp(profile, {
  name: 'profile',
  fastify: '5.x',
  dependencies: ['clock', 'graph', 'tokens', 'conversation'],
})
