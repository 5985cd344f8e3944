import type { RequestListener } from 'node:http'
import Fastify, { LogController, type FastifyInstance, type FastifyServerFactory } from 'fastify'
import type { Config } from '../src/base/settings.ts'
import { createLogOptions, type LogStream } from '../src/base/log.ts'
import { CHECKOUT, fitCommands, type Surroundings } from '../src/cures/surroundings.ts'
import { dropBody } from '../src/web/body-budget.ts'
import { boundInFlight } from '../src/web/in-flight.ts'
import { boundConnections } from '../src/web/open-connections.ts'
import { answerClientError, answerFrameworkError, answerUnrouted } from './errors.ts'

export interface ServerOptions extends Pick<Config, 'LOG_LEVEL' | 'TRUST_PROXY'> {
  /** Where log lines go; standard output by default. */
  logStream?: LogStream | undefined
  /** Where it runs; a checkout by default. */
  surroundings?: Surroundings | undefined
}

// An import would run the getters of node:http, and one of them loads a second undici.
const { createServer: createHttpServer } = process.getBuiltinModule('node:http')

/** Facebook gives up after five. A request that is not here by then, headers and body, is cut. */
const REQUEST_TIMEOUT_MS = 10_000
const LOOK_FOR_SLOW_ONES_EVERY_MS = 1000

/** Requests answered before Fastify sees them: Fastify would cost more, or Node would answer without our error body. */
const guarded =
  (app: RequestListener): RequestListener =>
  (request, response) => {
    const { httpVersion, method = '', rawHeaders } = request
    const hosts = countHosts(rawHeaders)
    if (hosts > 1 || (hosts === 0 && httpVersion === '1.1')) {
      dropBody(request)
      return answerUnrouted(response, 400, `The request names ${hosts === 0 ? 'no host' : 'several hosts'}.`)
    }
    // Fastify reads no bodies of these.
    if (BODYLESS.has(method)) dropBody(request)
    app(request, response)
  }

/** Node takes the first of several, and a proxy in front may have gone by another one (RFC 9112, 3.2). */
const countHosts = (rawHeaders: readonly string[]): number => {
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1
  }
  return count
}

const BODYLESS = new Set(['GET', 'HEAD', 'TRACE'])

const serverFactory: FastifyServerFactory = (app, { keepAliveTimeout }) => {
  const answer = boundInFlight(guarded(app as RequestListener), (response) =>
    answerUnrouted(response, 429, 'Too many requests were sent at once on one connection.'),
  )
  const server = createHttpServer(
    {
      keepAliveTimeout: Number(keepAliveTimeout),
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: LOOK_FOR_SLOW_ONES_EVERY_MS,
      // Checked above instead, because Node's own refusal has no body.
      requireHostHeader: false,
    },
    (request, response) => {
      connections.used(request, response)
      answer(request, response)
    },
  )
  const connections = boundConnections(server)
  server.on('checkExpectation', (request, response) => {
    dropBody(request)
    answerUnrouted(response, 417, 'This server meets no expectation but 100-continue.')
  })
  return server
}

/** The bare Fastify instance, before plugins are registered. */
export const createServer = (options: ServerOptions): FastifyInstance => {
  const { LOG_LEVEL, TRUST_PROXY, logStream, surroundings = CHECKOUT } = options
  const spell = (remedy: string): string => fitCommands(remedy, surroundings)
  return Fastify({
    logger: createLogOptions(LOG_LEVEL, logStream, surroundings.is === 'checkout' ? undefined : spell),
    // Two log lines for every request would halve the webhooks we can take.
    logController: new LogController({ disableRequestLogging: true }),
    // So would a logger of its own for every request, with all that is redacted.
    childLoggerFactory: (logger) => logger,
    serverFactory,
    // After its ten seconds Fastify would end a start that recovers a large database, or waits for slow handlers, and say
    // only the name of a plugin. What may wait for ever has a limit of its own, and words for it.
    pluginTimeout: 0,
    trustProxy: TRUST_PROXY ?? false,
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerClientError,
  })
}
