import { runLoad, startSubject } from './lib/processes.ts'
import { RIVALS, type Rival } from './lib/rivals.ts'
import { median, table } from './lib/stats.ts'

const SLICES = 5
const MESSAGES = 20_000

/** What either program holds in memory as the same load goes on: a leak shows as a row that grows. */
export const memory = async ({ rounds }: { rounds: number }): Promise<void> => {
  const found = RIVALS.map(() => Array.from({ length: SLICES }, () => [] as number[]))
  for (let round = 0; round < rounds; round += 1) {
    for (const [n, rival] of RIVALS.entries()) {
      for (const [slice, mebibytes] of (await hold(rival)).entries()) found[n]?.[slice]?.push(mebibytes)
    }
  }
  const [e = [], product = []] = found.map((slices) => slices.map(median))
  process.stdout.write(`\nMemory under load (MiB resident, median of ${rounds} rounds)\n\n`)
  const rows = e.map((mebibytes, slice) => {
    const mine = product[slice] ?? Number.NaN
    const after = `after ${(slice + 1) * MESSAGES} messages`
    return [after, mebibytes.toFixed(0), mine.toFixed(0), (mine / mebibytes).toFixed(2)]
  })
  process.stdout.write(`${table(['', 'E', 'Evergreen', 'ratio'], rows)}\n`)
}

const hold = async (rival: Rival): Promise<number[]> => {
  const graph = await startSubject('lib/graph-stub.ts')
  const subject = await rival.start(graph.port)
  const measured: number[] = []
  try {
    for (let slice = 1; slice <= SLICES; slice += 1) {
      const plan = { port: subject.port, connections: 64, conversations: 10_000, count: MESSAGES }
      await runLoad({ ...plan, run: `m${slice}` })
      await graph.ask({ until: slice * MESSAGES })
      measured.push(subject.memoryMiB())
    }
    return measured
  } finally {
    await subject.stop()
    await graph.stop()
  }
}
