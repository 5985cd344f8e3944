import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createActivity, type Activity } from '../src/metrics/activity.ts'
import { createMetrics, type Metrics } from '../src/metrics/metrics.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** What /metrics tells. */
    metrics: Metrics
    /** What the operator console tells about the last hour. */
    activity: Activity
  }
}

async function metrics(app: FastifyInstance) {
  // Measuring the process costs timers of its own; without a password nobody can read it.
  app.decorate('metrics', createMetrics({ node: app.config.OPERATOR_PASSWORD !== undefined }))
  app.decorate('activity', createActivity({ clock: app.clock }))
}

export const metricsPlugin = fp(metrics, { name: 'metrics', fastify: '5.x', dependencies: ['env', 'clock'] })
