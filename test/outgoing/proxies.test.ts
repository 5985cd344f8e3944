import { createServer, request as httpRequest, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { request } from 'undici'
import { createGraph } from '../../src/graph/client.ts'
import { createOutgoing, proxyFor, type Proxies } from '../../src/outgoing/proxies.ts'
import { startFakeGraph } from '../helpers/graph-server.ts'

const listen = async (t: Test, server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A proxy that notes what it is asked for, and leads everything to one server, whatever its name. */
const startProxy = async (t: Test, target: string) => {
  const asked: string[] = []
  const { hostname, port } = new URL(target)
  const server = createServer((incoming, outgoing) => {
    asked.push(
      `${incoming.method} ${incoming.url?.split('?')[0]} ${incoming.headers['proxy-authorization'] ?? '-'}`,
    )
    const { pathname, search } = new URL(incoming.url ?? '/', target)
    const forward = httpRequest({
      hostname,
      port,
      path: pathname + search,
      method: incoming.method,
      headers: incoming.headers,
    })
    forward.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(forward)
  })
  server.on('connect', (incoming, socket) => {
    asked.push(`CONNECT ${incoming.url}`)
    const way = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      way.pipe(socket).pipe(way)
    })
    for (const one of [way, socket]) one.on('error', () => {})
  })
  return { origin: await listen(t, server), asked }
}

t.test('Graph is called by way of the proxy, where only that leads out', async (t) => {
  const fake = await startFakeGraph(t)
  const proxy = await startProxy(t, fake.origin)
  const { port } = new URL(proxy.origin)
  const options = { version: 'v25.0', appId: '600000000000001', appSecret: 'app-secret-1' }
  const graph = createGraph({
    ...options,
    origin: 'http://graph.nowhere.invalid',
    proxies: { HTTP_PROXY: `http://someone:secret@127.0.0.1:${port}` },
  })
  t.teardown(() => graph.close())
  t.match(await graph.debugToken('user-token-1'), { isValid: true })
  t.match(proxy.asked, [/^GET http:\/\/graph\.nowhere\.invalid\/v25\.0\/debug_token Basic /])

  const direct = createGraph({
    ...options,
    origin: fake.origin,
    proxies: { HTTP_PROXY: proxy.origin, NO_PROXY: '127.0.0.1' },
  })
  t.teardown(() => direct.close())
  await direct.debugToken('user-token-1')
  t.equal(proxy.asked.length, 1, 'NO_PROXY is honoured')
})

t.test('a proxy that cannot be reached is named, without its password', async (t) => {
  const graph = createGraph({
    origin: 'https://graph.nowhere.invalid',
    version: 'v25.0',
    appId: '6',
    appSecret: 's',
    proxies: { HTTPS_PROXY: 'http://someone:secret@127.0.0.1:9' },
  })
  t.teardown(() => graph.close())
  const error = await graph.appSubscriptions().catch((e: Error) => e)
  t.match(error, { message: /by way of the proxy http:\/\/127\.0\.0\.1:9: ECONNREFUSED/ })
  t.notMatch((error as Error).message, /secret/)
})

t.test('what is told of the proxy is what undici does', async (t) => {
  const target = await listen(
    t,
    createServer((_request, response) => response.end('direct')),
  )
  const proxy = await startProxy(t, target)
  const { port } = new URL(target)
  const exempt = [
    '',
    '127.0.0.1',
    'localhost',
    `127.0.0.1:${port}`,
    '127.0.0.1:1',
    '*',
    '.1',
    'host',
    '*.localhost',
    'a, localhost b',
  ]
  const settings = ['127.0.0.1', 'localhost'].flatMap((name) =>
    exempt.map((NO_PROXY): [string, Proxies] => [
      `http://${name}:${port}/`,
      { HTTP_PROXY: proxy.origin, NO_PROXY },
    ]),
  )
  for (const [url, proxies] of settings) {
    const agent = createOutgoing(proxies)
    const before = proxy.asked.length
    const { body } = await request(url, { dispatcher: agent })
    await body.dump()
    await agent.close()
    const isProxied = proxy.asked.length > before
    t.equal(proxyFor(url, proxies) !== null, isProxied, `${url} with NO_PROXY=${proxies.NO_PROXY}`)
  }
  t.equal(proxyFor('https://a.example/', { HTTP_PROXY: 'http://p:1' }), 'http://p:1', 'as undici has it')
  t.equal(proxyFor('http://a.example/', { HTTPS_PROXY: 'http://p:1' }), null)
})
