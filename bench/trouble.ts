import { makeFolder, runLoad, runToEnd, startSubject } from './lib/processes.ts'
import { median, quantiles, table, type Quantiles } from './lib/stats.ts'
import { startProduct } from './subjects/product.ts'

/** The wait of a visitor whose Page has trouble with other visitors, compared with the wait without that trouble. */
const FAILING = 30
const PARKED = 10_000
const VISITORS = 300
const PER_SECOND = 20
/** How long the trouble lasts before the measured visitors write. */
const BEFOREHAND_MS = 3000
/** The aim for the wait of each visitor. */
const AIM_MS = 2000

interface Trouble {
  name: string
  /** The number of visitors with the trouble. */
  others: number
  /** How Graph answers sends to them. */
  meet: 'ok' | 'refuse' | 'hang'
  /** Whether replies to them wait from before; otherwise they write before the others. */
  areParked?: boolean
}

const TROUBLES: readonly Trouble[] = [
  { name: 'no trouble', others: 0, meet: 'ok' },
  { name: `beside ${FAILING} whose sends fail (code 2)`, others: FAILING, meet: 'refuse' },
  { name: `beside ${FAILING} whose sends hang`, others: FAILING, meet: 'hang' },
  { name: `beside ${PARKED} parked replies`, others: PARKED, meet: 'ok', areParked: true },
]

export const trouble = async ({ rounds }: { rounds: number }): Promise<void> => {
  const found = TROUBLES.map(() => [] as Quantiles[])
  for (let round = 0; round < rounds; round += 1) {
    for (const [n, one] of TROUBLES.entries()) found[n]?.push(await run(one))
  }
  const row = ({ name }: Trouble, n: number): string[] => {
    const of = (part: keyof Quantiles): number => median((found[n] ?? []).map((one) => one[part]))
    const ratio = median(
      (found[n] ?? []).map(({ p99 }, round) => p99 / (found[0]?.[round]?.p99 ?? Number.NaN)),
    )
    return [name, of('p50').toFixed(1), of('p99').toFixed(1), of('max').toFixed(1), ratio.toFixed(2)]
  }
  process.stdout.write(
    `\nFrom webhook to Send API for a visitor of one Page, at ${PER_SECOND} such visitors a second and the default pace (ms, aim ${AIM_MS}; median of ${rounds} rounds)\n\n`,
  )
  process.stdout.write(`${table(['', 'p50', 'p99', 'max', 'p99, of none'], TROUBLES.map(row))}\n`)
}

const run = async ({ others, meet, areParked = false }: Trouble): Promise<Quantiles> => {
  const folder = makeFolder()
  if (areParked) await runToEnd('subjects/prefill.ts', { REPLIES: String(others), PAGES: '1' }, folder)
  const graph = await startSubject('lib/graph-stub.ts', { OTHERS: String(others), MEET: meet })
  const subject = await startProduct(graph.port, folder, { MESSAGES_PER_SECOND: '35' })
  try {
    const plan = { port: subject.port, pages: 1 }
    if (!areParked && others > 0)
      await runLoad({ ...plan, connections: 8, count: others, conversations: others, run: 'others' })
    await new Promise((resolve) => setTimeout(resolve, BEFOREHAND_MS))
    const visitors = { connections: 8, count: VISITORS, conversations: VISITORS, first: others }
    const { sentAtMs } = await runLoad({ ...plan, ...visitors, run: 'visitors', perSecond: PER_SECOND })
    const { arrivedAtMs } = await graph.ask<{ arrivedAtMs: (number | null)[] }>({ until: VISITORS })
    const waits = Array.from({ length: VISITORS }, (_, n) => {
      const visitor = others + n
      return (arrivedAtMs[visitor] ?? Number.NaN) - (sentAtMs[visitor] ?? Number.NaN)
    })
    return quantiles(waits)
  } finally {
    await subject.stop()
    await graph.stop()
  }
}
