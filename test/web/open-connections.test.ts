import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { boundConnections } from '../../src/web/open-connections.ts'

const MOST = 3

const listen = async (t: Test) => {
  const server = createServer((request, response) => {
    connections.used(request)
    response.end()
  })
  const connections = boundConnections(server, MOST)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close().closeAllConnections())
  /** Resolves when the server has it. */
  const open = async (): Promise<Socket> => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.on('error', () => undefined)
    await once(server, 'connection')
    return socket
  }
  const ask = async (socket: Socket): Promise<void> => {
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(socket, 'data')
  }
  return { open, ask }
}

t.test('one connection too many ends the one that was unused for the longest time', async (t) => {
  const { open, ask } = await listen(t)
  const busy = await open()
  await ask(busy)
  const silent = [await open(), await open()]
  await ask(busy)

  for (const oldest of silent) {
    const ended = once(oldest, 'close')
    await open()
    await t.resolves(ended)
  }
  await t.resolves(ask(busy), 'on which requests come, stays')
})

t.test('a connection that has ended makes room', async (t) => {
  const { open, ask } = await listen(t)
  const [first, second] = [await open(), await open()]
  await ask(first)
  const gone = await open()
  await ask(gone)
  gone.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  await once(gone, 'close')
  await ask(await open())
  await t.resolves(ask(first))
  await t.resolves(ask(second))
})
