import { createServer, request as httpRequest, type Server } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import { connect, type AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { Test } from 'tap'
import { makeCertificate } from './certificate.ts'

/** Serves until the test ends. @returns the origin */
export const listen = async (t: Test, server: Server | TlsServer): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/**
 * A proxy that records the requested hosts and connects all of them to one server.
 *
 * @param password - `user:password` that it demands; none by default
 */
export const startForwardProxy = async (t: Test, target: string, password?: string) => {
  const asked: string[] = []
  const wanted = password && `Basic ${Buffer.from(password).toString('base64')}`
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
    if (wanted && incoming.headers['proxy-authorization'] !== wanted) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      return
    }
    const way = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      way.pipe(socket).pipe(way)
    })
    for (const one of [way, socket]) one.on('error', () => {})
  })
  return { origin: await listen(t, server), asked }
}

export interface Post {
  url: string | undefined
  body: string
}

/** A server of https under names that no DNS knows; this process trusts its certificate until the test ends. */
export const startSecureReceiver = async (t: Test, hosts: string[]) => {
  const authority = makeCertificate({ name: 'Test authority' })
  const { cert, key } = makeCertificate({ name: hosts[0] ?? '', hosts, by: authority })
  const usual = getCACertificates('default')
  setDefaultCACertificates([...usual, authority.cert])
  t.teardown(() => setDefaultCACertificates(usual))
  const posts: Post[] = []
  const server = createTlsServer({ cert, key }, (request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      posts.push({ url: `https://${request.headers.host}${request.url}`, body })
      response.end()
    })
  })
  return { target: await listen(t, server), posts }
}
