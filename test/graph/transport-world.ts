import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import type { Dispatcher } from 'undici'
import { createGraph } from '../../src/graph/client.ts'

/** A client of the Graph API at `origin`, closed with the test. */
export const connect = (t: Test, origin: string, timeoutMs = 5000, dispatcher?: Dispatcher) => {
  const graph = createGraph({
    origin,
    version: 'v25.0',
    appId: '6',
    appSecret: 'app-secret-1',
    timeoutMs,
    ...(dispatcher && { dispatcher }),
  })
  t.teardown(() => graph.close())
  return graph
}

/** A server that treats each connection as told, once the request has come in. */
export const raw = async (t: Test, serve: (socket: Socket) => void): Promise<string> => {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', () => serve(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
