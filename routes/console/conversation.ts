import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { answerForm, answerOutcome } from '../../src/console/answer-form.ts'
import { CONVERSATION, conversationPage } from '../../src/console/conversation-page.ts'
import { pageNameOf } from '../../src/console/view.ts'
import { BotError } from '../../src/base/errors.ts'
import { html } from '../../src/web/html.ts'
import { showPage } from './page.ts'

type Asked = { Querystring: Readonly<Record<'page' | 'psid' | 'did', unknown>> }

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
    const people = await app.findings.people().catch(() => [])
    const nowMs = app.clock.now()
    const pageName = pageNameOf(app.tokens.statuses(), pageId)
    const mayAct = app.signIn.may(request, 'operator')
    const outcome = answerOutcome(request.query.did)
    log.info({ client: request.ip, pageId, psid }, 'the operator opened a conversation')
    return showPage(reply, {
      title: 'Conversation',
      content: (csrf) =>
        html`${outcome !== null && html`<p class="outcome good" role="status">${outcome}</p>`}
        ${conversationPage(transcript, nowMs, pageName, app.visitorProfiles.knownName({ pageId, psid }))}
        ${
          mayAct &&
          answerForm({
            pageId,
            psid,
            pageName,
            csrf,
            id: randomUUID(),
            endsMs: app.console.answerableUntilMs(transcript),
            isLate: (transcript.windowEndsMs ?? 0) <= nowMs,
            isLeft: people.some((one) => one.pageId === pageId && one.psid === psid),
            nowMs,
          })
        }`,
    })
  })
}

export const operatorConversationRoutes = fp(operatorConversation, {
  name: 'operator-conversation-routes',
  encapsulate: true,
  decorators: { fastify: ['clock', 'console', 'findings', 'signIn', 'tokens', 'visitorProfiles'] },
})
