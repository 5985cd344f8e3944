import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { SandboxParts } from '../parts.ts'
import { facebookJson } from '../webhooks/bytes.ts'
import { isBatch, performBatch } from './batch.ts'
import type { Call } from './call.ts'
import { GraphFailure } from './failure.ts'
import { isObject, isOn, parseForm } from './params.ts'
import { failed, genericFailure, perform, type Reply } from './perform.ts'
import { readRequest, splitAddress, type ReadCall } from './request.ts'

/** The largest upload Facebook takes is 25 MB. */
const BODY_LIMIT = 26 * 1024 * 1024

/** The Graph API: every path that no other route has. */
export const graphRoutes = (parts: SandboxParts) => async (app: FastifyInstance) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT }, (_request, body, done) =>
    done(null, body),
  )
  app.setErrorHandler<FastifyError>((error, _request, reply) => {
    const status = error.statusCode ?? 500
    // An error of the sandbox itself is printed as a warning, because the answer must look like Facebook's.
    if (status >= 500) process.emitWarning(error)
    return refuseCall(parts, reply, status)
  })
  app.route({
    method: ['GET', 'POST', 'DELETE'],
    url: '/*',
    handler: async (request, reply) => {
      const started = performance.now()
      const atMs = parts.clock.nowMs()
      const read = readRequest(parts, request)
      const answer = statusOf(read.call, await serve(parts, read))
      parts.traffic.add({
        atMs,
        kind: 'graph',
        method: read.call.method,
        path: request.url,
        status: answer.body === null ? null : answer.status,
        tookMs: Math.round(performance.now() - started),
        request: read.call.method === 'GET' ? null : (read.unread ?? shown(read.call, request)),
        response: answer.body,
      })
      return write(parts, reply, answer)
    },
  })
  // The CORS preflight of browsers: Facebook's JavaScript SDK calls from any origin.
  app.options('/*', async (request, reply) => {
    const asked = request.headers['access-control-request-headers']
    return reply
      .headers({
        ...common(parts),
        allow: 'GET, HEAD, POST, DELETE, OPTIONS',
        'access-control-allow-methods': 'GET, HEAD, POST, DELETE, OPTIONS',
        'access-control-allow-headers': asked ?? '*',
        'access-control-max-age': '86400',
      })
      .send('')
  })
}

/** `suppress_http_code`, for clients that cannot read the body of an error. */
const statusOf = ({ params }: Call, answer: Reply): Reply =>
  isOn(params, 'suppress_http_code') && answer.body !== null ? { ...answer, status: 200 } : answer

/** Headers of every answer. */
const common = (parts: SandboxParts, headers: Reply['headers'] = {}) => ({
  'access-control-allow-origin': '*',
  'cache-control': 'private, no-cache, no-store, must-revalidate',
  'x-fb-trace-id': parts.traces.letters(11),
  'x-fb-debug': `${parts.traces.letters(86)}==`,
  'x-fb-rev': '1030000000',
  ...headers,
})

/** Answers a request that could not even be read as a call. */
export const refuseCall = (parts: SandboxParts, reply: FastifyReply, status: number) =>
  write(parts, reply, failed(parts, parts.settings.graphVersion, genericFailure(status)))

const serve = async (parts: SandboxParts, read: ReadCall): Promise<Reply> => {
  const { call } = read
  // An outage affects a whole batch; other trouble applies to each part.
  if (!isBatch(call) || parts.trouble.graphDown) return perform(parts, read)
  try {
    return { status: 200, headers: {}, body: await performBatch(parts, call) }
  } catch (error) {
    if (error instanceof GraphFailure) return failed(parts, call.version, error)
    throw error
  }
}

const write = (parts: SandboxParts, reply: FastifyReply, { status, headers, body }: Reply) => {
  if (body === null) {
    reply.hijack()
    reply.raw.destroy()
    return undefined
  }
  const type = { 'content-type': 'application/json; charset=UTF-8' }
  reply.code(status).headers({ ...type, ...common(parts, headers) })
  return reply.send(typeof body === 'string' ? body : facebookJson(body))
}

/** The body for the traffic log: parameters, and the names of files. */
const shown = ({ params, files }: Call, request: FastifyRequest): unknown => {
  const query = parseForm(splitAddress(request.url)[1])
  const body = Object.entries(params).filter(([name]) => !(name in query))
  const sent = Object.entries(Object.groupBy(files, ({ field }) => field)).map(([field, all = []]) => [
    field,
    all.map(({ name, type, bytes }) => `${name} (${type}, ${bytes.length} bytes)`).join(', '),
  ])
  return isObject(params) ? Object.fromEntries([...body, ...sent]) : params
}
