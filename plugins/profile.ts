import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { toMessengerProfile } from '../src/profile/messenger-profile.ts'
import { raisesNeeds } from '../src/alerts/page-trouble.ts'
import { createProfileSync, type ProfileStatus } from '../src/profile/profile-sync.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The state of each Page's Messenger profile. */
    profile: { status: (pageId: string) => ProfileStatus }
  }
}

/** Keeps the Messenger Profile (Get Started, greeting, ice breakers, menu, commands) equal to the one in the script. */
async function profile(app: FastifyInstance) {
  const { needs, keptTokens: tokens } = app
  const sync = createProfileSync({
    graph: app.graph,
    tokens,
    wanted: (pageId) => toMessengerProfile(app.conversation.script(pageId)),
    clock: app.clock,
    log: app.log.child({ part: 'profile' }),
    onTrouble: raisesNeeds({ needs, cause: 'profile', nameOf: (pageId) => tokens.status(pageId).pageName }),
  })
  app.decorate('profile', { status: sync.status })
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
  dependencies: ['clock', 'needs', 'graph', 'tokens', 'conversation'],
})
