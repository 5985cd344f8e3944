import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { BadBody } from './bodies.ts'

/**
 * A foreign web page must not drive the sandbox through the operator's browser: its own name pointed at 127.0.0.1 (DNS
 * rebinding) shows in `Host`, a plain form in a content type that needs no leave, a fetch in `Origin`.
 *
 * @param boundTo - the address listened on; anything but loopback was the operator's own wish, then any literal address will do
 */
export const guardAgainstForeignPages = (request: FastifyRequest, boundTo: string): void => {
  guardHost(request, boundTo)
  const { host, origin } = request.headers
  if (origin !== undefined && origin !== `http://${host ?? ''}`) {
    throw new BadBody('Requests of other origins are refused.', 403)
  }
  if (request.method === 'GET' || request.method === 'HEAD') return
  if (SIMPLE_TYPES.test(request.headers['content-type'] ?? '')) {
    throw new BadBody('Send the content type application/json, or that of the file.', 415)
  }
}

/** Only the name the sandbox is reached under. */
export const guardHost = (request: FastifyRequest, boundTo: string): void => {
  const hostName = URL.parse(`http://${request.headers.host ?? ''}`)?.hostname
  if (!hostName || !isOurs(hostName, boundTo)) {
    throw new BadBody(
      'This address is served under a loopback name only, such as 127.0.0.1 or localhost.',
      403,
    )
  }
}

/** What a page elsewhere may send without asking first; no type at all is one of them. */
const SIMPLE_TYPES = /^\s*$|^\s*(text\/plain|application\/x-www-form-urlencoded|multipart\/form-data)\b/i

export const isLoopback = (name: string): boolean =>
  /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/i.test(name)

const isOurs = (name: string, boundTo: string): boolean =>
  isLoopback(name) || name === boundTo || (!isLoopback(boundTo) && isIP(name.replace(/^\[|\]$/g, '')) > 0)
