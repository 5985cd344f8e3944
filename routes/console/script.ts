import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { BotError } from '../../src/base/errors.ts'
import { REPLIES, REPLY, SCRIPT, TRY, addressOf, scriptKey } from '../../src/console/script/addresses.ts'
import { repliesPage } from '../../src/console/script/replies-page.ts'
import { savedWords } from '../../src/console/script/pieces.ts'
import { tryPage } from '../../src/console/script/try-page.ts'
import { replyRows } from '../../src/editing/reply-rows.ts'
import { html } from '../../src/web/html.ts'
import { showPage } from './page.ts'
import { headOf, pageOf, posted, textIn, type ScriptQuery } from './script-request.ts'
import type { FormRequest } from '../form.ts'

/** Pages for the replies of a script, and for trying a text. */
async function operatorScript(app: FastifyInstance) {
  const { scriptDesk } = app
  const log = app.log.child({ part: 'console' })

  app.get<ScriptQuery<'script' | 'q' | 'from' | 'did' | 'name'>>(SCRIPT, async (request, reply) => {
    const { query } = request
    const script = scriptDesk.at(textIn(query, 'script'))
    const [head, { text, script: read, mistakes }] = await Promise.all([
      headOf(app, script, request),
      script.read(),
    ])
    const words = savedWords(textIn(query, 'did'), textIn(query, 'name'))
    return showPage(reply, {
      title: 'Script',
      content: (csrf) =>
        html`${words}${repliesPage({
          ...head,
          rows: read && replyRows(read),
          mistakes,
          hasFallback: /^["']?fallback["']?[ \t]*:/m.test(text),
          wanted: textIn(query, 'q')?.trim() ?? '',
          from: Math.max(0, Math.trunc(Number(textIn(query, 'from') ?? 0)) || 0),
          csrf,
        })}`,
    })
  })

  app.post<FormRequest>(TRY, { config: { role: 'viewer' } }, async (request, reply) => {
    const { script, field } = posted(app, request.body)
    const text = field('text').slice(0, 500)
    const [head, { script: read }] = await Promise.all([headOf(app, script, request), script.read()])
    if (read === null) return reply.redirect(addressOf(SCRIPT, { script: scriptKey(script) }), 303)
    const { says, ...found } = await scriptDesk.trial.sentence(read, text, pageOf(app, script))
    return showPage(reply, {
      title: 'Try a sentence',
      content: (csrf) => tryPage({ ...head, text, found, says, replies: replyRows(read), csrf }),
    })
  })

  const act = (form: URLSearchParams): string =>
    form.get('do') === 'add'
      ? `added a phrase to the reply ${form.get('reply')}`
      : `made the reply ${form.get('name')}`
  app.post<FormRequest>(REPLIES, { config: { role: 'owner', act } }, async (request, reply) => {
    const { form, script, field, text } = posted(app, request.body)
    const name = field(form.get('do') === 'add' ? 'reply' : 'name')
    switch (form.get('do')) {
      case 'add':
        await script.addPhrase(name, field('phrase'), app.signIn.nameOf(request))
        break
      case 'make':
        await script.addReply({ name, phrase: text('phrase'), say: field('say') }, app.signIn.nameOf(request))
        break
      default:
        throw new BotError('BOT_REQUEST_INVALID', 'A reply can be made, or a phrase added to one.')
    }
    log.info({ client: request.ip, script: script.name, reply: name }, 'the operator changed the script')
    return reply.redirect(addressOf(REPLY, { script: scriptKey(script), name, did: 'saved' }), 303)
  })
}

export const operatorScriptRoutes = fp(operatorScript, {
  name: 'operator-script-routes',
  encapsulate: true,
  decorators: { fastify: ['scriptDesk', 'signIn', 'tokens'] },
})
