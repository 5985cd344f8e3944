import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import {
  DEAD_LETTERS,
  deadLetterPage,
  deadLettersPage,
  dropPage,
  outcomeWords,
} from '../../src/console/dead-letters-page.ts'
import { html } from '../../src/web/html.ts'
import { pageNameOf } from '../../src/console/view.ts'
import { BotError } from '../../src/base/errors.ts'
import type { DeadSelection } from '../../src/store/dead-letters.ts'
import { showPage } from './page.ts'
import type { FormRequest } from '../form.ts'
type Asked = { Querystring: Readonly<Record<'after' | 'did' | 'count', unknown>> }

const AT_ONCE = 50

async function operatorDeadLetters(app: FastifyInstance) {
  const log = app.log.child({ part: 'console' })
  const visitorName = app.visitorProfiles.knownName
  const labelOf = (pageId: string): string => pageNameOf(app.tokens.statuses(), pageId)

  app.get<Asked>(DEAD_LETTERS, async (request, reply) => {
    const { after, did, count } = request.query
    const [{ letters, next }, { dead: total }] = await Promise.all([
      app.store.deadLetters.list({ limit: AT_ONCE, after: typeof after === 'string' ? after : undefined }),
      app.store.counts(),
    ])
    const mayAct = app.signIn.may(request, 'operator')
    const nowMs = app.clock.now()
    const words = typeof did === 'string' ? outcomeWords(did, Number(count)) : null
    return showPage(reply, {
      title: 'Dead letters',
      content: (csrf) =>
        html`${words !== null && html`<p class="outcome good" role="status">${words}</p>`}
        ${deadLettersPage({ letters, total, next, nowMs, csrf, mayAct, labelOf, visitorName })}`,
    })
  })

  app.get<{ Params: { id: string } }>(`${DEAD_LETTERS}/:id`, async (request, reply) => {
    const letter = await app.store.deadLetters.get(request.params.id)
    if (letter === null) {
      throw new BotError(
        'BOT_ROUTE_UNKNOWN',
        'There is no such dead letter any more: it was retried, dropped or forgotten.',
      )
    }
    log.info({ client: request.ip, replyId: letter.id }, 'the operator read a dead letter')
    return showPage(reply, {
      title: 'Dead letter',
      content: (csrf) =>
        deadLetterPage(letter, {
          nowMs: app.clock.now(),
          csrf,
          mayAct: app.signIn.may(request, 'operator'),
          label: labelOf(letter.pageId),
          name: letter.psid === null ? null : visitorName({ pageId: letter.pageId, psid: letter.psid }),
        }),
    })
  })

  const act = (form: URLSearchParams): string | null => {
    const { length } = form.getAll('id')
    const isAll = form.get('all') === 'yes'
    if (!isAll && length === 0) return null
    const which = isAll ? 'all dead letters' : `dead letters (${length})`
    return `${form.get('do') === 'drop' ? 'dropped' : 'retried'} ${which}`
  }
  app.post<FormRequest>(DEAD_LETTERS, { config: { act } }, async (request, reply) => {
    const form = request.body ?? new URLSearchParams()
    const did = form.get('do')
    if (did !== 'retry' && did !== 'drop') {
      throw new BotError('BOT_REQUEST_INVALID', 'A dead letter can be retried or dropped, nothing else.')
    }
    const all = form.get('all') === 'yes'
    const ids = form.getAll('id')
    if (!all && ids.length === 0) return reply.redirect(`${DEAD_LETTERS}?did=${did}&count=0`, 303)
    if (did === 'drop' && form.get('sure') !== 'yes') {
      const number = all ? (await app.store.counts()).dead : ids.length
      return showPage(reply, { title: 'Drop?', content: (csrf) => dropPage({ ids, all }, number, csrf) })
    }
    const which: DeadSelection = all ? { all: true } : { ids }
    const done = await app.store.deadLetters[did](which)
    reply.isNoAct = done.length === 0
    const facts = {
      client: request.ip,
      replyIds: done.slice(0, AT_ONCE).map(({ id }) => id),
      count: done.length,
    }
    log.info(
      facts,
      did === 'retry' ? 'the operator retried dead letters' : 'the operator dropped dead letters',
    )
    app.console.live.poke()
    return reply.redirect(`${DEAD_LETTERS}?did=${did}&count=${done.length}`, 303)
  })
}

export const operatorDeadLetterRoutes = fp(operatorDeadLetters, {
  name: 'operator-dead-letter-routes',
  encapsulate: true,
  decorators: { fastify: ['clock', 'console', 'signIn', 'store', 'tokens', 'visitorProfiles'] },
})
