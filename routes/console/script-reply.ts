import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { addressOf, REPLY, SCRIPT, scriptKey } from '../../src/console/script/addresses.ts'
import { savedWords } from '../../src/console/script/pieces.ts'
import { replyPage, type ReplyEditor } from '../../src/console/script/reply-page.ts'
import type { Arrangement } from '../../src/editing/messages.ts'
import { replyForm } from '../../src/editing/reply-form.ts'
import { replyRows } from '../../src/editing/reply-rows.ts'
import type { Saved, ScriptAtDesk } from '../../src/editing/desk.ts'
import type { Script } from '../../src/script/types.ts'
import { html } from '../../src/web/html.ts'
import { showPage } from './page.ts'
import { FORM_BYTES, headOf, pageOf, posted, textIn, type ScriptQuery } from './script-request.ts'
import type { FormRequest } from '../form.ts'

/** Fields of the form that do not belong to the reply. */
const OWN_FIELDS = new Set(['_csrf', 'script', 'name', 'version', 'draft', 'do'])
/** A button that arranges messages, such as `up:2`. */
const ARRANGES = /^(up|down|out):(\d{1,4})$/

/** The form for a reply or the fallback. */
async function operatorScriptReply(app: FastifyInstance) {
  const { scriptDesk } = app
  const log = app.log.child({ part: 'console' })

  /** The reply for the preview, from a changed script; null if that has mistakes. */
  const looksBy = async (by: Script | null, script: ScriptAtDesk, name: string | null) =>
    by === null ? null : scriptDesk.trial.reply(by, name, pageOf(app, script))

  const editorOf = async (
    request: FastifyRequest,
    script: ScriptAtDesk,
    name: string | null,
    draft: string | null = null,
  ): Promise<Omit<ReplyEditor, 'csrf'>> => {
    const [head, { text, script: read }] = await Promise.all([headOf(app, script, request), script.read()])
    return {
      ...head,
      form: replyForm(text, name, draft),
      replies: read === null ? [] : replyRows(read),
      looks: await looksBy(read, script, name),
    }
  }

  app.get<ScriptQuery<'script' | 'name' | 'did'>>(REPLY, async (request, reply) => {
    const { query } = request
    const name = textIn(query, 'name')
    const editor = await editorOf(request, scriptDesk.at(textIn(query, 'script')), name)
    const words = savedWords(textIn(query, 'did'), name)
    return showPage(reply, {
      title: name ?? 'Fallback',
      content: (csrf) => html`${words}${replyPage({ ...editor, csrf })}`,
    })
  })

  const act = (form: URLSearchParams): string =>
    `${form.get('do') === 'remove' ? 'removed' : 'changed'} ${form.has('name') ? `the reply ${form.get('name')}` : 'the fallback'}`
  const save = { config: { formBytes: FORM_BYTES, role: 'owner', act } } as const
  app.post<FormRequest>(REPLY, save, async (request, reply) => {
    const { form, script, field, text } = posted(app, request.body)
    const name = form.get('name')
    const version = field('version')
    const draft = form.has('draft') ? text('draft') : null
    const filled = new Map(
      [...form].flatMap(([id, value]) =>
        OWN_FIELDS.has(id) ? [] : [[id, value.replaceAll('\r\n', '\n').trim()] as const],
      ),
    )
    const again = async (more: Partial<ReplyEditor>, statusCode = 200, shown = draft) => {
      const editor = await editorOf(request, script, name, shown)
      // The form keeps the version it was loaded with until the person has been shown another person's change, so that saving
      // detects it.
      if (more.isChanged !== true) editor.form.version = version
      return showPage(reply.code(statusCode), {
        title: name ?? 'Fallback',
        content: (csrf) => replyPage({ ...editor, typed: filled, ...more, csrf }),
      })
    }
    const step = arrangementOf(form.get('do') ?? '')
    if (step !== null) {
      // The reply has changed, so the ids of the fields may stand for other parts.
      if (draft === null && replyForm((await script.read()).text, name).version !== version)
        return again({ isChanged: true }, 409)
      const arranged = await script.arrangeReply({ name, filled, draft }, step)
      const nothing = new Map<string, string>()
      const { script: read } = await script.withReply({ name, filled: nothing, draft: arranged })
      return again({ typed: nothing, looks: await looksBy(read, script, name) }, 200, arranged)
    }
    if (form.get('do') === 'look') {
      const { script: read, mistakes } = await script.withReply({ name, filled, draft })
      return again({ mistakes, looks: await looksBy(read, script, name) })
    }
    const isGoing = form.get('do') === 'remove' && name !== null
    const change = { version, by: app.signIn.nameOf(request) }
    const saved: Saved = isGoing
      ? await script.removeReply({ name, ...change })
      : await script.saveReply({ name, filled, draft, ...change })
    if (saved.is === 'wrong') return again({ mistakes: saved.mistakes, looks: null }, 422)
    if (saved.is === 'changed') return again({ isChanged: true }, 409)
    log.info({ client: request.ip, script: script.name, reply: name }, 'the operator changed the script')
    const of = scriptKey(script)
    return reply.redirect(
      isGoing
        ? addressOf(SCRIPT, { script: of, did: 'removed', name })
        : addressOf(REPLY, { script: of, name, did: 'saved' }),
      303,
    )
  })
}

const arrangementOf = (wanted: string): Arrangement | null => {
  const [, step, message = ''] = ARRANGES.exec(wanted) ?? []
  if (step === 'up' || step === 'down' || step === 'out') return { do: step, message: Number(message) }
  return wanted === 'add' ? { do: 'add' } : null
}

export const operatorScriptReplyRoutes = fp(operatorScriptReply, {
  name: 'operator-script-reply-routes',
  encapsulate: true,
  decorators: { fastify: ['scriptDesk', 'signIn', 'tokens'] },
})
