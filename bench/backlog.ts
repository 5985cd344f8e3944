import { rmSync } from 'node:fs'
import { runLoad, makeFolder, startSubject } from './lib/processes.ts'
import { median, table } from './lib/stats.ts'

/** What a long queue and a long history cost at the start and afterwards. */
const WAITING = 100_000
const STORED = 1_000_000
const MESSAGES = 10_000

interface Start {
  /** From the start of the process to its first 200, ms. */
  firstMs: number
  /** Replies per second that went out, the waiting ones first. */
  perSecond: number
  p50: number
  memoryMiB: number
}

export const backlog = async ({ rounds }: { rounds: number }): Promise<void> => {
  const e: Start[] = []
  const empty: Start[] = []
  const waiting: Start[] = []
  const stored: Start[] = []
  for (let round = 0; round < rounds; round += 1) {
    e.push(await run('reference/whole.ts', {}))
    empty.push(await run('subjects/product.ts', {}))
    waiting.push(await run('subjects/product.ts', { REPLIES: String(WAITING) }))
    stored.push(await run('subjects/product.ts', { CONVERSATIONS: String(STORED) }))
  }
  const row = (name: string, starts: Start[]): string[] => [
    name,
    median(starts.map(({ firstMs }) => firstMs)).toFixed(0),
    median(starts.map(({ firstMs }, n) => firstMs / (e[n]?.firstMs ?? Number.NaN))).toFixed(2),
    median(starts.map(({ perSecond }) => perSecond)).toFixed(0),
    median(starts.map(({ perSecond }, n) => perSecond / (e[n]?.perSecond ?? Number.NaN))).toFixed(2),
    median(starts.map(({ p50 }) => p50)).toFixed(1),
    median(starts.map(({ memoryMiB }) => memoryMiB)).toFixed(0),
  ]
  process.stdout.write(
    `\nStart and history (${MESSAGES} messages after the start, median of ${rounds} rounds)\n\n`,
  )
  const head = ['', 'first 200 ms', 'of E', 'replies/s', 'of E', 'ack p50 ms', 'MiB']
  process.stdout.write(
    `${table(head, [
      row('E, empty', e),
      row('Evergreen, empty', empty),
      row(`Evergreen, ${WAITING} replies waiting`, waiting),
      row(`Evergreen, ${STORED} conversations stored`, stored),
    ])}\n`,
  )
}

const run = async (file: string, fill: Record<string, string>): Promise<Start> => {
  const dir = makeFolder()
  const graph = await startSubject('lib/graph-stub.ts')
  try {
    if (Object.keys(fill).length > 0) await (await startSubject('subjects/prefill.ts', fill, dir)).stop()
    const startedMs = performance.now()
    const subject = await startSubject(file, { GRAPH_URL: `http://127.0.0.1:${graph.port}` }, dir)
    await runLoad({ port: subject.port, connections: 1, conversations: 1, count: 1, run: 'first' })
    const firstMs = performance.now() - startedMs
    const already = Number(fill['REPLIES'] ?? 0) + 1
    const drainedMs = performance.now()
    await graph.ask({ until: already })
    const drainSeconds = (performance.now() - drainedMs) / 1000
    const began = performance.now()
    const { latencyMs } = await runLoad({
      port: subject.port,
      connections: 64,
      conversations: 10_000,
      count: MESSAGES,
      run: 'r',
    })
    await graph.ask({ until: already + MESSAGES })
    const seconds = (performance.now() - began) / 1000
    const memoryMiB = subject.memoryMiB()
    await subject.stop()
    return {
      firstMs,
      perSecond: already > 1 ? already / drainSeconds : MESSAGES / seconds,
      p50: latencyMs.p50,
      memoryMiB,
    }
  } finally {
    await graph.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}
