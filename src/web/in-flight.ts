import type { RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** What a browser or a proxy may ask at once on one connection; neither sends more than one request before its answer. */
const MOST_AT_ONCE = 16

/**
 * Bounds the requests of one connection that wait for their answers. Node takes all that come in one piece, up to some
 * thousand, before any of them is answered, and other connections wait meanwhile.
 *
 * @param refuse - answers the first request that is too much; its connection is to end with that answer
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
    // Ignore the bytes that were read already, and read no more.
    inFlight.set(socket, Number.POSITIVE_INFINITY)
    if (count === Number.POSITIVE_INFINITY) return
    socket.pause()
    refuse(response)
  }
}
