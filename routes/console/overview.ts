import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { BotError } from '../../src/base/errors.ts'
import { fragments, overview } from '../../src/console/overview.ts'
import { alertsCard, trialPage } from '../../src/console/alerts-card.ts'
import { webhookEntryCard } from '../../src/console/page-card.ts'
import { loginAddress } from '../../src/console/login-address.ts'
import type { Notice } from '../../src/alerts/notice.ts'
import { repairByOthers, repairForms } from '../../src/console/repair-page.ts'
import { tokenSource } from '../../src/token/token-source.ts'
import { verdictTitle } from '../../src/console/verdict.ts'
import { showPage } from './page.ts'

async function operator(app: FastifyInstance) {
  const source = tokenSource(app.config)
  const log = app.log.child({ part: 'console' })
  const loginOf = ({ protocol, host }: FastifyRequest) =>
    loginAddress({ publicUrl: app.config.PUBLIC_URL ?? null, origin: `${protocol}://${host}` })

  app.get('/operator', async (request, reply) => {
    const view = await app.console.view()
    const mayAct = app.signIn.may(request, 'operator')
    const isNeeded = view.findings.some(({ byToken, level }) => byToken && level === 'needed')
    return showPage(reply, {
      title: verdictTitle(view),
      live: '/operator/live',
      content: (csrf) =>
        overview(fragments(view), {
          repair: mayAct
            ? repairForms({ csrf, isNeeded, source, login: loginOf(request) })
            : repairByOthers(isNeeded),
          webhookEntry: mayAct && webhookEntryCard(view.appWebhook, app.console.webhookEntry),
          alerts: alertsCard({ csrf, channels: app.alertChannels.map(({ name }) => name), mayAct }),
        }),
    })
  })

  const trial = {
    config: { act: (form: URLSearchParams) => `sent a trial alert by ${form.get('channel')}`, doneWith: 200 },
  }
  app.post<{ Body: URLSearchParams | undefined }>('/operator/trial-alert', trial, async (request, reply) => {
    const wanted = request.body?.get('channel')
    const channel = app.alertChannels.find(({ name }) => name === wanted)
    if (channel === undefined) throw new BotError('BOT_REQUEST_INVALID', 'There is no such channel.')
    log.info({ client: request.ip, channel: channel.name }, 'the operator sent a trial alert')
    const notice: Notice = { kind: 'trial', needs: [], atMs: app.clock.now() }
    const problem = await channel.trial(notice)
    return showPage(reply, { title: 'Trial alert', content: () => trialPage(channel, problem) })
  })

  // A browser at the bare address is sent to the console. Facebook requests the same address if the callback URL lacks its path,
  // and must get a 404.
  app.get('/', { config: { open: 'file' } }, (request, reply) =>
    request.headers.accept?.includes('text/html') && request.url === '/'
      ? reply.redirect('/operator', 303)
      : reply.callNotFound(),
  )
  app.get('/operator/*', { config: { open: 'file' } }, () => {
    throw new BotError('BOT_ROUTE_UNKNOWN', 'There is nothing at this address.')
  })
  app.get('/operator/', (_request, reply) => reply.redirect('/operator', 303))

  app.get('/operator/live', { exposeHeadRoute: false }, (request, reply) => {
    reply.hijack()
    const stream = app.console.streams.open(app.signIn.nameOf(request), reply.raw, reply.getHeaders())
    const stop = app.console.live.watch({
      mayLook: () => app.signIn.sessionOf(request) !== null,
      changed: (parts) => stream.send('parts', parts),
      beat: stream.beat,
      dismissed: () => stream.send('over', {}),
      end: stream.close,
    })
    stream.onClose(stop)
  })
}

export const operatorRoutes = fp(operator, {
  name: 'operator-routes',
  encapsulate: true,
  decorators: { fastify: ['alertChannels', 'clock', 'config', 'console', 'signIn'] },
})
