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

/** Shows a browser of the console its errors as a page; programs get the JSON of every other route. */
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
    // No form without a session, and so no CSRF cookie: it would replace the operator's on a request from another site.
    const csrf = signIn.sessionOf(request) === null ? undefined : csrfField(reply.generateCsrf())
    const mayLogIn = isLogin(request) && signIn.may(request, 'operator')
    return reply
      .code(problem.statusCode)
      .type('text/html; charset=utf-8')
      .send(errorPage({ ...problem, remedy }, csrf, mayLogIn && csrf ? facebookButton(csrf) : false))
  })
}

/** Whether this is the callback of Facebook's login dialog; a failed login begins again there. */
const isLogin = ({ routeOptions }: FastifyRequest): boolean => routeOptions.url === LOGIN_CALLBACK

/** Where one signs in, and comes back from to a page that was asked for; a form has no address of its own. */
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
