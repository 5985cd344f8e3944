import type { FastifyInstance, FastifyReply } from 'fastify'
import fp from 'fastify-plugin'
import { csrfField } from '../../src/web/layout.ts'
import { SIGN_IN, signInPage } from '../../src/console/sign-in-page.ts'
import { wayBack } from '../../src/console/way-back.ts'
import { BotError } from '../../src/base/errors.ts'
import type { FormRequest } from '../form.ts'

type Asked = { Querystring: Readonly<Record<'unsaved' | 'next', unknown>> }

async function operatorSignIn(app: FastifyInstance) {
  const next = (wanted: unknown): string =>
    wayBack(wanted, (path) => app.hasRoute({ method: 'GET', url: path }))
  const show = (
    reply: FastifyReply,
    shown: { next: string; problem: string | null; isUnsaved?: boolean },
  ): FastifyReply =>
    reply.type('text/html; charset=utf-8').send(
      signInPage({
        csrf: csrfField(reply.generateCsrf()),
        isUnsaved: false,
        ...shown,
        asksCode: app.people.list().some(({ hasSecondFactor }) => hasSecondFactor),
        hasOthers: app.people.list().length > 1,
      }),
    )

  app.get<Asked>(SIGN_IN, { config: { open: true } }, async (request, reply) =>
    app.signIn.sessionOf(request) === null
      ? show(reply, {
          next: next(request.query.next),
          problem: null,
          isUnsaved: request.query.unsaved === 'yes',
        })
      : reply.redirect(next(request.query.next), 303),
  )

  app.post<FormRequest>(SIGN_IN, { config: { open: true } }, async (request, reply) => {
    const given = {
      user: request.body?.get('user') ?? '',
      password: request.body?.get('password') ?? '',
      code: request.body?.get('code') ?? '',
    }
    const to = next(request.body?.get('next'))
    try {
      await app.signIn.begin(request, reply, given)
    } catch (error) {
      if (!(error instanceof BotError) || !request.headers.accept?.includes('text/html')) throw error
      const status = error.code === 'BOT_RATE_LIMITED' ? 429 : 401
      return show(reply.code(status), { next: to, problem: error.message })
    }
    return reply.redirect(to, 303)
  })

  const out = { config: { role: 'viewer', act: 'signed out' } } as const
  app.post<FormRequest>('/operator/sign-out', out, async (request, reply) => {
    await app.signIn.end(request)
    // End the event streams of the session's other tabs.
    app.console.live.poke()
    return reply.redirect(SIGN_IN, 303)
  })
}

export const operatorSignInRoutes = fp(operatorSignIn, {
  name: 'operator-sign-in-routes',
  encapsulate: true,
  decorators: { fastify: ['console', 'people', 'signIn'] },
})
