import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server, Socket } from 'node:net'

/** With what Node keeps for each, and the headers of a request that is not whole yet, some 100 MiB. */
const MOST = 4096

/** The open connections of a server. */
export interface OpenConnections {
  /** The headers of a request have come on its connection, which makes it the youngest again. */
  used: (request: IncomingMessage, response: ServerResponse) => void
}

/** The last request of a connection while it is not answered, also where requests are pipelined: it is answered last. */
type Asked = IncomingMessage | undefined

/**
 * Bounds the connections of a server. One too many ends one on which nothing is asked, or else one whose request is not
 * whole, or else any: of several the one that was unused for the longest time. A stranger who opens thousands ends those of
 * its own, but not those of a proxy or of Facebook, on which requests come, nor an event stream of the console.
 */
export const boundConnections = (server: Server, most = MOST): OpenConnections => {
  /** Unused for the longest time first. */
  const open = new Map<Socket, Asked>()
  server.on('connection', (socket) => {
    open.set(socket, undefined)
    socket.once('close', () => open.delete(socket))
    if (open.size > most) leastUseful(open, Math.ceil(most * OLDER))?.destroy()
  })
  return {
    used: (request, response) => {
      const { socket } = request
      // A connection that has ended meanwhile must not come back.
      if (!open.delete(socket)) return
      open.set(socket, request)
      response.once('close', () => {
        if (open.get(socket) === request) open.set(socket, undefined)
      })
    },
  }
}

/** The others are spared: the first request of a new connection is on its way, also while all older ones are busy. */
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
