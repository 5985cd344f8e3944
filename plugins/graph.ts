import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { isConfidential } from '../src/base/config.ts'
import { createGraph } from '../src/graph/client.ts'
import { SILENCE_FRESH_MS } from '../src/findings/cut-off.ts'
import { createGraphFailure, type GraphFailure } from '../src/findings/graph-failure.ts'
import { createSilence, type Silence } from '../src/findings/silence.ts'
import type { Graph } from '../src/graph/graph.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The Graph API calls of this bot. */
    graph: Graph
    /** Since when Facebook has answered no call, or only with errors of its own service. */
    graphFailure: Pick<GraphFailure, 'sinceMs'>
    /** The span in which Facebook has given this instance no answer at all. */
    graphSilence: Pick<Silence, 'span'>
  }
}

async function graph(app: FastifyInstance) {
  const { FB_GRAPH_URL, FB_GRAPH_VERSION, FB_APP_ID, FB_APP_SECRET } = app.config
  const failure = createGraphFailure({ clock: app.clock })
  const silence = createSilence({ nowMs: app.clock.elapsed, freshMs: SILENCE_FRESH_MS })
  const client = createGraph({
    origin: FB_GRAPH_URL,
    version: FB_GRAPH_VERSION,
    appId: FB_APP_ID,
    appSecret: FB_APP_SECRET,
    proxies: app.config,
    onCall: ({ edge, outcome, isAnswered }) => {
      app.metrics.graphCall(edge, outcome)
      failure.heard(outcome)
      silence.heard(isAnswered)
    },
    onVersionMismatch: (versions) =>
      app.log.warn(
        versions,
        'Graph runs another version than FB_GRAPH_VERSION: the pinned one has probably expired',
      ),
  })
  app.decorate('graph', client)
  app.decorate('graphFailure', failure)
  app.decorate('graphSilence', silence)
  if (!isConfidential(FB_GRAPH_URL)) {
    app.log.warn(
      { origin: FB_GRAPH_URL },
      'FB_GRAPH_URL is neither https nor on this machine: tokens and the app secret can be read on their way. ' +
        'Only a sandbox in another container is a reason for it',
    )
  }
  app.addHook('onClose', () => client.close())
}

export const graphPlugin = fp(graph, {
  name: 'graph',
  fastify: '5.x',
  dependencies: ['env', 'clock', 'metrics'],
})
