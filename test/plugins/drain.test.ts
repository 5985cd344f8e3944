import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { drainPlugin } from '../../plugins/drain.ts'
import { until } from '../helpers/until.ts'

interface Scene {
  app: FastifyInstance
  open: () => Promise<Socket>
  /** Resolves when a request has come; the answer is held back until `answer`. */
  asked: Promise<void>
  answer: () => void
}

const listening = async (t: Test, options = {}): Promise<Scene> => {
  const asked = Promise.withResolvers<void>()
  const held = Promise.withResolvers<string>()
  const app = Fastify()
  app.register(drainPlugin, options)
  app.get('/', () => {
    asked.resolve()
    return held.promise
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => app.close())
  const { port } = app.server.address() as AddressInfo
  const open = async () => {
    const accepted = once(app.server, 'connection')
    const socket = connect(port, '127.0.0.1')
    t.teardown(() => socket.destroy())
    await Promise.all([once(socket, 'connect'), accepted])
    return socket
  }
  return { app, open, asked: asked.promise, answer: () => held.resolve('answered') }
}

t.test('a request under way is answered before the bot stops, and its connection is let go', async (t) => {
  const { app, open, asked, answer } = await listening(t)
  const socket = await open()
  socket.setEncoding('utf8')
  let received = ''
  socket.on('data', (text) => (received += text))
  socket.write('GET / HTTP/1.1\r\nhost: bot\r\n\r\n')
  await asked

  const closed = app.close()
  const gone = once(socket, 'close')
  // By now the server has stopped listening, with the request still open.
  await until(() => !app.server.listening)
  answer()
  await Promise.all([closed, gone])
  t.match(received, /^HTTP\/1\.1 200 OK[^]*answered$/)
})

t.test('a connection on which nothing was asked does not keep the bot from stopping', async (t) => {
  const { app, open } = await listening(t)
  const socket = await open()
  const gone = once(socket.resume(), 'close')
  await Promise.all([app.close(), gone])
  t.notOk(app.server.listening)
})

t.test('a request that never ends is cut off after a while', async (t) => {
  const { app, open } = await listening(t, { patienceMs: 50 })
  const socket = await open()
  socket.on('error', () => {})
  const seen = once(app.server, 'request')
  socket.write('POST / HTTP/1.1\r\nhost: bot\r\ncontent-length: 10\r\n\r\nhalf')
  await seen
  const gone = once(socket.resume(), 'close')
  await Promise.all([app.close(), gone])
  t.notOk(app.server.listening)
})
