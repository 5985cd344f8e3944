import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { systemClock } from '../src/base/clock.ts'
import { BotError, type BotErrorCode } from '../src/base/errors.ts'
import { dropBody } from '../src/web/body-budget.ts'
import { createFailureLog } from '../src/web/failure-log.ts'
import { createLostCallbacks } from '../src/reception/lost-callbacks.ts'

// An import would run the getters of node:http, and one of them loads a second undici.
const { STATUS_CODES } = process.getBuiltinModule('node:http')

/** The only mapping from codes to HTTP statuses. `docs/errors.md` says what each code means and what to do. */
export const HTTP_STATUS: Record<BotErrorCode, number> = {
  BOT_CONFIG_INVALID: 500,
  BOT_SCRIPT_INVALID: 500,
  BOT_HANDLERS_INVALID: 500,
  BOT_SIGNATURE_INVALID: 401,
  BOT_VERIFICATION_FAILED: 403,
  BOT_BODY_INVALID: 400,
  BOT_BODY_TOO_LARGE: 413,
  BOT_BODY_UNFINISHED: 408,
  BOT_OBJECT_MISSING: 400,
  BOT_RATE_LIMITED: 429,
  BOT_STORE_UNAVAILABLE: 503,
  BOT_STORE_REFUSED: 500,
  BOT_SCRIPT_NOT_EDITABLE: 409,
  BOT_SCRIPT_READ_ONLY: 409,
  BOT_SCRIPT_CHANGED: 409,
  BOT_STORE_DAMAGED: 500,
  BOT_DATA_DIR_IN_USE: 500,
  BOT_DATA_NOT_MOVED: 500,
  BOT_TOKEN_STORE_UNREADABLE: 500,
  BOT_TOKEN_KEY_WRONG: 500,
  BOT_GRAPH_REJECTED: 502,
  BOT_GRAPH_UNREACHABLE: 502,
  BOT_APP_CREDENTIALS_WRONG: 502,
  BOT_USER_TOKEN_INVALID: 400,
  BOT_USER_TOKEN_FOREIGN: 400,
  BOT_USER_TOKEN_SCOPE_MISSING: 400,
  BOT_PAGE_NOT_FOUND: 404,
  BOT_PAGE_CHOICE_NEEDED: 409,
  BOT_PAGE_TASK_MISSING: 400,
  BOT_PAGE_TOKEN_EXPIRES: 400,
  BOT_PAGE_TOKEN_UNPROVEN: 400,
  BOT_PAGE_TOKEN_INVALID: 502,
  BOT_SUBSCRIPTION_FAILED: 502,
  BOT_USAGE: 400,
  BOT_SIGN_IN_NEEDED: 401,
  BOT_SIGN_IN_FAILED: 401,
  BOT_FORM_REFUSED: 403,
  BOT_ROLE_MISSING: 403,
  BOT_ROUTE_UNKNOWN: 404,
  BOT_REQUEST_INVALID: 400,
  BOT_INTERNAL: 500,
}

/** The body of every error response. */
export interface ErrorBody {
  statusCode: number
  code: BotErrorCode
  error: string
  message: string
}

/** Answers requests that fail before any route, hook or handler runs, such as one with a malformed URL. */
export const answerFrameworkError = (
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): void => {
  const body = toBody(error)
  dropBody(request.raw)
  void reply.header('x-content-type-options', 'nosniff').code(body.statusCode).send(body)
}

/** Answers input that is not HTTP on the bare socket, and closes it. */
export const answerClientError = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const status = CLIENT_STATUS[error.code ?? ''] ?? 400
  const body = JSON.stringify(bodyOf('BOT_REQUEST_INVALID', 'The request is not understood.', status))
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `X-Content-Type-Options: nosniff\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    // Destroyed, because a client that goes on sending would keep a half-closed socket open.
    () => socket.destroy(),
  )
}

/** Answers requests that Node has parsed but Fastify must not see. The connection closes after the response. */
export const answerUnrouted = (response: ServerResponse, status: number, message: string): void => {
  const code = status === 429 ? 'BOT_RATE_LIMITED' : 'BOT_REQUEST_INVALID'
  response.writeHead(status, {
    connection: 'close',
    'content-type': 'application/json',
    'x-content-type-options': 'nosniff',
    ...(status === 429 ? { 'retry-after': '1' } : {}),
  })
  response.end(JSON.stringify(bodyOf(code, message, status)))
}

const RETRY_AFTER_SECONDS = 5
const CLIENT_STATUS: Record<string, number> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 }

/** Errors for requests that do not prove to come from Facebook. */
const FAILED_PROOFS = new Set<BotErrorCode>(['BOT_SIGNATURE_INVALID', 'BOT_VERIFICATION_FAILED'])

async function errors(app: FastifyInstance) {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('x-content-type-options', 'nosniff')
    done()
  })
  const logFailure = createFailureLog({ clock: systemClock, log: app.log })
  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    let body = toBody(error)
    dropBody(request.raw)
    // Fastify would close the connection at once, and a client that is still sending could not read the reason.
    if (body.code === 'BOT_BODY_TOO_LARGE') reply.removeHeader('connection')
    if (FAILED_PROOFS.has(body.code)) {
      const waitSeconds = await app.countFailure(request)
      // Logged as a warning only up to a limit: an operator with a wrong secret must notice, an attacker must not fill the log.
      if (waitSeconds === null) app.logStranger(request.ip, { code: body.code }, body.message)
      else {
        reply.header('retry-after', waitSeconds)
        body = bodyOf('BOT_RATE_LIMITED', 'Too many failed attempts; wait before the next one.')
      }
    }
    if (body.statusCode === 503) reply.header('retry-after', RETRY_AFTER_SECONDS)
    if (body.statusCode >= 500) logFailure(error, body.code)
    return reply.code(body.statusCode).send(body)
  })
  const lost = createLostCallbacks({ log: app.log })
  app.setNotFoundHandler((request, reply) => {
    dropBody(request.raw)
    lost({ url: request.url, isSigned: request.headers['x-hub-signature-256'] !== undefined })
    const body = bodyOf('BOT_ROUTE_UNKNOWN', 'There is nothing at this address.')
    return reply.code(body.statusCode).send(body)
  })
}

/** The response body of an error. */
export const toBody = (error: FastifyError | BotError): ErrorBody => {
  if (error instanceof BotError) return bodyOf(error.code, error.message)
  const { statusCode = 500 } = error
  if (statusCode === 413) return bodyOf('BOT_BODY_TOO_LARGE', 'The request is larger than this server takes.')
  if (statusCode === 429) return bodyOf('BOT_RATE_LIMITED', error.message)
  return statusCode >= 400 && statusCode < 500
    ? bodyOf('BOT_REQUEST_INVALID', error.message, statusCode)
    : bodyOf('BOT_INTERNAL', '')
}

const bodyOf = (code: BotErrorCode, message: string, statusCode = HTTP_STATUS[code]): ErrorBody => ({
  statusCode,
  code,
  error: STATUS_CODES[statusCode] ?? 'Error',
  // The message of an internal error goes to the log only: it may name paths and addresses.
  message: statusCode < 500 ? message : INSIDE,
})

const INSIDE = 'The request could not be carried out; the log says why, under this code.'

export const errorsPlugin = fp(errors, {
  name: 'errors',
  fastify: '5.x',
  decorators: { fastify: ['countFailure', 'logStranger'] },
})
