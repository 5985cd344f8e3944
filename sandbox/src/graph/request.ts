import type { FastifyRequest } from 'fastify'
import type { SandboxParts } from '../parts.ts'
import { isFacebookName } from '../reach/names.ts'
import { readBody } from './body.ts'
import type { SentFile } from './multipart.ts'
import type { Call, Method } from './call.ts'
import { unknownPath, type GraphFailure } from './failure.ts'
import { mergeParams, parseForm, withoutEmpty, type Params } from './params.ts'
import { looksLikeVersion, runningVersion } from './versions.ts'
import { decoded } from '../decoded.ts'
import { ifGiven } from '../if-given.ts'

/** A call as it was read. A problem with its version or address is answered only after trouble was applied. */
export interface ReadCall {
  call: Call
  problem?: GraphFailure
  /** Why the body gives no parameters. */
  unread?: string
}

export const readRequest = (parts: SandboxParts, request: FastifyRequest): ReadCall => {
  const { params, files, unread } = readBody(request)
  const read = toCall(parts, {
    method: request.method,
    address: request.url,
    body: params,
    files,
    authorization: request.headers.authorization,
    origin: isFacebookName(request.hostname) ? `https://${request.hostname}` : null,
  })
  return { ...read, ...ifGiven('unread', unread) }
}

export interface RawCall {
  method: string
  /** Path and query. */
  address: string
  body: Params
  files?: readonly SentFile[]
  authorization?: string | undefined
  origin?: string | null
}

/** Makes a call from an address and a body. */
export const toCall = ({ settings }: SandboxParts, raw: RawCall): ReadCall => {
  const [path, query] = splitAddress(raw.address)
  const words = path.split('/').filter((word) => word !== '')
  const asked = words[0] !== undefined && looksLikeVersion(words[0]) ? words.shift() : undefined
  const version = runningVersion(asked ?? settings.graphVersion)
  const params = withoutEmpty(mergeParams(parseForm(query), raw.body))
  const { id } = params
  // `/?id=1` is `/1`.
  if (words.length === 0 && typeof id === 'string') words.push(encodeURIComponent(id))
  const call: Call = {
    method: methodOf(raw.method, params),
    version: version ?? settings.graphVersion,
    origin: raw.origin ?? null,
    path: words.map(decoded),
    params,
    token: tokenOf(raw.authorization, params),
    files: raw.files ?? [],
  }
  if (version === null) return { call, problem: unknownPath(words.join('/')) }
  return { call }
}

export const splitAddress = (address: string): [path: string, query: string] => {
  const at = address.indexOf('?')
  return at < 0 ? [address, ''] : [address.slice(0, at), address.slice(at + 1)]
}

/** `?method=delete`, for clients that know only GET and POST; HEAD is read as GET. */
const methodOf = (method: string, params: Params): Method => {
  const override = params['method']
  if (typeof override === 'string' && /^(get|post|delete)$/i.test(override)) {
    return override.toUpperCase() as Method
  }
  return method === 'HEAD' ? 'GET' : (method as Method)
}

const tokenOf = (authorization: string | undefined, params: Params): string | null => {
  const parameter = params['access_token']
  if (typeof parameter === 'string' && parameter !== '') return parameter
  return /^(?:Bearer|OAuth)\s+(\S+)$/i.exec(authorization ?? '')?.[1] ?? null
}
