import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import fp from 'fastify-plugin'
import t, { type Test } from 'tap'
import { request } from 'undici'
import { createGraph } from '../../src/graph/client.ts'
import Fastify from 'fastify'
import { formAnswersPlugin } from '../../plugins/form-answers.ts'
import { soleDuty, soleInstance } from '../../src/base/duty.ts'
import { createPostAlert } from '../../src/alerts/channels/post.ts'
import { createOutgoing, proxyFor, type Proxies } from '../../src/outgoing/proxies.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { listen, startForwardProxy, startSecureReceiver } from '../helpers/forward-proxy.ts'
import { startFakeGraph } from '../helpers/graph-server.ts'

t.test('Graph is called by way of the proxy, where only that leads out', async (t) => {
  const fake = await startFakeGraph(t)
  const proxy = await startForwardProxy(t, fake.origin)
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

t.test('socks5h, as curl spells it, is a SOCKS proxy that looks up the names itself', async (t) => {
  const asked = Promise.withResolvers<string>()
  const proxy = createTcpServer((socket) => {
    socket.once('data', () => {
      // "No password is needed"; then the request with the name, which is answered with "refused".
      socket.write(Buffer.of(5, 0))
      socket.once('data', (request: Buffer) => {
        asked.resolve(request.subarray(5, 5 + (request[4] ?? 0)).toString())
        socket.end(Buffer.of(5, 5, 0, 1, 0, 0, 0, 0, 0, 0))
      })
    })
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => proxy.close())
  const { port } = proxy.address() as AddressInfo
  const dispatcher = createOutgoing({ HTTP_PROXY: `socks5h://127.0.0.1:${port}` })
  t.teardown(() => dispatcher.destroy())
  await t.rejects(request('http://graph.nowhere.invalid/', { dispatcher }))
  t.equal(await asked.promise, 'graph.nowhere.invalid')
})

t.test('what is told of the proxy is what undici does', async (t) => {
  const target = await listen(
    t,
    createServer((_request, response) => response.end('direct')),
  )
  const proxy = await startForwardProxy(t, target)
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

const HOOK = 'hooks.nowhere.invalid'
const FORMS = 'forms.nowhere.invalid'

/** Where only a proxy with a password leads out. */
const enclosed = async (t: Test) => {
  const receiver = await startSecureReceiver(t, [HOOK, FORMS])
  const proxy = await startForwardProxy(t, receiver.target, 'someone:hush')
  const { port } = new URL(proxy.origin)
  return { ...receiver, ...proxy, way: (password: string) => `http://someone:${password}@127.0.0.1:${port}` }
}

t.test(
  'an alert leaves through the tunnel of the proxy; a proxy that refuses is named as such',
  async (t) => {
    const { posts, asked, way } = await enclosed(t)
    const clock = createFakeClock()
    const log = { warn: () => undefined }
    const trial = async (proxies: Proxies) => {
      const write = () => ({ url: `https://${HOOK}/services/secret`, body: { text: 'Evergreen' } })
      const alert = createPostAlert({ write, complaint: '', proxies, clock, log })
      const problem = await alert.trial({ kind: 'trial', needs: [], atMs: 0 })
      await alert.stop()
      return problem
    }
    t.equal(await trial({ HTTPS_PROXY: way('hush') }), null)
    t.match(posts, [{ url: `https://${HOOK}/services/secret`, body: /"text":"Evergreen/ }])
    t.equal(await trial({ HTTPS_PROXY: way('wrong') }), 'the proxy answered with HTTP 407')
    t.strictSame(asked, [`CONNECT ${HOOK}:443`, `CONNECT ${HOOK}:443`])

    t.match(await trial({ HTTPS_PROXY: way('hush'), NO_PROXY: '.nowhere.invalid' }), /ENOTFOUND|EAI_AGAIN/)
    t.equal(asked.length, 2, 'NO_PROXY is honoured')
  },
)

t.test('the answers of a form leave through it, too', async (t) => {
  const { posts, asked, way } = await enclosed(t)
  const clock = createFakeClock()
  const due = [
    {
      id: 7,
      pageId: '1',
      psid: '2',
      form: 'book',
      url: `https://${FORMS}/in`,
      keptMs: 0,
      dueMs: 0,
      body: '{}',
    },
  ]
  const tried = Promise.withResolvers<number | null>()
  const app = Fastify()
  const answers = {
    due: async () => ({ answers: due.splice(0), nextMs: null }),
    tried: async (_id: number, nextMs: number | null) => tried.resolve(nextMs),
  }
  const stands = {
    store: { formAnswers: answers, onWork: () => () => undefined },
    clock,
    duty: soleDuty,
    instances: soleInstance(),
    config: { HTTPS_PROXY: way('hush'), NO_PROXY: 'localhost' },
  }
  for (const [name, stand] of Object.entries(stands)) app.decorate(name, stand as never)
  for (const name of ['clock', 'store']) app.register(fp(async () => undefined, { name }))
  app.register(formAnswersPlugin)
  t.teardown(() => app.close())
  await app.listen({ port: 0, host: '127.0.0.1' })

  t.equal(await tried.promise, null, 'it was delivered')
  t.match(posts, [{ url: `https://${FORMS}/in`, body: /"form":"book"/ }])
  t.strictSame(asked, [`CONNECT ${FORMS}:443`])
})
