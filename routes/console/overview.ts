import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { openEventStream } from '../../src/web/event-stream.ts'
import { fragments, overview } from '../../src/console/overview.ts'
import { repairForms } from '../../src/console/repair-page.ts'
import { tokenSource } from '../../src/token/token-source.ts'
import { verdictTitle } from '../../src/console/verdict.ts'
import { showPage } from './page.ts'

async function operator(app: FastifyInstance) {
  const source = tokenSource(app.config)

  app.get('/operator', async (_request, reply) => {
    const view = await app.console.view()
    const isNeeded = view.verdict.is === 'needed' && view.verdict.needs.some(({ byToken }) => byToken)
    return showPage(reply, {
      title: verdictTitle(view.verdict),
      live: '/operator/live',
      content: (csrf) => overview(fragments(view), repairForms({ csrf, isNeeded, source })),
    })
  })

  app.get('/operator/', (_request, reply) => reply.redirect('/operator', 303))

  app.get('/operator/live', { exposeHeadRoute: false }, (request, reply) => {
    reply.hijack()
    const stream = openEventStream(reply.raw, reply.getHeaders())
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
  decorators: { fastify: ['config', 'console', 'signIn'] },
})
