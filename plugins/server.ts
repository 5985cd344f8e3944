import type { RequestListener } from 'node:http'
import Fastify, { LogController, type FastifyInstance, type FastifyServerFactory } from 'fastify'
import type { Config } from '../src/base/config.ts'
import { createLogOptions, type LogStream } from '../src/base/log.ts'
import { answerClientError, answerFrameworkError } from './errors.ts'

export interface ServerOptions extends Pick<Config, 'LOG_LEVEL' | 'TRUST_PROXY'> {
  /** Where log lines go; standard output by default. */
  logStream?: LogStream | undefined
  /** Stands between the server and the app, which answers what is passed on to it. */
  front?: (app: RequestListener) => RequestListener
}

// An import would run the getters of node:http, and one of them loads a second undici.
const { createServer: createHttpServer } = process.getBuiltinModule('node:http')

const REQUEST_TIMEOUT_MS = 30_000

/** As Fastify makes it, which a factory has to do itself. */
const withFront =
  (front: (app: RequestListener) => RequestListener): FastifyServerFactory =>
  (app, { keepAliveTimeout = 0 }) => {
    const server = createHttpServer(front(app as RequestListener))
    return Object.assign(server, { keepAliveTimeout, requestTimeout: REQUEST_TIMEOUT_MS })
  }

/** Fastify itself, before anything is plugged in. */
export const createServer = ({ LOG_LEVEL, TRUST_PROXY, logStream, front }: ServerOptions): FastifyInstance =>
  Fastify({
    ...(front && { serverFactory: withFront(front) }),
    logger: createLogOptions(LOG_LEVEL, logStream),
    // Two log lines for every request would halve the webhooks we can take.
    logController: new LogController({ disableRequestLogging: true }),
    // So would a logger of its own for every request, with all that is redacted.
    childLoggerFactory: (logger) => logger,
    // Fastify's default lets a client take for ever over its request, and keep the connection.
    requestTimeout: REQUEST_TIMEOUT_MS,
    // After its ten seconds Fastify would end a start that recovers a large database, or waits for slow handlers, and say
    // only the name of a plugin. What may wait for ever has a limit of its own, and words for it.
    pluginTimeout: 0,
    trustProxy: TRUST_PROXY ?? false,
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerClientError,
  })
