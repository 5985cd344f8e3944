import Fastify, { LogController, type FastifyInstance } from 'fastify'
import type { Config } from '../src/base/config.ts'
import { createLogOptions, type LogStream } from '../src/base/log.ts'
import { answerClientError, answerFrameworkError } from './errors.ts'

export interface ServerOptions extends Pick<Config, 'LOG_LEVEL' | 'TRUST_PROXY'> {
  /** Where log lines go; standard output by default. */
  logStream?: LogStream | undefined
}

const REQUEST_TIMEOUT_MS = 30_000

/** Fastify itself, before anything is plugged in. */
export const createServer = ({ LOG_LEVEL, TRUST_PROXY, logStream }: ServerOptions): FastifyInstance =>
  Fastify({
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
