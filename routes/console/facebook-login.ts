import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { BotError } from '../../src/base/errors.ts'
import { LOGIN_CALLBACK, loginAddress } from '../../src/console/login-address.ts'
import type { Login } from '../../src/console/logins.ts'
import { newRepairId } from '../../src/console/repairs.ts'
import { readPageField } from '../../src/console/page-field.ts'
import { tokenSource } from '../../src/token/token-source.ts'
import { dialogUrl, readCode, redeemCode, type DialogAnswer } from '../../src/token/login-dialog.ts'
import type { FormRequest } from '../form.ts'

const LONGEST_ANSWER = 4096

/** A repair by "Continue with Facebook". */
async function facebookLogin(app: FastifyInstance) {
  const { config } = app
  const { logins, repairDesk } = app.console
  const log = app.log.child({ part: 'console' })

  const sessionOf = (request: FastifyRequest): string => app.signIn.sessionOf(request) ?? ''

  app.post<FormRequest>(
    '/operator/facebook',
    { config: { act: 'went to the login dialog of Facebook' } },
    async (request, reply) => {
      const redirectUri = redirectUriFor(request)
      const pageIds = readPageField(request.body?.get('named'))
      const url = dialogUrl({
        loginUrl: config.FB_LOGIN_URL,
        version: config.FB_GRAPH_VERSION,
        appId: config.FB_APP_ID,
        redirectUri,
        state: await logins.begin(sessionOf(request), { redirectUri, pageIds }),
        portfolio: request.body?.get('portfolio') === 'yes',
        configId: config.FB_LOGIN_CONFIG_ID,
      })
      log.info({ client: request.ip }, 'the operator went to the login dialog')
      return reply.redirect(url, 303)
    },
  )

  const redirectUriFor = ({ protocol, host }: FastifyRequest): string => {
    const origin = `${protocol}://${host}`
    const { uri, openAt } = loginAddress({ publicUrl: config.PUBLIC_URL ?? null, origin })
    if (openAt === null) return uri
    // The sandbox redirects to any address, Facebook only to registered ones.
    if (config.PUBLIC_URL === undefined && !tokenSource(config).isFacebook)
      return `${origin}${LOGIN_CALLBACK}`
    throw new BotError(
      'BOT_REQUEST_INVALID',
      `Facebook sends you back to ${uri}, where you have not signed in.`,
      {
        remedy: `Open the console at ${openAt} and press the button there.`,
      },
    )
  }

  const repairBy = async (
    request: FastifyRequest,
    answer: DialogAnswer,
    login: Login,
    id: string,
  ): Promise<void> => {
    const code = readCode(answer)
    await repairDesk.begin({
      id,
      session: sessionOf(request),
      client: request.ip,
      userToken: {
        doing: 'Exchanging the code of the login for a user token',
        done: 'Logged in at Facebook',
        fetch: () => redeemCode(app.graph, { code, redirectUri: login.redirectUri }),
      },
      by: 'the login dialog',
      pageIds: login.pageIds,
      mayChoose: false,
    })
  }

  // The callback ends what the form began, so it needs the same role.
  const ending = { config: { role: 'operator' } } as const
  app.get<{ Querystring: DialogAnswer }>(LOGIN_CALLBACK, ending, async (request, reply) => {
    const answer = Object.fromEntries(
      Object.entries(request.query).filter(
        ([, value]) => typeof value === 'string' && value.length <= LONGEST_ANSWER,
      ),
    )
    const made = newRepairId()
    const id = await logins.finish(sessionOf(request), answer['state'] ?? '', made, (login) =>
      repairBy(request, answer, login, made),
    )
    if (id === null) {
      log.warn(
        { client: request.ip },
        'an answer of the login dialog was refused: it belongs to no login that was begun here',
      )
      throw new BotError(
        'BOT_FORM_REFUSED',
        'This answer belongs to no login that you began here, or it came too late.',
        { remedy: 'Press "Continue with Facebook" again.' },
      )
    }
    return reply.redirect(`/operator/repair/${id}`, 303)
  })
}

export const facebookLoginRoutes = fp(facebookLogin, {
  name: 'facebook-login-routes',
  encapsulate: true,
  decorators: { fastify: ['config', 'console', 'graph', 'signIn'] },
})
