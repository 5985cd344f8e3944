import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createActivity, type Activity } from '../src/metrics/activity.ts'
import type { Metrics } from '../src/metrics/metrics.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** What /metrics tells. */
    metrics: Metrics
    /** What the operator console tells about the last hour. */
    activity: Activity
  }
}

async function metrics(app: FastifyInstance) {
  app.decorate('metrics', app.config.OPERATOR_PASSWORD === undefined ? UNREAD : await load())
  app.decorate('activity', createActivity({ clock: app.clock }))
}

const load = async (): Promise<Metrics> => (await import('../src/metrics/metrics.ts')).createMetrics()

const nothing = (): void => undefined

/** Without a password nobody can read them: nothing is counted, and nothing loaded for it. */
const UNREAD: Metrics = {
  webhookEvent: nothing,
  webhookRejected: nothing,
  replySent: nothing,
  replyDead: nothing,
  graphCall: nothing,
  render: async () => '',
  contentType: 'text/plain',
}

export const metricsPlugin = fp(metrics, { name: 'metrics', fastify: '5.x', dependencies: ['env', 'clock'] })
