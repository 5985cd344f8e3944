import { runLoad, startSubject } from './lib/processes.ts'
import { median, table } from './lib/stats.ts'

/** How fast are webhooks accepted durably, against a route that keeps nothing (B) and the tightest one that does (C)? */
const SUBJECTS = [
  { name: 'B  signature and parse only', file: 'reference/bare.ts' },
  { name: 'C  bare SQLite group commit', file: 'reference/group-commit.ts' },
  { name: 'Evergreen', file: 'subjects/acceptance.ts' },
]

export const acceptance = async ({ rounds, count }: { rounds: number; count: number }): Promise<void> => {
  const results = SUBJECTS.map(() => ({
    perSecond: [] as number[],
    cpuUs: [] as number[],
    p99: [] as number[],
  }))
  for (let round = 0; round < rounds; round += 1) {
    for (const [n, { file }] of SUBJECTS.entries()) {
      const subject = await startSubject(file)
      const plan = { port: subject.port, connections: 64, conversations: 1000 }
      await runLoad({ ...plan, count: 3000, run: 'w' })
      const before = subject.cpuMs()
      const { perSecond, failures, latencyMs } = await runLoad({ ...plan, count, run: 'r' })
      if (failures > 0) throw new Error(`${file} refused ${failures} callbacks`)
      results[n]?.perSecond.push(perSecond)
      results[n]?.cpuUs.push(((subject.cpuMs() - before) * 1000) / count)
      results[n]?.p99.push(latencyMs.p99)
      await subject.stop()
    }
  }
  const [bare, tight] = results.map(({ perSecond }) => perSecond)
  const ratio = (mine: readonly number[], other: readonly number[] = []): string =>
    median(mine.map((value, n) => value / (other[n] ?? Number.NaN))).toFixed(2)
  process.stdout.write(
    `\nDurable acceptance (64 connections, ${count} callbacks, median of ${rounds} interleaved rounds)\n\n`,
  )
  process.stdout.write(
    `${table(
      ['', 'callbacks/s', 'of B', 'of C', 'CPU us each', 'p99 ms'],
      SUBJECTS.map(({ name }, n) => {
        const { perSecond = [], cpuUs = [], p99 = [] } = results[n] ?? {}
        return [
          name,
          median(perSecond).toFixed(0),
          ratio(perSecond, bare),
          ratio(perSecond, tight),
          median(cpuUs).toFixed(0),
          median(p99).toFixed(1),
        ]
      }),
    )}\n`,
  )
}
