import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createLoops, type Loops } from '../src/alerts/loops.ts'
import { raisesNeeds } from '../src/alerts/page-trouble.ts'
import { createBystander, type Bystander } from '../src/alerts/bystander.ts'
import { createAutomaticReplies, type AutomaticReplies } from '../src/alerts/automatic-replies.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Observations across many conversations that concern the operator. */
    noticed: Noticed
  }
}

export interface Noticed {
  loops: Pick<Loops, 'met' | 'forgotten'>
  automaticReplies: Pick<AutomaticReplies, 'seen' | 'seenMs'>
  bystander: Pick<Bystander, 'wrote'>
}

async function noticed(app: FastifyInstance) {
  const { clock, duty, needs, store, tokens } = app
  const nameOf = (pageId: string): string | null => tokens.status(pageId).pageName
  const loops = createLoops({
    tell: raisesNeeds({ needs, cause: 'loop', nameOf }),
    // Only the Page's keeper updates the need, because other instances do the same for theirs.
    correct: (pageId, trouble) => {
      if (duty.keeps(pageId)) needs.update({ pageId, pageName: nameOf(pageId), cause: 'loop', ...trouble })
    },
    isKnown: async (pageId, psid) => (await store.conversation({ pageId, psid, limit: 1 })) !== null,
    clock,
  })
  const log = app.log.child({ part: 'noticed' })
  const automaticReplies = createAutomaticReplies({ store, clock, log })
  const bystander = createBystander({ needs, nameOf, store, clock, log })
  const resume = (): void =>
    bystander.resume((pageId) => duty.keeps(pageId) && tokens.status(pageId).state !== 'missing')
  const stops = [
    duty.onChange(resume),
    tokens.onChange(({ pageId, state }) => {
      if (state === 'missing') bystander.removed(pageId)
    }),
  ]
  app.decorate('noticed', { loops, automaticReplies, bystander })

  app.addHook('onReady', () => automaticReplies.recall(tokens.statuses().map(({ pageId }) => pageId)))
  // In `onReady`, because stored needs have been read by then.
  app.addHook('onReady', async () => resume())
  app.addHook('preClose', async () => {
    loops.stop()
    for (const stop of stops) stop()
  })
}

export const noticedPlugin = fp(noticed, {
  name: 'noticed',
  fastify: '5.x',
  dependencies: ['clock', 'needs', 'store', 'tokens'],
})
