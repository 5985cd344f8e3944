import { runLoad, startSubject } from './lib/processes.ts'
import { RIVALS, type Rival } from './lib/rivals.ts'
import { median, table } from './lib/stats.ts'

const SLICES = 5
const MESSAGES = 20_000

/**
 * The memory of both programs under the same load over time, in which a leak shows as a growing row, and the peak of each, beside
 * the route that stores nothing (B).
 */
export const memory = async ({ rounds }: { rounds: number }): Promise<void> => {
  const found = RIVALS.map(() => Array.from({ length: SLICES }, () => [] as number[]))
  const peaks = PEAKS.map(() => [] as number[])
  for (let round = 0; round < rounds; round += 1) {
    peaks[0]?.push(await peakOfBare())
    for (const [n, rival] of RIVALS.entries()) {
      const { slices, peakMiB } = await hold(rival)
      for (const [slice, mebibytes] of slices.entries()) found[n]?.[slice]?.push(mebibytes)
      peaks[n + 1]?.push(peakMiB)
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

  const [bare = Number.NaN, ...others] = peaks.map(median)
  process.stdout.write(`\nPeak memory in the same run (MiB resident)\n\n`)
  const peakRows = [bare, ...others].map((mebibytes, n) => [
    PEAKS[n] ?? '',
    mebibytes.toFixed(0),
    (mebibytes / bare).toFixed(2),
  ])
  process.stdout.write(`${table(['', 'MiB', 'of B'], peakRows)}\n`)
}

const PEAKS = ['B', ...RIVALS.map(({ name }) => name)]

const planOf = (port: number) => ({ port, connections: 64, conversations: 10_000, count: MESSAGES })

const peakOfBare = async (): Promise<number> => {
  const subject = await startSubject('reference/bare.ts')
  try {
    for (let slice = 1; slice <= SLICES; slice += 1)
      await runLoad({ ...planOf(subject.port), run: `m${slice}` })
    return subject.peakMiB()
  } finally {
    await subject.stop()
  }
}

const hold = async (rival: Rival): Promise<{ slices: number[]; peakMiB: number }> => {
  const graph = await startSubject('lib/graph-stub.ts')
  const subject = await rival.start(graph.port)
  const slices: number[] = []
  try {
    for (let slice = 1; slice <= SLICES; slice += 1) {
      await runLoad({ ...planOf(subject.port), run: `m${slice}` })
      await graph.ask({ until: slice * MESSAGES })
      slices.push(subject.memoryMiB())
    }
    return { slices, peakMiB: subject.peakMiB() }
  } finally {
    await subject.stop()
    await graph.stop()
  }
}
