import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { BotError } from '../../src/base/errors.ts'
import { QUESTIONS, questionOutcome, questionsPage } from '../../src/console/questions-page.ts'
import type { ScriptAtDesk } from '../../src/editing/desk.ts'
import { replyTitles } from '../../src/script/reply-titles.ts'
import { html } from '../../src/web/html.ts'
import { showPage } from './page.ts'
import type { FormRequest } from '../form.ts'
type Asked = { Querystring: Readonly<Record<'did' | 'reply', unknown>> }

const AT_ONCE = 50

async function operatorQuestions(app: FastifyInstance) {
  const log = app.log.child({ part: 'console' })

  app.get<Asked>(QUESTIONS, async (request, reply) => {
    const { did, reply: name } = request.query
    const groups = await app.store.openQuestions.list({ limit: AT_ONCE })
    const words =
      typeof did === 'string' ? questionOutcome(did, typeof name === 'string' ? name : undefined) : null
    log.info({ client: request.ip, groups: groups.length }, 'the operator looked at what was not understood')
    return showPage(reply, {
      title: 'Not understood',
      content: (csrf) =>
        html`${words !== null && html`<p class="outcome good" role="status">${words}</p>`}
        ${questionsPage({
          groups,
          repliesOf: (pageId) => replyTitles(app.conversation.script(pageId)),
          nowMs: app.clock.now(),
          csrf,
          mayChange: app.signIn.may(request, 'owner'),
          isKept: app.config.KEEP_QUESTIONS_DAYS > 0,
        })}`,
    })
  })

  const act = (form: URLSearchParams): string => {
    switch (form.get('do')) {
      case 'add':
        return `added a phrase to the reply ${form.get('reply')}`
      case 'make':
        return `made the reply ${form.get('name')}`
      default:
        return 'took words off the list of what was not understood'
    }
  }
  app.post<FormRequest>(QUESTIONS, { config: { role: 'owner', act } }, async (request, reply) => {
    const form = request.body ?? new URLSearchParams()
    const field = (name: string): string => {
      const value = form.get(name)?.trim() ?? ''
      if (value === '') throw new BotError('BOT_REQUEST_INVALID', `The form has no ${name}.`)
      return value
    }
    const likeness = field('likeness')
    const script = (): ScriptAtDesk => app.scriptDesk.ofPage(field('page'))
    const done = (did: string, name = ''): unknown => {
      log.info({ client: request.ip, did, reply: name }, 'the operator worked on what was not understood')
      return reply.redirect(`${QUESTIONS}?did=${did}&reply=${encodeURIComponent(name)}`, 303)
    }
    switch (form.get('do')) {
      case 'drop':
        reply.isNoAct = (await app.store.openQuestions.drop(likeness)) === 0
        return done('dropped')
      case 'add': {
        const name = field('reply')
        await script().addPhrase(name, field('phrase'), app.signIn.nameOf(request))
        await app.store.openQuestions.drop(likeness)
        return done('added', name)
      }
      case 'make': {
        const made = { name: field('name'), phrase: field('phrase'), say: field('say') }
        await script().addReply(made, app.signIn.nameOf(request))
        await app.store.openQuestions.drop(likeness)
        return done('made', made.name)
      }
      default:
        throw new BotError('BOT_REQUEST_INVALID', 'A question can be added, made a reply of, or dropped.')
    }
  })
}

export const operatorQuestionRoutes = fp(operatorQuestions, {
  name: 'operator-question-routes',
  encapsulate: true,
  decorators: { fastify: ['clock', 'config', 'conversation', 'scriptDesk', 'signIn', 'store'] },
})
