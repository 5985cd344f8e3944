import type { FastifyInstance } from 'fastify'
import { ACCOUNT_LINKING_PATH } from './chat/account-link.ts'
import { guardHost } from './control/guard.ts'
import { errorPage } from './dialog/html.ts'
import type { SandboxParts } from './parts.ts'
import type { Reach } from './reach/names.ts'

interface Back {
  account_linking_token?: unknown
  authorization_code?: unknown
}

/**
 * The address to which the bot's own login sends the visitor back. Without a code the visitor gave up, and the accounts are not
 * linked.
 */
export const accountLinkingRoutes =
  ({ parts, reach }: { parts: SandboxParts; reach: Reach }) =>
  async (app: FastifyInstance) => {
    app.addHook('onRequest', async (request) => guardHost(request, reach))
    for (const path of [ACCOUNT_LINKING_PATH, ACCOUNT_LINKING_PATH.slice(0, -1)]) {
      app.get<{ Querystring: Back }>(path, async ({ query }, reply) => {
        const { account_linking_token: token, authorization_code: code } = query
        const link = typeof token === 'string' ? parts.world.accountLinks.get(token) : undefined
        const page = link && parts.world.pages.get(link.pageId)
        if (!link || !page || link.expiresAtMs <= parts.clock.nowMs()) {
          return reply
            .code(400)
            .type('text/html; charset=utf-8')
            .send(errorPage('This link is not valid, or no longer.'))
        }
        parts.world.accountLinks.delete(String(token))
        if (typeof code === 'string' && code !== '') {
          parts.chat.act(page, link.psid, { type: 'account_linking', authorizationCode: code })
        }
        return reply.redirect(`/#${new URLSearchParams({ page: page.id }).toString()}`, 302)
      })
    }
  }
