import { Agent, createServer, request as call, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'

/**
 * A load balancer: each request goes to the next instance whose /readyz answers 200, and to another one if the connection breaks.
 */
export interface Balancer {
  address: string
  /** How many requests were not answered with 200. */
  failed: () => number
}

const PATIENCE_MS = 5000
const ASK_EVERY_MS = 400
/** An instance that takes longer to answer /readyz counts as not ready. */
const READY_WITHIN_MS = 1000

export const startBalancer = async (t: Test, targets: readonly string[]): Promise<Balancer> => {
  const ready = new Set<string>()
  const closing = new AbortController()
  // node:http instead of fetch, which takes twice the CPU time, because each callback of a test comes this way.
  const agent = new Agent({ keepAlive: true })
  let turn = 0
  let failed = 0

  /** Resolves to null if no complete answer comes within that time. */
  const pass = (
    url: string,
    withinMs: number,
    { method = 'GET', headers = {} }: Partial<Pick<IncomingMessage, 'method' | 'headers'>> = {},
    body?: Buffer,
  ): Promise<Answer | null> => {
    const { promise, resolve } = Promise.withResolvers<Answer | null>()
    const asked = call(url, { agent, method, headers: kept(headers), signal: AbortSignal.timeout(withinMs) })
    asked.on('error', () => resolve(null))
    asked.on('response', (answer) => {
      const {
        statusCode: status = 0,
        headers: { 'content-type': type = 'text/plain' },
      } = answer
      buffer(answer).then(
        (whole) => resolve({ status, type, body: whole }),
        () => resolve(null),
      )
    })
    asked.end(method === 'POST' ? body : undefined)
    return promise
  }

  const ask = async (target: string): Promise<void> => {
    const answer = await pass(`${target}/readyz`, READY_WITHIN_MS)
    if (answer?.status === 200) ready.add(target)
    else ready.delete(target)
  }
  const keepAsking = async (target: string): Promise<void> => {
    for (;;) {
      await sleep(ASK_EVERY_MS, null, { signal: closing.signal })
      await ask(target)
    }
  }

  /** The instances to try one after the other; as with nginx, all of them if none is ready. */
  const inTurn = (): string[] => {
    const able = targets.filter((target) => ready.has(target))
    const all = able.length === 0 ? targets : able
    turn += 1
    return all.map((_, n) => all[(turn + n) % all.length] ?? '')
  }

  const server = createServer((request, response) => {
    void buffer(request).then(async (body) => {
      for (const target of inTurn()) {
        const answer = await pass(`${target}${request.url}`, PATIENCE_MS, request, body)
        if (answer === null) {
          ready.delete(target)
          continue
        }
        if (answer.status !== 200) failed += 1
        response.writeHead(answer.status, { 'content-type': answer.type })
        return response.end(answer.body)
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
    agent.destroy()
    server.closeAllConnections()
    server.close()
  })
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, failed: () => failed }
}

interface Answer {
  status: number
  type: string
  body: Buffer
}

const kept = (headers: IncomingMessage['headers']): Record<string, string> =>
  Object.fromEntries(
    ['content-type', 'content-length', 'x-hub-signature-256'].flatMap((name) => {
      const value = headers[name]
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
