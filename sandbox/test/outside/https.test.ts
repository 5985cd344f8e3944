import { X509Certificate } from 'node:crypto'
import https from 'node:https'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { fetch, ProxyAgent } from 'undici'
import { bringCertificates } from '../../src/reach/certificates.ts'
import { startSandbox } from '../lab.ts'
import type { SandboxOptions } from '../../src/server.ts'
import { certificates } from './certificates.ts'

const ca = readFileSync(certificates.caFile, 'utf8')

const startAsFacebook = (t: Test, options: Partial<SandboxOptions> = {}) =>
  startSandbox(t, { tls: { certificates, port: 0 }, ...options })

/** A client that knows Facebook's address alone, and the operator's proxy and certificate. */
const throughProxy = (t: Test, proxy: string) => {
  const dispatcher = new ProxyAgent({ uri: proxy, requestTls: { ca } })
  t.teardown(() => dispatcher.close())
  return (url: string) => fetch(url, { dispatcher })
}

/** What is answered at a port under a host name, and the header `Host` that goes with it. */
const ask = (port: number | null, host: string, path: string, headers: http.OutgoingHttpHeaders = {}) =>
  new Promise<{ status: number; body: string }>((resolve, reject) => {
    const name = host.replace(/:\d+$/, '')
    const given = { host: '127.0.0.1', port, path, headers: { host, ...headers }, agent: false }
    https
      .get({ ...given, servername: name, ca }, (response) => {
        let body = ''
        response.setEncoding('utf8').on('data', (text: string) => (body += text))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
      })
      .on('error', reject)
  })

t.test('a client that knows https://graph.facebook.com alone reaches the sandbox by a proxy', async (t) => {
  const pages = ['One', 'Two'].map((name) => ({ name }))
  const sandbox = await startAsFacebook(t, { pages })
  const call = throughProxy(t, sandbox.origin)
  const token = sandbox.userToken()
  const first = await call(`https://graph.facebook.com/v25.0/me/accounts?limit=1&access_token=${token}`)
  const { data, paging } = (await first.json()) as { data: object[]; paging: { next: string } }
  t.match(data, [{ name: 'One' }])
  t.match(paging.next, /^https:\/\/graph\.facebook\.com\/v25\.0\/me\/accounts\?/)
  t.match(await (await call(paging.next)).json(), { data: [{ name: 'Two' }] })
  const dialog = await call('https://www.facebook.com/v25.0/dialog/oauth?client_id=1')
  t.match(await dialog.text(), /Invalid App ID/)
})

t.test('it reaches it by the hosts file too, where the TLS port is the one of https', async (t) => {
  const sandbox = await startAsFacebook(t)
  const token = sandbox.userToken()
  const me = await ask(sandbox.httpsPort, 'graph.facebook.com', `/v25.0/me?access_token=${token}`)
  t.match(me, { status: 200, body: /"name":"Olivia Operator"/ })
  t.match(await ask(sandbox.httpsPort, 'localhost', '/sandbox/state'), { status: 200 })
  t.match(await ask(sandbox.httpsPort, 'evil.example', '/sandbox/state').catch(String), /altnames/)
})

t.test('a client that sends the whole address to the proxy is understood', async (t) => {
  const sandbox = await startAsFacebook(t)
  const { hostname, port } = new URL(sandbox.origin)
  const raw = (address: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = net.connect(Number(port), hostname)
      let answer = ''
      socket.setEncoding('utf8').on('data', (text: string) => (answer += text))
      socket.on('error', reject).on('end', () => resolve(answer))
      socket.write(`GET ${address} HTTP/1.1\r\nhost: graph.facebook.com\r\nconnection: close\r\n\r\n`)
    })
  const token = sandbox.userToken()
  t.match(await raw(`https://graph.facebook.com/v25.0/me?access_token=${token}`), /Olivia Operator/)
  t.match(await raw('http://example.com/v25.0/me'), /^HTTP\/1.1 400/)
})

t.test('the proxy leads elsewhere on loopback alone', async (t) => {
  const other = http.createServer((_request, response) => response.end('another service'))
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  t.teardown(() => other.close())
  const { port } = other.address() as AddressInfo
  const connect = (proxy: string) =>
    new Promise<string>((resolve, reject) => {
      const { hostname, port: at } = new URL(proxy)
      const request = http.request({ host: hostname, port: at, method: 'CONNECT', path: `127.0.0.1:${port}` })
      request.on('error', reject)
      request.on('connect', (response, socket) => {
        if (response.statusCode !== 200) {
          socket.destroy()
          return resolve(`refused with ${response.statusCode}`)
        }
        socket.setEncoding('utf8').once('data', (text: string) => {
          socket.destroy()
          resolve(text.split('\r\n\r\n')[1] ?? '')
        })
        return void socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
      })
      request.end()
    })
  const sandbox = await startAsFacebook(t)
  t.equal(await connect(sandbox.origin), 'another service')
  const open = await startAsFacebook(t, { host: '0.0.0.0' })
  t.equal(await connect(open.origin.replace('0.0.0.0', '127.0.0.1')), 'refused with 403')
})

t.test('addresses handed out carry the public origin, whose host name is answered to', async (t) => {
  const sandbox = await startSandbox(t, {
    publicUrl: 'https://sandbox.test:8443/',
    hostNames: ['Sandbox'],
    pages: [{ name: 'One' }, { name: 'Two' }],
  })
  const token = sandbox.userToken()
  const local = sandbox.origin.replace('sandbox.test', '127.0.0.1')
  const answer = await fetch(`${local}/v25.0/me/accounts?limit=1&access_token=${token}`)
  t.match(await answer.json(), { paging: { next: /^https:\/\/sandbox\.test:8443\/v25\.0\// } })
  const state = (host: string, origin?: string) =>
    new Promise<number>((resolve, reject) => {
      const headers = { host, ...(origin !== undefined && { origin }) }
      http
        .get(`${local}/sandbox/state`, { headers, agent: false }, (response) => {
          response.resume()
          resolve(response.statusCode ?? 0)
        })
        .on('error', reject)
    })
  t.equal(await state('sandbox.test:8443', 'https://sandbox.test:8443'), 200)
  t.equal(await state('sandbox:4000', 'http://sandbox:4000'), 200)
  t.equal(await state('sandbox:4000', 'http://evil.example'), 403)
  t.equal(await state('evil.example'), 403)
  t.equal(await state('graph.facebook.com'), 403, 'without a certificate it is not Facebook')
})

t.test('sandboxes that start at once in a new folder share its certificates', async (t) => {
  const folder = join(t.testdir(), 'new')
  const [first, ...others] = await Promise.all([1, 2, 3].map(() => bringCertificates(folder, [])))
  for (const other of others) t.same(other, first)
  const authority = new X509Certificate(readFileSync(first?.caFile ?? ''))
  t.ok(new X509Certificate(first?.cert ?? '').verify(authority.publicKey))
  t.notOk(existsSync(join(folder, '.lock')))
})

t.test(
  'certificates are kept, made anew for another name, and the key of the authority is nowhere',
  async (t) => {
    const folder = t.testdir()
    const first = await bringCertificates(folder, [])
    t.same(await bringCertificates(folder, []), first)
    const anew = await bringCertificates(folder, ['box.test'])
    t.not(anew.cert, first.cert)
    const authority = new X509Certificate(readFileSync(anew.caFile))
    t.ok(new X509Certificate(anew.cert).checkIssued(authority), 'by an authority that names its own key')
    t.equal(statSync(join(folder, 'server-key.pem')).mode & 0o777, 0o600)
    t.equal(statSync(join(folder, 'ca.pem')).mode & 0o777, 0o644)
    const bundle = readFileSync(first.bundleFile, 'utf8')
    t.ok(bundle.endsWith(readFileSync(first.caFile, 'utf8')))
    t.ok(bundle.length > 100_000, 'the public authorities are in it too')
    writeFileSync(join(folder, 'server.pem'), 'garbage')
    t.match((await bringCertificates(folder, ['box.test'])).cert, /BEGIN CERTIFICATE/)
    const file = join(folder, 'ca.pem', 'below-a-file')
    await t.rejects(bringCertificates(file, []), {
      message: /below-a-file.*Name another folder with --tls-folder/,
    })
  },
)
