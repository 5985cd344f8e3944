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
  /** Takes the log lines; standard output by default. */
  logStream?: LogStream | undefined
  /** Where the bot runs; a checkout by default. */
  surroundings?: Surroundings | undefined
}

// An import would run the getters of node:http, and one of them loads a second undici.
const { createServer: createHttpServer } = process.getBuiltinModule('node:http')

/**
 * Headers and body of a request must arrive within this time, else the connection is closed. Facebook gives up after five
 * seconds.
 */
const REQUEST_TIMEOUT_MS = 10_000
const LOOK_FOR_SLOW_ONES_EVERY_MS = 1000

/**
 * Answers some requests before Fastify sees them, because Fastify would cost more time or Node would answer without the bot's
 * error body.
 */
const guarded =
  (app: RequestListener): RequestListener =>
  (request, response) => {
    const { httpVersion, method = '', rawHeaders } = request
    const hosts = countHosts(rawHeaders)
    if (hosts > 1 || (hosts === 0 && httpVersion === '1.1')) {
      dropBody(request)
      return answerUnrouted(response, 400, `The request names ${hosts === 0 ? 'no host' : 'several hosts'}.`)
    }
    // Fastify does not read bodies of these methods.
    if (BODYLESS.has(method)) dropBody(request)
    app(request, response)
  }

/** Several Host headers are refused (RFC 9112, 3.2): Node takes the first, and a proxy in front may have used another one. */
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
      // `guarded` checks it instead, because Node's own refusal has no body.
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
    // Two log lines for every request would halve the rate of webhooks.
    logController: new LogController({ disableRequestLogging: true }),
    // A logger for each request, with its own redaction, would cost as much.
    childLoggerFactory: (logger) => logger,
    serverFactory,
    // No limit: after its ten seconds Fastify would end a start that recovers a large database or waits for slow handlers, and
    // name only a plugin. Steps that could hang have limits and messages of their own.
    pluginTimeout: 0,
    trustProxy: TRUST_PROXY ?? false,
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerClientError,
  })
}
