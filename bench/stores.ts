import { serverCpuMs, makeTables, untilKept, walBytes } from './lib/database.ts'
import { startSubject, type Subject } from './lib/processes.ts'
import { PAGE_IDS } from './lib/requests.ts'
import { median, table } from './lib/stats.ts'
import type { StoreQuestion } from './subjects/store.ts'
import type { OwnServer } from '../test/helpers/postgres-server.ts'

/**
 * The stores alone, without HTTP, Facebook and conversation: as the aims for a PostgreSQL server were set. Each process has 64 callers.
 */
export const stores = async (server: OwnServer, rounds: number): Promise<void> => {
  const kinds = [
    { name: 'embedded', processes: 1, isShared: false },
    { name: 'PostgreSQL, one process', processes: 1, isShared: true },
    { name: 'PostgreSQL, two processes', processes: 2, isShared: true },
  ]
  const found = kinds.map(() => [] as Found[])
  for (let round = 0; round < rounds; round += 1) {
    for (const [n, { processes, isShared }] of kinds.entries())
      found[n]?.push(await measure(isShared ? server : null, processes))
  }
  const column = (n: number, part: keyof Found, digits = 0): string =>
    median((found[n] ?? []).map((one) => one[part])).toFixed(digits)
  const ratio = (n: number, part: keyof Found): string =>
    median(
      (found[n] ?? []).map((one, round) => one[part] / (found[0]?.[round]?.[part] ?? Number.NaN)),
    ).toFixed(2)
  process.stdout.write(
    `\nThe stores alone (64 callers a process, ${ACCEPTED} accepted, ${ANSWERED} answered, median of ${rounds} interleaved rounds)\n\n`,
  )
  const head = ['', 'accepts/s', 'of embedded', 'p50 ms', 'of embedded', 'CPU us', "server's"]
  const rows = kinds.map(({ name }, n) => [
    name,
    column(n, 'accepts'),
    ratio(n, 'accepts'),
    column(n, 'p50', 1),
    ratio(n, 'p50'),
    column(n, 'acceptUs'),
    column(n, 'acceptServerUs'),
  ])
  process.stdout.write(`${table(head, rows)}\n\n`)
  const wholeWay = kinds.map(({ name }, n) => [
    name,
    column(n, 'answers'),
    ratio(n, 'answers'),
    column(n, 'answerUs'),
    column(n, 'answerServerUs'),
    column(n, 'walBytes'),
  ])
  process.stdout.write(
    `${table(['the whole way', 'messages/s', 'of embedded', 'CPU us', "server's", 'its log, bytes'], wholeWay)}\n`,
  )
}

interface Found {
  accepts: number
  p50: number
  /** Processor time of the processes, and of the server, for each event. */
  acceptUs: number
  acceptServerUs: number
  answers: number
  answerUs: number
  answerServerUs: number
  walBytes: number
}

/**
 * Events that each process handles before the measurement, because V8 compiles code at the beginning and a process runs for
 * weeks.
 */
const WARM = 12_000
const ACCEPTED = 20_000
const ANSWERED = 10_000
const CONVERSATIONS = 2000
const CALLERS = 64
const LOOK_EVERY_MS = 10

const measure = async (server: OwnServer | null, processes: number): Promise<Found> => {
  const url = server && (await makeTables(server))
  const env: Record<string, string> = url === null ? {} : { DATABASE_URL: url }
  const subjects: Subject[] = []
  try {
    for (let n = 0; n < processes; n += 1) subjects.push(await startSubject('subjects/store.ts', env))
    if (url !== null) await untilKept(url, processes, PAGE_IDS)
    const ask = <T>(of: (n: number) => StoreQuestion): Promise<T[]> =>
      Promise.all(subjects.map((subject, n) => subject.ask<T>(of(n))))
    const accept = (count: number, run: string): Promise<{ p50: number }[]> =>
      ask((n) => ({
        accept: count / processes,
        callers: CALLERS,
        conversations: CONVERSATIONS,
        run: `${run}${n}`,
      }))
    const sum = async (): Promise<number> =>
      (await ask<{ sent: number }>(() => ({ sent: true }))).reduce((all, { sent }) => all + sent, 0)
    const untilSent = async (count: number): Promise<void> => {
      while ((await sum()) < count) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    }
    const spent = async () => ({
      ms: performance.now(),
      cpuMs: subjects.reduce((all, { cpuMs }) => all + cpuMs(), 0),
      serverMs: server === null ? 0 : serverCpuMs(server),
      wal: url === null ? 0 : await walBytes(url),
    })
    await accept(WARM * processes, 'warm')
    const begun = await spent()
    const answers = await accept(ACCEPTED, 'accept')
    const accepted = await spent()
    await ask(() => ({ answer: true }))
    await untilSent(WARM * processes + ACCEPTED)
    const before = await spent()
    await accept(ANSWERED, 'answer')
    await untilSent(WARM * processes + ACCEPTED + ANSWERED)
    const after = await spent()
    const us = (from: number, to: number, count: number): number => ((to - from) * 1000) / count
    return {
      accepts: ACCEPTED / ((accepted.ms - begun.ms) / 1000),
      p50: median(answers.map(({ p50 }) => p50)),
      acceptUs: us(begun.cpuMs, accepted.cpuMs, ACCEPTED),
      acceptServerUs: us(begun.serverMs, accepted.serverMs, ACCEPTED),
      answers: ANSWERED / ((after.ms - before.ms) / 1000),
      answerUs: us(before.cpuMs, after.cpuMs, ANSWERED),
      answerServerUs: us(before.serverMs, after.serverMs, ANSWERED),
      walBytes: (after.wal - before.wal) / ANSWERED,
    }
  } finally {
    for (const subject of subjects) await subject.stop()
  }
}
