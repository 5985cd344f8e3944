import { cpSync } from 'node:fs'
import { makeDatabase, startDurableServer } from './lib/database.ts'
import { load } from './lib/load.ts'
import { makeFolder, runToEnd, startSubject, type Subject } from './lib/processes.ts'
import { median, table } from './lib/stats.ts'
import { fillDatabase, startInstance, startProduct } from './subjects/product.ts'

const WAITING = 100_000

interface Started {
  firstMs: number
  /** CPU time of the bot until then, which does not depend on the load of the machine. */
  cpuMs: number
}

/**
 * The time from the start of the process to its first 200, with an empty and with a long queue. Each start gets a copy of the
 * data.
 */
export const start = async ({ rounds }: { rounds: number }): Promise<void> => {
  const server = await startDurableServer()
  const filled = makeFolder()
  await runToEnd('subjects/prefill.ts', { REPLIES: String(WAITING) }, filled)
  const [emptyUrl, filledUrl] = [await makeDatabase(server), await makeDatabase(server)]
  await fillDatabase(emptyUrl)
  // The move renames the files.
  await fillDatabase(filledUrl, copyOf(filled))

  const onServer = (template: string) => async (graphPort: number) =>
    startInstance(graphPort, await makeDatabase(server, template))
  const kinds: { name: string; begin: (graphPort: number) => Promise<Subject> }[] = [
    { name: 'embedded, empty', begin: (graphPort) => startProduct(graphPort) },
    {
      name: `embedded, ${WAITING} replies waiting`,
      begin: (graphPort) => startProduct(graphPort, copyOf(filled)),
    },
    { name: 'PostgreSQL, empty', begin: onServer(emptyUrl) },
    { name: `PostgreSQL, ${WAITING} replies waiting`, begin: onServer(filledUrl) },
  ]
  const found = kinds.map(() => [] as Started[])
  // The first round only fills caches.
  for (let round = -1; round < rounds; round += 1) {
    for (const [n, { begin }] of kinds.entries()) {
      const one = await first(begin)
      if (round >= 0) found[n]?.push(one)
    }
  }
  process.stdout.write(`\nStart to the first 200 (median of ${rounds} interleaved rounds)\n\n`)
  const rows = kinds.map(({ name }, n) => {
    // With its own engine, and nothing waiting.
    const empty = found[n - (n % 2)] ?? []
    const cells = (['firstMs', 'cpuMs'] as const).flatMap((part) => {
      const mine = (found[n] ?? []).map((one) => one[part])
      const ratios = mine.map((ms, round) => ms / (empty[round]?.[part] ?? Number.NaN))
      return [median(mine).toFixed(0), median(ratios).toFixed(2)]
    })
    return [name, ...cells]
  })
  process.stdout.write(`${table(['', 'ms', 'of empty', 'CPU ms', 'of empty'], rows)}\n`)
}

const copyOf = (folder: string): string => {
  const copy = makeFolder()
  cpSync(folder, copy, { recursive: true })
  return copy
}

const first = async (begin: (graphPort: number) => Promise<Subject>): Promise<Started> => {
  const graph = await startSubject('lib/graph-stub.ts')
  const subject = await begin(graph.port)
  try {
    await load({ port: subject.port, connections: 1, conversations: 1, count: 1, run: 'first' })
    return { firstMs: performance.now() - subject.startedMs, cpuMs: subject.cpuMs() }
  } finally {
    await subject.stop()
    await graph.stop()
  }
}
