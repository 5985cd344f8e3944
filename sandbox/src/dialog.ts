import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { guardHost } from './control/guard.ts'
import { CLOSED, consent, DENIED, NOT_ACTIVE, type DialogAnswer } from './dialog/consent.ts'
import { choosePerson, consentPage, errorPage, notActivePage } from './dialog/html.ts'
import { openScopes, pagesOf, people, readDialogRequest, type DialogRequest } from './dialog/request.ts'
import { DIALOG_STYLE } from './dialog/style.ts'
import { splitAddress } from './graph/request.ts'
import type { SandboxParts } from './parts.ts'
import type { User } from './world.ts'
import type { Reach } from './reach/names.ts'

/** The login dialog: `GET /v25.0/dialog/oauth` shows it, its form comes back as a POST, and the browser goes on to the bot. */
export const dialogRoutes =
  ({ parts, reach }: { parts: SandboxParts; reach: Reach }) =>
  async (app: FastifyInstance) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 64 * 1024 },
      (_request, body, done) => done(null, body),
    )
    app.addHook('onRequest', async (request) => guardHost(request, reach))
    app.get('/dialog.css', (_request, reply) => reply.type('text/css; charset=utf-8').send(DIALOG_STYLE))
    for (const url of ['/dialog/oauth', '/:version/dialog/oauth']) {
      app.get(url, async (request, reply) => {
        return show(parts, request, reply)
      })
      app.post(url, async (request, reply) => {
        return decide(parts, request, reply)
      })
    }
  }

const show = (parts: SandboxParts, request: FastifyRequest, reply: FastifyReply) => {
  const asked = readDialogRequest(parts, request.url)
  if ('problem' in asked) return html(reply.code(400), errorPage(asked.problem), null)
  const everybody = people(parts)
  const user = everybody.length === 1 ? everybody[0] : everybody.find(({ id }) => id === asked.userId)
  if (!user) {
    return html(
      reply,
      choosePerson(asked, everybody, ({ id }) => chosen(request.url, id)),
      asked.redirectUri,
    )
  }
  const before = user.grants.get(asked.app.id)
  const scopes = openScopes(asked, user)
  const page = consentPage({
    asked,
    user,
    pages: pagesOf(parts, user),
    scopes,
    declined: asked.scopes.filter((scope) => !scopes.includes(scope)),
    action: request.url,
    others: everybody.length > 1 ? chosen(request.url, null) : null,
    isTicked: ({ id }) => before?.pageIds?.includes(id) ?? true,
  })
  return html(reply, page, asked.redirectUri)
}

const decide = (parts: SandboxParts, request: FastifyRequest, reply: FastifyReply) => {
  const asked = readDialogRequest(parts, request.url)
  if ('problem' in asked) return html(reply.code(400), errorPage(asked.problem), null)
  const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '')
  const user = parts.world.users.get(form.get('user') ?? '')
  const decision = form.get('decision')
  if (decision === 'close') return goOn(reply, asked, CLOSED)
  if (decision === 'back') return goOn(reply, asked, NOT_ACTIVE)
  if (decision !== 'continue' || !user || user.system) return goOn(reply, asked, DENIED)
  if (isShutOut(asked, user)) {
    // Login for Business ends as if the person had declined (docs/messenger-platform.md#b3).
    if (asked.byConfig) return goOn(reply, asked, DENIED)
    return html(reply.code(400), notActivePage(NOT_ACTIVE.error_message, request.url), asked.redirectUri)
  }
  const ticked = { scopes: form.getAll('scope'), pageIds: form.getAll('page') }
  return goOn(reply, asked, consent(parts, asked, user, ticked))
}

/** In development only people with a role on the app may log in. */
const isShutOut = ({ app }: DialogRequest, user: User) => app.mode === 'development' && user.appRole === null

/** The same address, with another person. */
const chosen = (address: string, userId: string | null): string => {
  const [path, query] = splitAddress(address)
  const params = new URLSearchParams(query)
  params.delete('user')
  if (userId !== null) params.set('user', userId)
  return `${path}?${params.toString()}`
}

const goOn = (reply: FastifyReply, asked: DialogRequest, answer: DialogAnswer) => {
  const target = new URL(asked.redirectUri)
  const params = new URLSearchParams({ ...answer, ...(asked.state !== null && { state: asked.state }) })
  if ('access_token' in answer) target.hash = params.toString()
  else for (const [name, value] of params) target.searchParams.set(name, value)
  return reply.redirect(target.href, 302)
}

const html = (reply: FastifyReply, page: string, redirectUri: string | null) => {
  // Browsers apply `form-action` to the redirect after a form, too.
  const next = redirectUri === null ? '' : ` ${new URL(redirectUri).origin}`
  return reply
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; style-src 'self'; form-action 'self'${next}; base-uri 'none'; frame-ancestors 'none'`,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    })
    .send(page)
}
