import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { BotError } from '../../src/base/errors.ts'
import { INSTANCES, instancesPage } from '../../src/console/instances-page.ts'
import { differencesOf } from '../../src/base/running-instances.ts'
import { showPage } from './page.ts'
import type { FormRequest } from '../form.ts'

async function operatorInstances(app: FastifyInstance) {
  const { clock, roster, signIn, tokens } = app
  const log = app.log.child({ part: 'console' })

  app.get(INSTANCES, (request, reply) => {
    const instances = roster.list()
    const mayChange = signIn.personOf(request)?.role !== 'viewer'
    return showPage(reply, {
      title: 'Instances',
      content: (csrf) =>
        instancesPage({
          instances,
          self: roster.self,
          differing: differencesOf(instances),
          nameOf: (pageId) => tokens.status(pageId).pageName ?? pageId,
          nowMs: clock.now(),
          csrf: mayChange ? csrf : null,
        }),
    })
  })

  const relieve = { config: { role: 'operator', act: 'had an instance give its Pages away' } } as const
  app.post<FormRequest>(INSTANCES, relieve, async (request, reply) => {
    const id = request.body?.get('instance') ?? ''
    const instance = roster.list().find((one) => one.id === id)
    if (instance === undefined)
      throw new BotError('BOT_REQUEST_INVALID', 'There is no such instance any more.')
    log.info({ client: request.ip, host: instance.host }, 'the operator has an instance give its Pages away')
    await roster.relieve(id)
    return reply.redirect(INSTANCES, 303)
  })
}

export const operatorInstanceRoutes = fp(operatorInstances, {
  name: 'operator-instance-routes',
  encapsulate: true,
  decorators: { fastify: ['clock', 'roster', 'signIn', 'tokens'] },
})
