import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'

/** A load balancer: each request goes to the next instance that says at /readyz that it is ready, and where the connection breaks to another one. */
export interface Balancer {
  address: string
  /** How many requests were not answered with 200. */
  failed: () => number
}

const PATIENCE_MS = 5000
const ASK_EVERY_MS = 200
/** An instance that takes longer to say that it is ready is not. */
const READY_WITHIN_MS = 1000

export const startBalancer = async (t: Test, targets: readonly string[]): Promise<Balancer> => {
  const ready = new Set<string>()
  const closing = new AbortController()
  let turn = 0
  let failed = 0

  const ask = async (target: string): Promise<void> => {
    const signal = AbortSignal.timeout(READY_WITHIN_MS)
    const answer = await fetch(`${target}/readyz`, { signal }).catch(() => null)
    await answer?.arrayBuffer().catch(() => undefined)
    if (answer?.ok === true) ready.add(target)
    else ready.delete(target)
  }
  const keepAsking = async (target: string): Promise<void> => {
    for (;;) {
      await sleep(ASK_EVERY_MS, null, { signal: closing.signal })
      await ask(target)
    }
  }

  /** Those to try one after the other; as with nginx, all of them where none is ready. */
  const inTurn = (): string[] => {
    const able = targets.filter((target) => ready.has(target))
    const all = able.length === 0 ? targets : able
    turn += 1
    return all.map((_, n) => all[(turn + n) % all.length] ?? '')
  }

  const server = createServer((request, response) => {
    void bodyOf(request).then(async (body) => {
      for (const target of inTurn()) {
        const answer = await fetch(`${target}${request.url}`, {
          method: request.method ?? 'GET',
          headers: headersOf(request),
          ...(request.method === 'POST' && { body }),
          signal: AbortSignal.timeout(PATIENCE_MS),
        }).catch(() => null)
        const text = await answer?.text().catch(() => null)
        if (answer === null || typeof text !== 'string') {
          ready.delete(target)
          continue
        }
        if (!answer.ok) failed += 1
        response.writeHead(answer.status, {
          'content-type': answer.headers.get('content-type') ?? 'text/plain',
        })
        return response.end(text)
      }
      failed += 1
      return response.writeHead(502).end()
    })
  })
  await Promise.all(targets.map(ask))
  for (const target of targets) keepAsking(target).catch(() => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    closing.abort()
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
