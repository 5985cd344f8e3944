import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server, Socket } from 'node:net'

/** Together with Node's memory for each, and the headers of unfinished requests, some 100 MiB. */
const MOST = 4096

/** The open connections of a server. */
export interface OpenConnections {
  /** Call when the headers of a request have come; its connection is then the most recently used one. */
  used: (request: IncomingMessage, response: ServerResponse) => void
}

/** The last unanswered request of a connection. Pipelined requests are answered in order, so it is answered last. */
type Asked = IncomingMessage | undefined

/**
 * Bounds the connections of a server. A connection beyond the bound ends another one: an idle one, else one with an unfinished
 * request, else any; in each case the least recently used. A stranger who opens thousands of connections ends its own, and not
 * those of a proxy or of Facebook, which are in use, nor event streams of the console.
 */
export const boundConnections = (server: Server, most = MOST): OpenConnections => {
  /** The connections, the least recently used first. */
  const open = new Map<Socket, Asked>()
  server.on('connection', (socket) => {
    open.set(socket, undefined)
    socket.once('close', () => open.delete(socket))
    if (open.size > most) leastUseful(open, Math.ceil(most * OLDER))?.destroy()
  })
  return {
    used: (request, response) => {
      const { socket } = request
      // A connection that has ended meanwhile is not added again.
      if (!open.delete(socket)) return
      open.set(socket, request)
      response.once('close', () => {
        if (open.get(socket) === request) open.set(socket, undefined)
      })
    },
  }
}

/**
 * Only this share of the connections, the older ones, may be ended: on a new connection the first request is still on its way.
 */
const OLDER = 3 / 4

const leastUseful = (open: ReadonlyMap<Socket, Asked>, older: number): Socket | undefined => {
  let busy: Socket | undefined
  let unfinished: Socket | undefined
  let seen = 0
  for (const [socket, request] of open) {
    if (request === undefined) return socket
    busy ??= socket
    if (!request.complete) unfinished ??= socket
    if (++seen === older) break
  }
  return unfinished ?? busy
}
