import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

/** A load balancer: each request goes to the next instance, and to another one where that does not answer. */
export interface Balancer {
  address: string
  /** How many requests no instance has answered with 200. */
  failed: () => number
}

/** A real one asks /readyz; this one finds out by trying. */
const PATIENCE_MS = 2000

export const startBalancer = async (t: Test, targets: readonly string[]): Promise<Balancer> => {
  let turn = 0
  let failed = 0
  const server = createServer((request, response) => {
    void bodyOf(request).then(async (body) => {
      const first = (turn += 1)
      for (let tries = 0; tries < targets.length; tries += 1) {
        const target = targets[(first + tries) % targets.length] ?? ''
        const answer = await fetch(`${target}${request.url}`, {
          method: request.method ?? 'GET',
          headers: headersOf(request),
          ...(request.method === 'POST' && { body }),
          signal: AbortSignal.timeout(PATIENCE_MS),
        }).catch(() => null)
        if (answer === null || answer.status === 503) continue
        const text = await answer.text().catch(() => null)
        if (text === null) continue
        response.writeHead(answer.status, {
          'content-type': answer.headers.get('content-type') ?? 'text/plain',
        })
        return response.end(text)
      }
      failed += 1
      return response.writeHead(502).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, failed: () => failed }
}

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    ['content-type', 'x-hub-signature-256'].flatMap((name) => {
      const value = headers[name]
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
