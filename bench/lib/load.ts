import { connect, type Socket } from 'node:net'
import { makeRequests, type RequestPlan } from './requests.ts'
import { quantiles, type Quantiles } from './stats.ts'

/**
 * The load generator, in a process of its own. It uses raw sockets and prepared requests, so that its own cost is the same for
 * every server.
 */
export interface LoadPlan extends RequestPlan {
  port: number
  connections: number
  /** Requests per second; without it, each connection sends as soon as it was answered. */
  perSecond?: number
}

export interface LoadResult {
  seconds: number
  perSecond: number
  failures: number
  latencyMs: Quantiles
  /** When each conversation's request was last sent, ms since the epoch; for the time until its reply. */
  sentAtMs: number[]
}

export const load = async (plan: LoadPlan): Promise<LoadResult> => {
  const requests = makeRequests(plan)
  const sentAtMs: number[] = []
  const latencies: number[] = []
  let next = 0
  let failures = 0
  const sockets = await Promise.all(Array.from({ length: plan.connections }, () => open(plan.port)))
  const startMs = now()

  const drive = (socket: Socket): Promise<void> =>
    new Promise((resolve, reject) => {
      let beganMs = 0
      let head = ''
      const send = (): void => {
        const n = next
        const request = requests[n]
        if (request === undefined) return resolve()
        const dueMs = plan.perSecond === undefined ? 0 : startMs + (n / plan.perSecond) * 1000
        const waitMs = dueMs - now()
        next += 1
        if (waitMs > 1) setTimeout(write, waitMs, n, request)
        else write(n, request)
      }
      const write = (n: number, request: Buffer): void => {
        beganMs = now()
        sentAtMs[(plan.first ?? 0) + (n % plan.conversations)] = beganMs
        socket.write(request)
      }
      socket.on('data', (chunk: Buffer) => {
        head += chunk.toString('latin1')
        const end = head.indexOf('\r\n\r\n')
        if (end === -1) return
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
        if (head.length < end + 4 + length) return
        if (!head.startsWith('HTTP/1.1 200')) failures += 1
        head = ''
        latencies.push(now() - beganMs)
        send()
      })
      socket.on('error', reject)
      socket.on('close', () => reject(new Error('the server closed the connection')))
      send()
    })

  await Promise.all(sockets.map(drive))
  const seconds = (now() - startMs) / 1000
  for (const socket of sockets) {
    socket.removeAllListeners('close')
    socket.destroy()
  }
  return { seconds, perSecond: plan.count / seconds, failures, latencyMs: quantiles(latencies), sentAtMs }
}

export const now = (): number => performance.timeOrigin + performance.now()

const open = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket))
    socket.setNoDelay(true)
    socket.once('error', reject)
  })

if (process.send !== undefined && process.argv[2] === 'child') {
  process.once('message', (plan: LoadPlan) => {
    void load(plan).then((result) => process.send?.(result, () => process.disconnect()))
  })
}
