import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

const LOOK_EVERY_MS = 25
const PATIENCE_MS = 5000

/**
 * Lets requests under way end when the bot stops, and then lets go of their connections. Node closes those that are
 * idle at that moment; one that answers its last request afterwards, or has never asked anything, would be kept for
 * as long as keep-alive lasts, and the store would stay open behind it.
 */
async function drain(app: FastifyInstance, { patienceMs = PATIENCE_MS }: { patienceMs?: number }) {
  const { server } = app
  const connections = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })

  app.addHook('preClose', async () => {
    if (!server.listening) return
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy()
    // Real time and not the bot's clock: the clients of the connections are in real time.
    const look = setInterval(() => server.closeIdleConnections(), LOOK_EVERY_MS)
    const end = setTimeout(() => server.closeAllConnections(), patienceMs)
    server.once('close', () => {
      clearInterval(look)
      clearTimeout(end)
    })
  })
}

export const drainPlugin = fp(drain, { name: 'drain', fastify: '5.x' })
