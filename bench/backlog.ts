import { load } from './lib/load.ts'
import { makeFolder, runLoad, runToEnd, startSubject } from './lib/processes.ts'
import { E, EVERGREEN, type Rival } from './lib/rivals.ts'
import { median, table } from './lib/stats.ts'

/** The cost of a long queue and of a long history, at the start and later. */
const WAITING = 100_000
const STORED = 1_000_000
const MESSAGES = 10_000

interface Start {
  /** From the start of the process to its first 200, ms. */
  firstMs: number
  /** Replies sent per second, including the waiting ones. */
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
    e.push(await run(E, {}))
    empty.push(await run(EVERGREEN, {}))
    waiting.push(await run(EVERGREEN, { REPLIES: String(WAITING) }))
    stored.push(await run(EVERGREEN, { CONVERSATIONS: String(STORED) }))
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

const run = async (rival: Rival, fill: Record<string, string>): Promise<Start> => {
  const folder = makeFolder()
  if (Object.keys(fill).length > 0) await runToEnd('subjects/prefill.ts', fill, folder)
  const graph = await startSubject('lib/graph-stub.ts')
  const subject = await rival.start(graph.port, folder)
  try {
    // Sent from this process, because another one would take as long to start as the measured time.
    await load({ port: subject.port, connections: 1, conversations: 1, count: 1, run: 'first' })
    const firstMs = performance.now() - subject.startedMs
    const already = Number(fill['REPLIES'] ?? 0) + 1
    const drainedMs = performance.now()
    await graph.ask({ until: already })
    const drainSeconds = (performance.now() - drainedMs) / 1000
    const began = performance.now()
    const plan = { connections: 64, conversations: 10_000, count: MESSAGES, run: 'r' }
    const { latencyMs } = await runLoad({ ...plan, port: subject.port })
    await graph.ask({ until: already + MESSAGES })
    const seconds = (performance.now() - began) / 1000
    return {
      firstMs,
      perSecond: already > 1 ? already / drainSeconds : MESSAGES / seconds,
      p50: latencyMs.p50,
      memoryMiB: subject.memoryMiB(),
    }
  } finally {
    await subject.stop()
    await graph.stop()
  }
}
