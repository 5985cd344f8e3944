import { setTimeout as sleep } from 'node:timers/promises'
import { runLoad, startSubject, type Subject } from './lib/processes.ts'
import { RIVALS, type Rival } from './lib/rivals.ts'
import { median, quantiles, table } from './lib/stats.ts'

// From webhook to Send API: the product against the same in one file (E).

interface Arrivals {
  sends: number
  lastAtMs: number
  arrivedAtMs: (number | null)[]
}

interface Scenario {
  latencyMs: number
  conversations: number
  count: number
}

// As many messages as fit into a few seconds; each conversation has one call in flight.
const SCENARIOS: Scenario[] = [
  { latencyMs: 0, conversations: 1, count: 2000 },
  { latencyMs: 0, conversations: 100, count: 20_000 },
  { latencyMs: 0, conversations: 10_000, count: 20_000 },
  { latencyMs: 50, conversations: 1, count: 60 },
  { latencyMs: 50, conversations: 100, count: 4000 },
  { latencyMs: 50, conversations: 10_000, count: 10_000 },
  { latencyMs: 150, conversations: 1, count: 20 },
  { latencyMs: 150, conversations: 100, count: 1500 },
  { latencyMs: 150, conversations: 10_000, count: 5000 },
]

export const throughput = async ({ rounds }: { rounds: number }): Promise<void> => {
  process.stdout.write(
    `\nEnd to end: webhook, handler, Send API call, recorded (64 connections, median of ${rounds} rounds)\n\n`,
  )
  const rows: string[][] = []
  for (const scenario of SCENARIOS) {
    const rates = RIVALS.map(() => [] as number[])
    const cpu = RIVALS.map(() => [] as number[])
    const memory = RIVALS.map(() => [] as number[])
    for (let round = 0; round < rounds; round += 1) {
      for (const [n, rival] of RIVALS.entries()) {
        const result = await withRival(rival, scenario.latencyMs, (parts) => drive(parts, scenario))
        rates[n]?.push(result.perSecond)
        cpu[n]?.push(result.cpuUs)
        memory[n]?.push(result.memoryMiB)
      }
    }
    const [e = [], product = []] = rates
    rows.push([
      `${scenario.latencyMs} ms, ${scenario.conversations} conversations`,
      median(e).toFixed(0),
      median(product).toFixed(0),
      median(product.map((rate, n) => rate / (e[n] ?? Number.NaN))).toFixed(2),
      `${median(cpu[0] ?? []).toFixed(0)} / ${median(cpu[1] ?? []).toFixed(0)}`,
      `${median(memory[0] ?? []).toFixed(0)} / ${median(memory[1] ?? []).toFixed(0)}`,
    ])
  }
  const head = [
    'Graph latency',
    'E msg/s',
    'Evergreen msg/s',
    'ratio',
    'CPU us each, E / Ev.',
    'MiB, E / Ev.',
  ]
  process.stdout.write(`${table(head, rows)}\n`)
}

/** Time from the callback being sent to its reply arriving at Graph, at a steady pace. */
export const latency = async ({ rounds }: { rounds: number }): Promise<void> => {
  const plan = { conversations: 10_000, count: 1500, perSecond: 300 }
  const found = RIVALS.map(() => ({ p50: [] as number[], p99: [] as number[] }))
  for (let round = 0; round < rounds; round += 1) {
    for (const [n, rival] of RIVALS.entries()) {
      const { p50, p99 } = await withRival(rival, 0, async ({ subject, graph }) => {
        await warmUp(subject, graph)
        const { sentAtMs } = await runLoad({ ...plan, port: subject.port, connections: 32, run: 'l' })
        const { arrivedAtMs } = await graph.ask<Arrivals>({ until: plan.count })
        return quantiles(
          sentAtMs.flatMap((sent, c) => {
            const arrived = arrivedAtMs[c]
            return arrived === null || arrived === undefined ? [] : [arrived - sent]
          }),
        )
      })
      found[n]?.p50.push(p50)
      found[n]?.p99.push(p99)
    }
  }
  process.stdout.write(
    `\nFrom webhook to Send API at ${plan.perSecond} messages a second (ms, median of ${rounds} rounds)\n\n`,
  )
  const ratio = (part: 'p50' | 'p99'): string =>
    median((found[1]?.[part] ?? []).map((value, n) => value / (found[0]?.[part][n] ?? Number.NaN))).toFixed(2)
  const row = (part: 'p50' | 'p99'): string[] => [
    part,
    ...found.map((subject) => median(subject[part]).toFixed(2)),
    ratio(part),
  ]
  process.stdout.write(`${table(['', 'E', 'Evergreen', 'ratio'], [row('p50'), row('p99')])}\n`)
}

interface Parts {
  subject: Subject
  graph: Subject
}

const withRival = async <T>(
  rival: Rival,
  latencyMs: number,
  use: (parts: Parts) => Promise<T>,
): Promise<T> => {
  const graph = await startSubject('lib/graph-stub.ts', { LATENCY_MS: String(latencyMs) })
  const subject = await rival.start(graph.port)
  try {
    return await use({ subject, graph })
  } finally {
    await subject.stop()
    await graph.stop()
  }
}

// Enough messages for V8 to have compiled both programs, so that the start is not measured. After 5,000 messages, compiling still
// takes a fifth of the bot's CPU time.
const WARM_UP = 25_000

// Ten seconds after its start the bot collects what the start left, and V8 then compiles again what the collection dropped.
const START_IS_OVER_MS = 11_000

const warmUp = async (subject: Subject, graph: Subject): Promise<void> => {
  await sleep(Math.max(0, subject.startedMs + START_IS_OVER_MS - performance.now()))
  await runLoad({ port: subject.port, connections: 32, conversations: 500, count: WARM_UP, run: 'w' })
  await graph.ask<Arrivals>({ until: WARM_UP })
  await graph.ask({ reset: true })
}

const drive = async (
  { subject, graph }: Parts,
  { conversations, count }: Scenario,
): Promise<{ perSecond: number; cpuUs: number; memoryMiB: number }> => {
  await warmUp(subject, graph)
  const cpuBefore = subject.cpuMs()
  const { seconds, failures, perSecond } = await runLoad({
    port: subject.port,
    connections: 64,
    conversations,
    count,
    run: 'r',
  })
  const loadedAtMs = performance.timeOrigin + performance.now()
  if (failures > 0) throw new Error(`${failures} callbacks were refused`)
  const { lastAtMs } = await graph.ask<Arrivals>({ until: count })
  const wholeSeconds = seconds + Math.max(0, lastAtMs - loadedAtMs) / 1000
  return {
    perSecond: Math.min(perSecond, count / wholeSeconds),
    cpuUs: ((subject.cpuMs() - cpuBefore) * 1000) / count,
    memoryMiB: subject.memoryMiB(),
  }
}
