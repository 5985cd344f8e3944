import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { INSTANCES, instancesPage } from '../../src/console/instances-page.ts'
import { differencesOf } from '../../src/findings/instances.ts'
import { showPage } from './page.ts'

async function operatorInstances(app: FastifyInstance) {
  const { clock, roster, tokens } = app
  app.get(INSTANCES, (_request, reply) => {
    const instances = roster.list()
    return showPage(reply, {
      title: 'Instances',
      content: () =>
        instancesPage({
          instances,
          self: roster.self,
          differing: differencesOf(instances),
          nameOf: (pageId) => tokens.status(pageId).pageName ?? pageId,
          nowMs: clock.now(),
        }),
    })
  })
}

export const operatorInstanceRoutes = fp(operatorInstances, {
  name: 'operator-instance-routes',
  encapsulate: true,
  decorators: { fastify: ['clock', 'roster', 'signIn', 'tokens'] },
})
