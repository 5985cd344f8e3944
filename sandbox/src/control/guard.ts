import type { FastifyRequest } from 'fastify'
import { answersTo, type Reach } from '../reach/names.ts'
import { BadBody } from './bodies.ts'

/**
 * Refuses requests that a foreign web page makes in the operator's browser. A name of its own that points to 127.0.0.1 (DNS
 * rebinding) is recognised by `Host`, a plain form by its content type, a fetch by `Origin`.
 */
export const guardAgainstForeignPages = (request: FastifyRequest, reach: Reach): void => {
  guardHost(request, reach)
  const { host, origin } = request.headers
  if (
    origin !== undefined &&
    origin !== `${request.protocol}://${host ?? ''}` &&
    origin !== reach.publicOrigin
  ) {
    throw new BadBody('Requests of other origins are refused.', 403)
  }
  if (request.method === 'GET' || request.method === 'HEAD') return
  if (SIMPLE_TYPES.test(request.headers['content-type'] ?? '')) {
    throw new BadBody(
      "Send the content type application/json, or that of the file, as curl does with -H 'content-type: application/json'; without it any web page could send this.",
      415,
    )
  }
}

/** Refuses host names under which the sandbox is not reached. */
export const guardHost = (request: FastifyRequest, reach: Reach): void => {
  const name = URL.parse(`http://${request.headers.host ?? ''}`)?.hostname
  if (!name || !answersTo(reach, name)) {
    throw new BadBody(
      'The sandbox does not answer to this host name. Loopback names always work, such as 127.0.0.1 or localhost; others are named by --host-name.',
      403,
    )
  }
}

/** Content types that a foreign page may send without a CORS preflight; a missing type is one of them. */
const SIMPLE_TYPES = /^\s*$|^\s*(text\/plain|application\/x-www-form-urlencoded|multipart\/form-data)\b/i
