import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { BotError } from '../../src/base/errors.ts'
import { addressOf, scriptKey, TEXT, VERSIONS } from '../../src/console/script/addresses.ts'
import { savedWords } from '../../src/console/script/pieces.ts'
import { textPage, type TextEditor } from '../../src/console/script/text-page.ts'
import { versionPage, versionsPage } from '../../src/console/script/versions-page.ts'
import { difference } from '../../src/editing/difference.ts'
import { versionOf } from '../../src/editing/reply-form.ts'
import type { ScriptAtDesk } from '../../src/editing/desk.ts'
import { html, type Html } from '../../src/web/html.ts'
import { showPage } from './page.ts'
import { FORM_BYTES, headOf, posted, textIn, type ScriptQuery } from './script-request.ts'
import type { FormRequest } from '../form.ts'

/** Pages for the script's text and its earlier versions. */
async function operatorScriptText(app: FastifyInstance) {
  const { clock, scriptDesk } = app
  const log = app.log.child({ part: 'console' })

  const showText = async (
    request: FastifyRequest,
    reply: FastifyReply,
    script: ScriptAtDesk,
    shown: Pick<TextEditor, 'text' | 'version'> & Partial<TextEditor> & { words?: Html | false },
  ): Promise<FastifyReply> => {
    const { words = false, ...editor } = shown
    const head = await headOf(app, script, request)
    const nothing = { mistakes: [], remarks: [], checked: null, line: null }
    return showPage(reply, {
      title: 'Script as a text',
      script: 'text.js',
      content: (csrf) => html`${words}${textPage({ ...head, ...nothing, ...editor, csrf })}`,
    })
  }

  app.get<ScriptQuery<'script' | 'line' | 'did'>>(TEXT, async (request, reply) => {
    const { query } = request
    const script = scriptDesk.at(textIn(query, 'script'))
    const { text, version, mistakes } = await script.read()
    const remarks = mistakes.length === 0 ? script.remarks(text) : []
    const asked = Number(textIn(query, 'line') ?? Number.NaN)
    const line = Number.isInteger(asked) ? asked : null
    const words = savedWords(textIn(query, 'did'), null)
    return showText(request, reply, script, { text, version, mistakes, remarks, line, words })
  })

  const save = {
    config: { formBytes: FORM_BYTES, role: 'owner', act: 'changed the script as a text' },
  } as const
  app.post<FormRequest>(TEXT, save, async (request, reply) => {
    const { form, script, field, text: textOf } = posted(app, request.body)
    const [text, version] = [textOf('text'), field('version')]
    const again = (more: Partial<TextEditor>, statusCode = 200) =>
      showText(request, reply.code(statusCode), script, { text, version, ...more })
    if (form.get('do') === 'check') {
      const { mistakes } = script.judge(text)
      return again(mistakes.length > 0 ? { mistakes } : { checked: 'right', remarks: script.remarks(text) })
    }
    const saved = await script.saveText({ text, version, by: app.signIn.nameOf(request) })
    if (saved.is === 'wrong') return again({ mistakes: saved.mistakes }, 422)
    if (saved.is === 'changed')
      return again({ version: versionOf(saved.text), againstNow: difference(saved.text, text) }, 409)
    changed(request.ip, script)
    return reply.redirect(addressOf(TEXT, { script: scriptKey(script), did: 'saved' }), 303)
  })

  app.get<ScriptQuery<'script' | 'id' | 'did'>>(VERSIONS, async (request, reply) => {
    const { query } = request
    const script = scriptDesk.at(textIn(query, 'script'))
    const id = textIn(query, 'id')
    const [head, versions] = await Promise.all([headOf(app, script, request), script.versions.list()])
    if (id === null) {
      const words = savedWords(textIn(query, 'did'), null)
      return showPage(reply, {
        title: 'Earlier versions',
        content: () => html`${words}${versionsPage({ ...head, versions, nowMs: clock.now() })}`,
      })
    }
    const [{ text, version }, old] = await Promise.all([script.read(), script.versions.read(id)])
    const shown = versions.find((one) => one.id === id)
    if (old === null || shown === undefined) throw gone()
    return showPage(reply, {
      title: 'An earlier version',
      content: (csrf) => versionPage({ ...head, shown, runs: difference(text, lines(old)), version, csrf }),
    })
  })

  const goBack = { config: { role: 'owner', act: 'went back to an earlier version of the script' } } as const
  app.post<FormRequest>(VERSIONS, goBack, async (request, reply) => {
    const { script, field } = posted(app, request.body)
    const [id, version] = [field('id'), field('version')]
    const text = await script.versions.read(id)
    if (text === null) throw gone()
    const saved = await script.saveText({ text: lines(text), version, by: app.signIn.nameOf(request) })
    if (saved.is === 'changed')
      throw new BotError(
        'BOT_SCRIPT_CHANGED',
        'The script was changed while you looked, so nothing was saved.',
        {
          remedy: 'Look at the difference again.',
        },
      )
    // An earlier version can have mistakes now, such as a file that no longer exists.
    if (saved.is === 'wrong')
      return showText(request, reply.code(422), script, { text, version, mistakes: saved.mistakes })
    changed(request.ip, script)
    return reply.redirect(addressOf(VERSIONS, { script: scriptKey(script), did: 'saved' }), 303)
  })

  const changed = (client: string, { name }: ScriptAtDesk): void =>
    log.info({ client, script: name }, 'the operator changed the script')
}

const gone = (): BotError => new BotError('BOT_ROUTE_UNKNOWN', 'There is no such version any more.')

const lines = (text: string): string => text.replaceAll('\r\n', '\n')

export const operatorScriptTextRoutes = fp(operatorScriptText, {
  name: 'operator-script-text-routes',
  encapsulate: true,
  decorators: { fastify: ['clock', 'scriptDesk', 'signIn', 'tokens'] },
})
