import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { BotError } from '../src/base/errors.ts'
import { LOGIN_CALLBACK } from '../src/console/login-address.ts'
import { facebookButton } from '../src/console/repair-page.ts'
import { SIGN_IN } from '../src/console/sign-in-page.ts'
import { OVERVIEW, wayBack } from '../src/console/way-back.ts'
import { fitError } from '../src/cures/surroundings.ts'
import { errorPage } from '../src/web/error-page.ts'
import { csrfField } from '../src/web/layout.ts'
import { toBody } from './errors.ts'
import { formRefusal } from './own-forms.ts'

/** Answers errors of the console with a page for browsers; other clients get the usual JSON. */
async function errorPages(app: FastifyInstance) {
  const { signIn, surroundings } = app
  const log = app.log.child({ part: 'console' })

  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const refusal = formRefusal(error)
    // A browser that asks for the password itself (Basic authentication) gets the JSON, too.
    if (!wantsPage(request) || reply.hasHeader('www-authenticate')) throw refusal
    if (refusal.code === 'BOT_SIGN_IN_NEEDED') return reply.redirect(signInAddress(request), 303)
    const problem = toBody(refusal)
    if (problem.statusCode >= 500) log.error({ err: error, code: problem.code }, 'a request failed')
    const remedy = refusal instanceof BotError ? (fitError(refusal, surroundings).remedy ?? null) : null
    // Without a session the page has no form and sets no CSRF cookie, which would replace the operator's on a request from
    // another site.
    const person = signIn.personOf(request)?.name
    const csrf = person === undefined ? undefined : csrfField(reply.generateCsrf())
    const mayLogIn = isLogin(request) && signIn.may(request, 'operator')
    return reply
      .code(problem.statusCode)
      .type('text/html; charset=utf-8')
      .send(
        errorPage(
          { ...problem, remedy, isUnsaved: request.method === 'POST' },
          { csrf, person },
          mayLogIn && csrf ? facebookButton(csrf) : false,
        ),
      )
  })
}

/** Whether the request is the callback of Facebook's login dialog, whose error page offers to start the login again. */
const isLogin = ({ routeOptions }: FastifyRequest): boolean => routeOptions.url === LOGIN_CALLBACK

/** The sign-in page's address, with the requested page to return to. The address of a posted form is no page to return to. */
const signInAddress = ({ method, url, server }: FastifyRequest): string => {
  if (method === 'POST') return `${SIGN_IN}?unsaved=yes`
  const next = wayBack(url, (path) => server.hasRoute({ method: 'GET', url: path }))
  return next === OVERVIEW ? SIGN_IN : `${SIGN_IN}?next=${encodeURIComponent(next)}`
}

const wantsPage = (request: FastifyRequest): boolean => request.headers.accept?.includes('text/html') === true

export const errorPagesPlugin = fp(errorPages, {
  name: 'error-pages',
  fastify: '5.x',
  dependencies: ['sign-in'],
})
