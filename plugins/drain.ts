import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

const LOOK_EVERY_MS = 25
const PATIENCE_MS = 5000

/**
 * Lets requests in flight finish when the bot stops, and then closes their connections. Node closes only connections that are
 * idle at that moment. One that finishes its last request later, or that has never sent a request, would stay open until
 * keep-alive ends, and so would the store.
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
    // System time and not the bot's clock, because the clients use real time.
    const look = setInterval(() => server.closeIdleConnections(), LOOK_EVERY_MS)
    const end = setTimeout(() => server.closeAllConnections(), patienceMs)
    server.once('close', () => {
      clearInterval(look)
      clearTimeout(end)
    })
  })
}

export const drainPlugin = fp(drain, { name: 'drain', fastify: '5.x' })
