import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { guardHost } from './control/guard.ts'
import { DIALOG_STYLE, dialogPage, errorPage } from './dialog-page.ts'
import { parseForm } from './graph/params.ts'
import type { SandboxParts } from './parts.ts'
import type { App, User } from './world.ts'

/** What the bot asked the dialog for (reference B3). */
export interface DialogRequest {
  app: App
  redirectUri: string
  state: string | null
  scopes: string[]
  responseType: 'code' | 'token'
}

/** The login dialog: `GET /v25.0/dialog/oauth` shows it, its form comes back as a POST, and the browser goes on to the bot. */
export const dialogRoutes =
  ({ parts, host }: { parts: SandboxParts; host: string }) =>
  async (app: FastifyInstance) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 64 * 1024 },
      (_request, body, done) => done(null, body),
    )
    app.addHook('onRequest', async (request) => guardHost(request, host))
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
  const asked = readRequest(parts, request)
  if ('problem' in asked) return html(reply.code(400), errorPage(asked.problem), null)
  const people = [...parts.world.users.values()].filter((user) => !user.system)
  const pages = [...parts.world.pages.values()]
  return html(reply, dialogPage({ asked, people, pages, action: request.url }), asked.redirectUri)
}

const decide = (parts: SandboxParts, request: FastifyRequest, reply: FastifyReply) => {
  const asked = readRequest(parts, request)
  if ('problem' in asked) return html(reply.code(400), errorPage(asked.problem), null)
  const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '')
  const user = parts.world.users.get(form.get('user') ?? '')
  if (form.get('decision') !== 'continue' || !user || user.system) {
    return goOn(reply, asked, {
      error: 'access_denied',
      error_code: '200',
      error_description: 'Permissions error',
      error_reason: 'user_denied',
    })
  }
  return goOn(reply, asked, consent(parts, asked, user, form))
}

const consent = (parts: SandboxParts, asked: DialogRequest, user: User, form: URLSearchParams) => {
  const ticked = form.getAll('scope')
  const login = {
    user,
    app: asked.app,
    scopes: [...new Set(['public_profile', ...asked.scopes.filter((scope) => ticked.includes(scope))])],
    declined: asked.scopes.filter((scope) => !ticked.includes(scope) && scope !== 'public_profile'),
    pageIds: form.getAll('page').filter((id) => parts.world.pages.has(id)),
  }
  parts.bus.stateChanged()
  if (asked.responseType === 'code') {
    return { code: parts.tokens.logInForCode({ ...login, redirectUri: asked.redirectUri }) }
  }
  const token = parts.tokens.logIn(login)
  const lifeMs = (token.expiresAtMs ?? parts.clock.nowMs()) - parts.clock.nowMs()
  return { access_token: token.value, expires_in: String(Math.floor(lifeMs / 1000)) }
}

const goOn = (reply: FastifyReply, asked: DialogRequest, answer: Record<string, string>) => {
  const target = new URL(asked.redirectUri)
  const params = new URLSearchParams({ ...answer, ...(asked.state !== null && { state: asked.state }) })
  if ('access_token' in answer) target.hash = params.toString()
  else for (const [name, value] of params) target.searchParams.set(name, value)
  return reply.redirect(target.href, 302)
}

const readRequest = (parts: SandboxParts, request: FastifyRequest): DialogRequest | { problem: string } => {
  const params = parseForm(request.url.split('?').slice(1).join('?'))
  const text = (name: string) => (typeof params[name] === 'string' ? params[name] : null)
  const app = parts.world.apps.get(text('client_id') ?? '')
  if (!app) return { problem: 'Invalid App ID: The provided app ID does not look like a valid app ID.' }
  const redirectUri = text('redirect_uri') ?? ''
  const allowed = app.redirectUris?.includes(redirectUri) ?? true
  if (!allowed || !/^https?:$/.test(URL.parse(redirectUri)?.protocol ?? '')) {
    return {
      problem:
        "URL blocked: This redirect failed because the redirect URI is not white-listed in the app's client OAuth settings.",
    }
  }
  const responseType = text('response_type') ?? 'code'
  if (responseType !== 'code' && responseType !== 'token') {
    return { problem: 'Invalid response_type: the sandbox knows code and token.' }
  }
  const scopes = (text('scope') ?? '').split(/[\s,]+/).filter((scope) => /^\w{1,60}$/.test(scope))
  return { app, redirectUri, state: text('state'), scopes: [...new Set(scopes)], responseType }
}

const html = (reply: FastifyReply, page: string, redirectUri: string | null) => {
  // A browser holds the redirect after a form, too, against form-action.
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
