import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { BotError } from '../../src/base/errors.ts'
import { LIMITS } from '../../src/channel/messenger.ts'
import { ANSWER } from '../../src/console/answer-form.ts'
import { conversationUrl } from '../../src/console/conversation-page.ts'
import type { FormRequest } from '../form.ts'

/**
 * Texts for the log of people's actions. They hold neither the answer nor the PSID, because the log stays when a visitor's data
 * are deleted.
 */
const ACTS = {
  say: 'answered a visitor',
  hand_back: 'handed a conversation back to the bot',
  close: 'closed a conversation',
} as const
const DEEDS = Object.keys(ACTS) as (keyof typeof ACTS)[]
const ID = /^[\w-]{10,64}$/

/** Takes an operator's action in a conversation as an event, which is durable, handled in order and only once. */
async function operatorAnswer(app: FastifyInstance) {
  const log = app.log.child({ part: 'console' })

  const act = (form: URLSearchParams): string => ACTS[form.get('do') as keyof typeof ACTS]

  app.post<FormRequest>(ANSWER, { config: { act } }, async (request, reply) => {
    const form = request.body ?? new URLSearchParams()
    const [pageId, psid, id, wanted] = ['page', 'psid', 'id', 'do'].map((name) => form.get(name) ?? '')
    const did = DEEDS.find((deed) => deed === wanted)
    if (!pageId || !psid || !id || !ID.test(id) || did === undefined)
      throw new BotError('BOT_REQUEST_INVALID', 'The form lacks the conversation, or what to do in it.')
    const text = did === 'say' ? textIn(form.get('text')) : null
    const kept = await app.store.conversation({ pageId, psid, limit: 1 })
    if (kept === null)
      throw new BotError('BOT_ROUTE_UNKNOWN', 'There is no such conversation, or the visitor was forgotten.')
    if (did === 'say') assertOpen(app.console.answerableUntilMs({ pageId, windowEndsMs: kept.windowEndsMs }))
    reply.isNoAct = !(await app.console.does({
      id,
      pageId,
      psid,
      did,
      text,
      by: app.signIn.nameOf(request),
    }))
    if (!reply.isNoAct)
      log.info({ client: request.ip, pageId, psid, did }, 'the operator acted in a conversation')
    return reply.redirect(`${conversationUrl({ pageId, psid }) ?? '/operator'}&did=${did}`, 303)
  })

  const textIn = (given: string | null): string => {
    const text = given?.replaceAll('\r\n', '\n').trim() ?? ''
    if (text === '') throw new BotError('BOT_REQUEST_INVALID', 'The answer is empty.')
    if (text.length > LIMITS.text)
      throw new BotError(
        'BOT_REQUEST_INVALID',
        `The answer has ${text.length} characters; Facebook takes ${LIMITS.text}.`,
        { remedy: 'Go back and send it in parts.' },
      )
    return text
  }

  const assertOpen = (untilMs: number | null): void => {
    if (untilMs !== null && untilMs > app.clock.now()) return
    throw new BotError(
      'BOT_REQUEST_INVALID',
      'It is too late for an answer: Facebook takes none until the visitor writes again.',
    )
  }
}

export const operatorAnswerRoutes = fp(operatorAnswer, {
  name: 'operator-answer-routes',
  encapsulate: true,
  decorators: { fastify: ['clock', 'console', 'signIn', 'store'] },
})
