import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createActivity, type Activity } from '../src/metrics/activity.ts'
import type { Exposition, Metrics } from '../src/metrics/metrics.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Counts for /metrics. */
    metrics: Metrics
    /** Renders /metrics; only with a password. */
    exposition: Exposition
    /** The numbers of the last hour, for the operator console. */
    activity: Activity
  }
}

async function metrics(app: FastifyInstance) {
  if (app.config.OPERATOR_PASSWORD === undefined) {
    app.decorate('metrics', UNREAD)
  } else {
    const { createMetrics } = await import('../src/metrics/metrics.ts')
    const counted = createMetrics()
    app.decorate('metrics', counted)
    app.decorate('exposition', counted)
  }
  app.decorate('activity', createActivity({ clock: app.clock }))
}

const nothing = (): void => undefined

/** Counts nothing: without a password the metrics cannot be read, so their modules are not loaded. */
const UNREAD: Metrics = {
  webhookEvent: nothing,
  webhookRejected: nothing,
  webhookOtherObject: nothing,
  messageHeard: nothing,
  assistantAsked: nothing,
  conversation: nothing,
  replyWaited: nothing,
  replySent: nothing,
  replyDead: nothing,
  doubtSettled: nothing,
  heldBack: nothing,
  committed: nothing,
  pageTaken: nothing,
  pageGone: nothing,
  writeFenced: nothing,
  reconnected: nothing,
  graphCall: nothing,
}

export const metricsPlugin = fp(metrics, { name: 'metrics', fastify: '5.x', dependencies: ['env', 'clock'] })
