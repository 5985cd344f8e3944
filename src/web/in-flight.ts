import type { RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Requests on one connection that may wait for an answer at a time; browsers and proxies send one. */
const MOST_AT_ONCE = 16

/**
 * Bounds the unanswered requests of one connection. Node takes all pipelined requests of one chunk, up to some thousand, before
 * it answers the first, and other connections wait meanwhile.
 *
 * @param refuse - answers the first request beyond the bound; the connection ends with that answer
 */
export const boundInFlight = (
  listener: RequestListener,
  refuse: (response: ServerResponse) => void,
): RequestListener => {
  const inFlight = new WeakMap<Socket, number>()
  return (request, response) => {
    const { socket } = request
    const count = (inFlight.get(socket) ?? 0) + 1
    inFlight.set(socket, count)
    if (count <= MOST_AT_ONCE) {
      response.once('close', () => inFlight.set(socket, (inFlight.get(socket) ?? 1) - 1))
      return listener(request, response)
    }
    // Ignores requests that were read already, and reads no more.
    inFlight.set(socket, Number.POSITIVE_INFINITY)
    if (count === Number.POSITIVE_INFINITY) return
    socket.pause()
    refuse(response)
  }
}
