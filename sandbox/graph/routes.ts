import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { SandboxParts } from '../parts.ts'
import type { ArmedTrouble } from '../trouble.ts'
import { facebookJson } from '../webhooks/bytes.ts'
import type { Call, Method } from './call.ts'
import { answerCall, edgeNames } from './edges/table.ts'
import { GraphFailure, unknownPath } from './failure.ts'
import { readBody } from './body.ts'
import { isObject, mergeParams, parseForm, type Params } from './params.ts'
import { looksLikeVersion, runningVersion } from './versions.ts'

/** What goes back over the wire. */
interface Reply {
  status: number
  headers: Record<string, string>
  /** An object is written as JSON, a text as it is, null closes the connection without an answer. */
  body: object | string | null
}

/** The largest upload Facebook takes is 25 MB. */
const BODY_LIMIT = 26 * 1024 * 1024

/** The Graph API: every path that belongs to nobody else. */
export const graphRoutes = (parts: SandboxParts) => async (app: FastifyInstance) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT }, (_request, body, done) =>
    done(null, body),
  )
  app.setErrorHandler<FastifyError>((error, _request, reply) => {
    const status = error.statusCode ?? 500
    // A mistake of the sandbox itself: said aloud, since the answer must look like Facebook's.
    if (status >= 500) process.emitWarning(error)
    return refuseCall(parts, reply, status)
  })
  app.route({
    method: ['GET', 'POST', 'DELETE'],
    url: '/*',
    handler: async (request, reply) => {
      const started = performance.now()
      const atMs = parts.clock.nowMs()
      const { call, answer } = await serve(parts, request)
      parts.traffic.add({
        atMs,
        kind: 'graph',
        method: call.method,
        path: request.url,
        status: answer.body === null ? null : answer.status,
        tookMs: Math.round(performance.now() - started),
        request: call.method === 'GET' ? null : withoutQuery(call.params, request),
        response: answer.body,
      })
      return write(parts, reply, answer)
    },
  })
}

/** Answers a request that could not even be read as a call. */
export const refuseCall = (parts: SandboxParts, reply: FastifyReply, status: number) =>
  write(parts, reply, failed(parts, parts.settings.graphVersion, genericFailure(status)))

const serve = async (
  parts: SandboxParts,
  request: FastifyRequest,
): Promise<{ call: Call; answer: Reply }> => {
  const { call, problem } = await readCall(parts, request)
  const { trouble, settings } = parts
  const met = trouble.graphDown
    ? undefined
    : trouble.meet({ edges: edgeNames(call.path), pageId: pageOf(parts, call) })
  await pause(settings.latencyMs + trouble.delayMs + (met?.delayMs ?? 0))
  // Checked again after the wait: an outage takes down what is under way.
  if (trouble.graphDown) return { call, answer: outage(trouble.graphDown) }
  if (met?.kind === 'fail' && (met.error ?? met.raw ?? met.status) !== undefined) {
    return { call, answer: troubled(parts, call, met) }
  }
  const answer = problem ? failed(parts, call.version, problem) : await run(parts, call)
  return { call, answer: met?.kind === 'lose-answer' ? { ...answer, body: null } : answer }
}

const run = async (parts: SandboxParts, call: Call): Promise<Reply> => {
  try {
    const body = await answerCall(parts, call)
    return { status: 200, headers: { 'facebook-api-version': call.version }, body }
  } catch (error) {
    if (error instanceof GraphFailure) return failed(parts, call.version, error)
    throw error
  }
}

/** The call a request stands for. A problem with its version or its address is told only after trouble had its turn. */
const readCall = async (
  parts: SandboxParts,
  request: FastifyRequest,
): Promise<{ call: Call; problem?: GraphFailure }> => {
  const [address = '', query = ''] = splitOnce(request.url, '?')
  const words = address.split('/').filter((word) => word !== '')
  const asked = words[0] !== undefined && looksLikeVersion(words[0]) ? words.shift() : undefined
  const version = runningVersion(asked ?? parts.settings.graphVersion)
  const params = mergeParams(parseForm(query), await readBody(request))
  const call: Call = {
    method: methodOf(request, params),
    version: version ?? parts.settings.graphVersion,
    path: words.map(decodeWord),
    params,
    token: tokenOf(request, params),
  }
  if (version === null) return { call, problem: unknownPath([asked, ...words].join('/')) }
  return { call }
}

/** `?method=delete` on a POST, for clients that know GET and POST alone. */
const methodOf = (request: FastifyRequest, params: Params): Method => {
  const override = params['method']
  if (request.method === 'POST' && typeof override === 'string' && /^(get|delete)$/i.test(override)) {
    return override.toUpperCase() as Method
  }
  return request.method as Method
}

const tokenOf = (request: FastifyRequest, params: Params): string | null => {
  const parameter = params['access_token']
  if (typeof parameter === 'string' && parameter !== '') return parameter
  return /^(?:Bearer|OAuth)\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null
}

/** The Page a call is about, as far as its address and token tell. */
const pageOf = (parts: SandboxParts, call: Call): string | null => {
  const named = call.path[0] ?? ''
  if (parts.world.pages.has(named)) return named
  const input = call.path[0] === 'debug_token' ? optionalInput(call.params) : call.token
  return (input === null ? undefined : parts.tokens.find(input))?.pageId ?? null
}

const optionalInput = (params: Params): string | null => {
  const input = params['input_token']
  return typeof input === 'string' ? input : null
}

const outage = ({ body, reset }: { body: string; reset: boolean }): Reply => ({
  status: 503,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: reset ? null : body,
})

const troubled = (parts: SandboxParts, call: Call, met: ArmedTrouble): Reply => {
  if (met.raw !== undefined) {
    return {
      status: met.status ?? 503,
      headers: { 'content-type': 'text/html; charset=utf-8' },
      body: met.raw,
    }
  }
  const { error } = met
  if (!error) return failed(parts, call.version, genericFailure(met.status ?? 500))
  const failure = new GraphFailure(
    { ...error, message: error.message ?? `(#${error.code}) Trouble made in the sandbox` },
    {
      status: met.status ?? 400,
      challenge: error.code === 190 || error.code === 102 ? 'invalid_token' : null,
    },
  )
  return failed(parts, call.version, failure)
}

/** What Facebook answers when it does not say what went wrong. */
const genericFailure = (status: number): GraphFailure =>
  status >= 500
    ? new GraphFailure(
        {
          message: 'An unexpected error has occurred. Please retry your request later.',
          code: 2,
          is_transient: true,
        },
        { status },
      )
    : new GraphFailure({ message: '(#100) Invalid request.', code: 100 }, { status })

const failed = (parts: SandboxParts, version: string, failure: GraphFailure): Reply => ({
  status: failure.status,
  headers: {
    'facebook-api-version': version,
    ...(failure.challenge && {
      'www-authenticate': `OAuth "Facebook Platform" "${failure.challenge}" "${headerText(failure.message)}"`,
    }),
  },
  body: { error: { ...failure.envelope, fbtrace_id: `A${parts.rng.letters(22)}` } },
})

const write = (parts: SandboxParts, reply: FastifyReply, { status, headers, body }: Reply) => {
  if (body === null) {
    reply.hijack()
    reply.raw.destroy()
    return undefined
  }
  reply.code(status).headers({
    'content-type': 'application/json; charset=UTF-8',
    'cache-control': 'private, no-cache, no-store, must-revalidate',
    'x-fb-trace-id': parts.rng.letters(11),
    ...headers,
  })
  return reply.send(typeof body === 'string' ? body : facebookJson(body))
}

const pause = (ms: number) => (ms > 0 ? new Promise<void>((resolve) => setTimeout(resolve, ms)) : undefined)

const splitOnce = (text: string, mark: string): string[] => {
  const at = text.indexOf(mark)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

const decodeWord = (word: string): string => {
  try {
    return decodeURIComponent(word)
  } catch {
    return word
  }
}

/** A header is Latin-1 without control characters and must not end its own quotes. */
const headerText = (text: string): string => text.replace(/[^\x20-\x7e]|["\\]/g, '?').slice(0, 500)

const withoutQuery = (params: Params, request: FastifyRequest): unknown => {
  const query = parseForm(splitOnce(request.url, '?')[1] ?? '')
  const body = Object.entries(params).filter(([name]) => !(name in query))
  return isObject(params) ? Object.fromEntries(body) : params
}
