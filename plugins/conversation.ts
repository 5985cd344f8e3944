import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createConversation, OWN_LOOKUPS, type Conversation } from '../src/conversation/conversation.ts'
import type { Script } from '../src/conversation/script/types.ts'
import { openScriptFile } from '../src/script-file.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** What the bot says, as the script of the moment has it. */
    conversation: BotConversation
  }
}

export interface BotConversation extends Conversation {
  script: () => Script
  /** Hears of each new version of the script. Returns the function that stops it. */
  onScript: (listener: (script: Script) => void) => () => void
}

async function conversation(app: FastifyInstance) {
  const { BOT_SCRIPT: file, FB_APP_ID: appId } = app.config
  const lookups = OWN_LOOKUPS
  const scriptFile = await openScriptFile({
    file,
    variables: Object.keys(lookups),
    clock: app.clock,
    log: app.log.child({ part: 'script' }),
  })
  const { handle } = createConversation({ script: scriptFile.current, appId, lookups })

  app.decorate('conversation', {
    handle: (event, view) => handle(event, { pageName: app.tokens.status(view.pageId).pageName, ...view }),
    script: scriptFile.current,
    onScript: scriptFile.onChange,
  })
  app.addHook('onReady', async () => scriptFile.start())
  app.addHook('onClose', async () => scriptFile.stop())
}

/** @throws ScriptError at registration, when the script is wrong: a bot without words does not start. */
export const conversationPlugin = fp(conversation, {
  name: 'conversation',
  fastify: '5.x',
  dependencies: ['env', 'clock', 'tokens'],
})
