import type { SandboxParts } from '../parts.ts'
import { facebookJson } from '../webhooks/bytes.ts'
import type { Call, Method } from './call.ts'
import { badParameter, GraphFailure } from './failure.ts'
import { asText, isObject, mergeParams, optionalText, parseForm, unpack, type Params } from './params.ts'
import { perform, type Reply } from './perform.ts'
import { splitAddress, toCall } from './request.ts'

/** Reference F8. */
const MOST_PARTS = 50

/** A part of the answer; null for one that was not answered in time. */
type Part = { code: number; headers?: { name: string; value: string }[]; body: string | null } | null

/** `POST /?batch=[...]`: every part a call of its own, run at the same time, answered in the order asked. */
export const isBatch = ({ method, path, params }: Call): boolean =>
  method === 'POST' && path.length === 0 && params['batch'] !== undefined

export const performBatch = async (parts: SandboxParts, whole: Call): Promise<Part[]> => {
  const asked = unpack(whole.params['batch'])
  if (!Array.isArray(asked)) throw badParameter('Param batch must be an array.')
  if (asked.length > MOST_PARTS) {
    throw new GraphFailure({
      message: `Too many requests in batch message. Maximum batch size is ${MOST_PARTS}`,
      type: 'GraphBatchException',
      code: 1,
    })
  }
  if (whole.token === null && !asked.every(bringsToken)) {
    throw new GraphFailure(
      { message: '(#2500) A batch request must include an access token', code: 2500 },
      { challenge: 'invalid_request' },
    )
  }
  const withHeaders = !/^(false|0)$/.test(optionalText(whole.params, 'include_headers') ?? 'true')
  return Promise.all(asked.map((part: unknown) => performPart(parts, whole, part, withHeaders)))
}

const performPart = async (
  parts: SandboxParts,
  whole: Call,
  part: unknown,
  withHeaders: boolean,
): Promise<Part> => {
  const call = readPart(parts, whole, part)
  const reply = await perform(parts, call)
  if (reply.body === null) return null
  return {
    code: reply.status,
    ...(withHeaders && { headers: headerList(reply) }),
    body: typeof reply.body === 'string' ? reply.body : facebookJson(reply.body),
  }
}

const readPart = (parts: SandboxParts, whole: Call, part: unknown) => {
  const given = isObject(part) ? part : {}
  const method = (asText(given['method']) || 'GET').toUpperCase()
  const relative = typeof given['relative_url'] === 'string' ? given['relative_url'].replace(/^\/+/, '') : ''
  const [path, query] = splitAddress(relative)
  const body = typeof given['body'] === 'string' ? parseForm(given['body']) : {}
  const own = mergeParams(parseForm(query), body)
  const read = toCall(parts, {
    method: isMethod(method) ? method : 'GET',
    origin: whole.origin,
    address: `/${/^v\d+\.\d+(\/|$)/.test(path) ? '' : `${whole.version}/`}${path}`,
    body: mergeParams(inherited(whole, own), own),
  })
  if (isMethod(method) && relative !== '') return read
  return { ...read, problem: badParameter('Each batch request must have a method and a relative_url') }
}

/** The token of the whole serves the parts that bring none, and its proof with it. */
const inherited = (whole: Call, own: Params): Params => {
  if (own['access_token'] !== undefined || whole.token === null) return {}
  const proof = whole.params['appsecret_proof']
  return {
    access_token: whole.token,
    ...(own['appsecret_proof'] === undefined && proof !== undefined && { appsecret_proof: proof }),
  }
}

const bringsToken = (part: unknown): boolean =>
  isObject(part) &&
  [part['relative_url'], part['body']].some(
    (text) => typeof text === 'string' && /(^|[?&])access_token=/.test(text),
  )

const isMethod = (method: string): method is Method => ['GET', 'POST', 'DELETE'].includes(method)

const headerList = ({ headers }: Reply) =>
  Object.entries({ 'Content-Type': 'application/json; charset=UTF-8', ...headers }).map(([name, value]) => ({
    name,
    value,
  }))
