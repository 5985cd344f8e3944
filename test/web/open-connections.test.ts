import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { boundConnections } from '../../src/web/open-connections.ts'

const MOST = 4

const listen = async (t: Test) => {
  const server = createServer((request, response) => {
    connections.used(request, response)
    if (request.url === '/stream') response.write('event')
    else request.resume().once('end', () => response.end())
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
  /** Asks what is answered without end, like an event stream. */
  const listenTo = async (socket: Socket): Promise<void> => {
    socket.write('GET /stream HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(socket, 'data')
  }
  /** Sends a request whose body stays away. */
  const askSlowly = async (socket: Socket): Promise<void> => {
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n')
    await once(server, 'request')
  }
  return { open, ask, listenTo, askSlowly }
}

t.test('one connection too many ends the one that was unused for the longest time', async (t) => {
  const { open, ask } = await listen(t)
  const busy = await open()
  await ask(busy)
  const silent = [await open(), await open(), await open()]
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
  const [first, second, third] = [await open(), await open(), await open()]
  await ask(first)
  await ask(third)
  const gone = await open()
  await ask(gone)
  gone.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  await once(gone, 'close')
  await ask(await open())
  await t.resolves(ask(first))
  await t.resolves(ask(second))
})

t.test('a connection on which nothing is asked is ended before one that is being answered', async (t) => {
  const { open, ask, listenTo } = await listen(t)
  const stream = await open()
  await listenTo(stream)
  const used = await open()
  await ask(used)
  const busy = await open()
  await listenTo(busy)
  await open()

  const ended = once(used, 'close')
  await open()
  await t.resolves(ended)
  t.notOk(stream.closed || busy.closed)
})

t.test('a request that is not whole is ended before one that is being answered', async (t) => {
  const { open, listenTo, askSlowly } = await listen(t)
  const stream = await open()
  await listenTo(stream)
  const slow = await open()
  await askSlowly(slow)
  const busy = await open()
  await listenTo(busy)
  await open()

  const ended = once(slow, 'close')
  await open()
  await t.resolves(ended)
  t.notOk(stream.closed || busy.closed)
})

t.test('where all older ones are busy, a new connection has time to ask', async (t) => {
  const { open, ask, listenTo } = await listen(t)
  const streams = [await open(), await open(), await open(), await open()]
  for (const stream of streams) await listenTo(stream)
  const [oldest] = streams
  const ended = once(oldest!, 'close')

  await t.resolves(ask(await open()))
  await t.resolves(ended)
})
