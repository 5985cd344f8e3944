import type { buildApp } from '../../app/bot.ts'

/**
 * What the bot is made of beside the door, in pieces: loading one stops the event loop for some 10 to 40 ms, loading all
 * at once for 150. What is not named here comes with app.ts.
 */
const PIECES: readonly (() => Promise<unknown>)[] = [
  () => import('yaml'),
  () => import('../../src/conversation/conversation.ts'),
  () => import('../../plugins/conversation.ts'),
  () => import('../../plugins/tokens.ts'),
  () => import('undici'),
  () => import('../../plugins/alerts.ts'),
  () => import('@fastify/env'),
]

/** Loads the bot. @param between - awaited after each piece, so that others have their turn */
export const loadApp = async (between: () => Promise<void>): Promise<{ buildApp: typeof buildApp }> => {
  for (const load of PIECES) {
    await between()
    await load()
  }
  await between()
  return import('../../app/bot.ts')
}
