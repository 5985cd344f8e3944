import type { IncomingMessage } from 'node:http'
import type { Server, Socket } from 'node:net'

/** With what Node keeps for each, and the headers of a request that is not whole yet, some 100 MiB. */
const MOST = 4096

/** The open connections of a server. */
export interface OpenConnections {
  /** A request has come whole on its connection, which makes it the youngest again. */
  used: (request: IncomingMessage) => void
}

/**
 * Bounds the connections of a server. One too many ends the one that was unused for the longest time: a stranger who opens
 * thousands and says nothing ends those of its own, and not those of a proxy or of Facebook, on which requests come.
 */
export const boundConnections = (server: Server, most = MOST): OpenConnections => {
  /** Unused for the longest time first. */
  const open = new Set<Socket>()
  server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    if (open.size <= most) return
    const [oldest] = open
    oldest?.destroy()
  })
  return {
    used: ({ socket }) => {
      // A connection that has ended meanwhile must not come back.
      if (open.delete(socket)) open.add(socket)
    },
  }
}
