import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { CONVERSATION, conversationPage } from '../../src/console/conversation-page.ts'
import { nameOf } from '../../src/console/view.ts'
import { BotError } from '../../src/base/errors.ts'
import { showPage } from './page.ts'

type Asked = { Querystring: Readonly<Record<'page' | 'psid', unknown>> }

async function operatorConversation(app: FastifyInstance) {
  const log = app.log.child({ part: 'console' })

  app.get<Asked>(CONVERSATION, { exposeHeadRoute: false }, async (request, reply) => {
    const { page: pageId, psid } = request.query
    if (typeof pageId !== 'string' || typeof psid !== 'string' || psid === '') {
      throw new BotError(
        'BOT_REQUEST_INVALID',
        'A conversation is named by the ids of its Page and its visitor.',
      )
    }
    const transcript = await app.console.transcript({ pageId, psid })
    if (transcript === null) {
      throw new BotError(
        'BOT_ROUTE_UNKNOWN',
        'This visitor has never written to this Page, as far as the bot knows, or was forgotten.',
      )
    }
    log.info({ client: request.ip, pageId, psid }, 'the operator opened a conversation')
    return showPage(reply, {
      title: 'Conversation',
      content: () => conversationPage(transcript, app.clock.now(), nameOf(app.tokens.statuses(), pageId)),
    })
  })
}

export const operatorConversationRoutes = fp(operatorConversation, {
  name: 'operator-conversation-routes',
  encapsulate: true,
  decorators: { fastify: ['clock', 'console', 'tokens'] },
})
