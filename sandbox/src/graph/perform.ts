import type { SandboxParts } from '../parts.ts'
import type { ArmedTrouble } from '../trouble.ts'
import { checkApp } from './app-barriers.ts'
import type { Call } from './call.ts'
import { Redirect } from './edges/picture.ts'
import { answerCall, edgeNames } from './edges/table.ts'
import { GraphFailure } from './failure.ts'
import { asText, isObject, unpack, type Params } from './params.ts'
import type { ReadCall } from './request.ts'

/** The HTTP answer. */
export interface Reply {
  status: number
  headers: Record<string, string>
  /** An object is sent as JSON, a text unchanged; null closes the connection without an answer. */
  body: object | string | null
}

/** Applies trouble to a call, then carries it out. */
export const perform = async (parts: SandboxParts, { call, problem }: ReadCall): Promise<Reply> => {
  const { trouble, settings } = parts
  const met = trouble.graphDown
    ? undefined
    : trouble.meet({
        edges: edgeNames(call),
        pageId: pageOf(parts, call),
        psid: personOf(parts, call),
      })
  const lost = met?.kind === 'lose-answer' ? met : undefined
  await pause(settings.latencyMs + trouble.delayMs + (lost ? 0 : (met?.delayMs ?? 0)))
  // Checked again after the wait, because an outage also affects calls in flight.
  if (trouble.graphDown) return outage(trouble.graphDown)
  if (met?.kind === 'fail' && (met.error ?? met.raw ?? met.status) !== undefined) {
    return troubled(parts, call, met)
  }
  const reply = problem ? failed(parts, call.version, problem) : await run(parts, call)
  if (!lost) return reply
  await pause(lost.delayMs ?? 0)
  if ((lost.error ?? lost.status) !== undefined) return troubled(parts, call, lost)
  return { ...reply, body: lost.raw ?? null }
}

/** The envelope of a failure. */
export const failed = (parts: SandboxParts, version: string, failure: GraphFailure): Reply => ({
  status: failure.status,
  headers: {
    'facebook-api-version': version,
    ...failure.headers,
    ...(failure.challenge && {
      'www-authenticate': `OAuth "Facebook Platform" "${failure.challenge}" "${headerText(failure.message)}"`,
    }),
  },
  body: { error: { ...failure.envelope, fbtrace_id: `A${parts.traces.letters(22)}` } },
})

/** Facebook's answer without a reason. */
export const genericFailure = (status: number): GraphFailure =>
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

const run = async (parts: SandboxParts, call: Call): Promise<Reply> => {
  try {
    checkApp(parts, call)
    const { body, headers } = await answerCall(parts, call)
    const own = { 'facebook-api-version': call.version, ...headers }
    if (body instanceof Redirect)
      return { status: 302, headers: { ...own, location: body.location }, body: '' }
    return { status: 200, headers: own, body }
  } catch (error) {
    if (error instanceof GraphFailure) return failed(parts, call.version, error)
    throw error
  }
}

/** The Page a call is about, from its address or token; null if neither tells it. */
const pageOf = (parts: SandboxParts, call: Call): string | null => {
  const named = call.path[0] ?? ''
  if (parts.world.pages.has(named)) return named
  const input = call.path[0] === 'debug_token' ? inputToken(call.params) : call.token
  return (input === null ? undefined : parts.tokens.find(input))?.pageId ?? null
}

/**
 * The person a call is about: its recipient, the PSID in its address, or the one whose conversation it reads and whose menu
 * or label it sets.
 */
const personOf = (parts: SandboxParts, { path, params }: Call): string | null => {
  const named = path[0] ?? ''
  if (parts.world.visitors.has(named)) return named
  const recipient = unpack(params['recipient'])
  const given = isObject(recipient)
    ? recipient['id']
    : (recipient ?? params['psid'] ?? params['user'] ?? params['user_id'])
  return asText(given) || null
}

const inputToken = (params: Params): string | null => {
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

const pause = (ms: number) => (ms > 0 ? new Promise<void>((resolve) => setTimeout(resolve, ms)) : undefined)

/** A header is Latin-1 without control characters and must not end its own quotes. */
const headerText = (text: string): string => text.replace(/[^\x20-\x7e]|["\\]/g, '?').slice(0, 500)
