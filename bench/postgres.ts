import {
  makeDatabase,
  makeTables,
  serverCpuMs,
  sql,
  startDurableServer,
  untilKept,
  walBytes,
} from './lib/database.ts'
import { load } from './lib/load.ts'
import { makeFolder, runLoad, runToEnd, startSubject, type Subject } from './lib/processes.ts'
import { PAGE_IDS } from './lib/requests.ts'
import { median, table } from './lib/stats.ts'
import { stores } from './stores.ts'
import { fillDatabase, startInstance, startProduct } from './subjects/product.ts'
import type { OwnServer } from '../test/helpers/postgres-server.ts'

/** A PostgreSQL server compared with the embedded database in the same run: its cost, and the gain from several instances. */
export const postgres = async ({ rounds }: { rounds: number }): Promise<void> => {
  // It ends with this process.
  const server = await startDurableServer()
  await stores(server, rounds)
  await accepting(server, rounds)
  await waiting(server, rounds)
  await silence(server, rounds)
}

/**
 * Events that each instance handles before the measurement, because V8 compiles code at the beginning and an instance runs for
 * weeks.
 */
const WARM = 12_000
const ACCEPTED = 20_000
const CONVERSATIONS = 1_000_000
const KEY = Buffer.alloc(32, 7).toString('base64')

interface Accepted {
  perSecond: number
  p50: number
  /** Of the bots, and of the server, each callback. */
  cpuUs: number
  serverUs: number
}

/** Durable acceptance alone, as `npm run bench -- acceptance` measures it; each instance has as many connections as a single one. */
const accepting = async (server: OwnServer, rounds: number): Promise<void> => {
  const stored = await makeTables(server)
  await sql(stored, STORED, [CONVERSATIONS])
  // Done before the measurement, because autovacuum has to process the new rows only once.
  await sql(stored, 'vacuum (freeze, analyze)')
  await sql(stored, 'checkpoint')
  const kinds: { name: string; instances: number; url: () => Promise<string | null> }[] = [
    { name: 'embedded', instances: 1, url: async () => null },
    { name: 'PostgreSQL, one instance', instances: 1, url: () => makeTables(server) },
    { name: 'PostgreSQL, two instances', instances: 2, url: () => makeTables(server) },
    { name: `the same, ${CONVERSATIONS} conversations stored`, instances: 2, url: async () => stored },
  ]
  const found = kinds.map(() => [] as Accepted[])
  for (let round = 0; round < rounds; round += 1) {
    for (const [n, { instances, url }] of kinds.entries()) {
      found[n]?.push(await accept(server, await url(), instances, `r${round}`))
    }
  }
  process.stdout.write(
    `\nDurable acceptance (64 connections an instance, ${ACCEPTED} callbacks, median of ${rounds} interleaved rounds)\n\n`,
  )
  const rows = kinds.map(({ name }, n) => {
    const mine = found[n] ?? []
    const of = (part: keyof Accepted): string =>
      median(mine.map((one, round) => one[part] / (found[0]?.[round]?.[part] ?? Number.NaN))).toFixed(2)
    return [
      name,
      median(mine.map(({ perSecond }) => perSecond)).toFixed(0),
      of('perSecond'),
      median(mine.map(({ p50 }) => p50)).toFixed(1),
      of('p50'),
      median(mine.map(({ cpuUs }) => cpuUs)).toFixed(0),
      median(mine.map(({ serverUs }) => serverUs)).toFixed(0),
    ]
  })
  const head = ['', 'callbacks/s', 'of embedded', 'p50 ms', 'of embedded', 'CPU us each', "server's"]
  process.stdout.write(`${table(head, rows)}\n`)
}

const accept = async (
  server: OwnServer,
  url: string | null,
  instances: number,
  run: string,
): Promise<Accepted> => {
  const env: Record<string, string> = url === null ? {} : { DATABASE_URL: url, TOKEN_KEY: KEY }
  const subjects: Subject[] = []
  try {
    for (let n = 0; n < instances; n += 1) subjects.push(await startSubject('subjects/acceptance.ts', env))
    if (url !== null) await untilKept(url, instances, PAGE_IDS)
    const drive = (count: number, name: string) =>
      Promise.all(
        subjects.map(({ port }, n) =>
          runLoad({
            port,
            connections: 64,
            conversations: 1000,
            count: count / instances,
            run: `${run}${name}${n}`,
          }),
        ),
      )
    await drive(WARM * instances, 'warm')
    const spent = () => ({ cpuMs: sum(subjects.map(({ cpuMs }) => cpuMs())), serverMs: serverCpuMs(server) })
    const before = spent()
    const results = await drive(ACCEPTED, 'run')
    const failures = sum(results.map((one) => one.failures))
    if (failures > 0) throw new Error(`${failures} callbacks were refused`)
    const after = spent()
    return {
      perSecond: sum(results.map(({ perSecond }) => perSecond)),
      p50: median(results.map(({ latencyMs }) => latencyMs.p50)),
      cpuUs: ((after.cpuMs - before.cpuMs) * 1000) / ACCEPTED,
      serverUs: ((after.serverMs - before.serverMs) * 1000) / ACCEPTED,
    }
  } finally {
    for (const subject of subjects) await subject.stop()
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)

const STORED = `
with page as (insert into evergreen.page (id) values ('stored') returning no)
insert into evergreen.conversation (page, psid, state, window_ends_ms)
select page.no, 'stored-' || n, '{"visits":3,"language":"en"}', 1 from page, generate_series(1, $1::int) n`

const WAITING = 100_000

interface Drained {
  perSecond: number
  /** Of the bot, and of the server, each message. */
  cpuUs: number
  serverUs: number
  /** What the server has written to its log, each message. */
  walBytes: number
}

/** The rate of new messages and of waiting ones. */
const waiting = async (server: OwnServer, rounds: number): Promise<void> => {
  const kinds = [
    { name: 'embedded, empty', replies: 0, isShared: false },
    { name: 'PostgreSQL, empty', replies: 0, isShared: true },
    { name: `embedded, ${WAITING} replies waiting`, replies: WAITING, isShared: false },
    { name: `PostgreSQL, ${WAITING} replies waiting`, replies: WAITING, isShared: true },
  ]
  const found = kinds.map(() => [] as Drained[])
  for (let round = 0; round < rounds; round += 1) {
    for (const [n, { replies, isShared }] of kinds.entries()) {
      found[n]?.push(await drain(isShared ? server : null, replies))
    }
  }
  process.stdout.write(`\nDrain (median of ${rounds} rounds)\n\n`)
  const ratio = (n: number, of: number, part: keyof Drained): string =>
    median(
      (found[n] ?? []).map((one, round) => one[part] / (found[of]?.[round]?.[part] ?? Number.NaN)),
    ).toFixed(2)
  const rows = kinds.map(({ name, replies }, n) => [
    name,
    median((found[n] ?? []).map(({ perSecond }) => perSecond)).toFixed(0),
    // The embedded database, with the same to do.
    ratio(n, replies === 0 ? 0 : 2, 'perSecond'),
    ...(['cpuUs', 'serverUs', 'walBytes'] as const).map((part) =>
      median((found[n] ?? []).map((one) => one[part])).toFixed(0),
    ),
  ])
  const head = ['', 'replies/s', 'of embedded', 'CPU us each', "server's", 'its log, bytes']
  process.stdout.write(`${table(head, rows)}\n`)
}

const MESSAGES = 10_000

const drain = async (server: OwnServer | null, replies: number): Promise<Drained> => {
  const url = server && (await makeDatabase(server))
  const folder = makeFolder()
  if (replies > 0) await runToEnd('subjects/prefill.ts', { REPLIES: String(replies) }, folder)
  const graph = await startSubject('lib/graph-stub.ts')
  if (url !== null) await fillDatabase(url, folder)
  const subject = await (url === null ? startProduct(graph.port, folder) : startInstance(graph.port, url))
  try {
    await load({ port: subject.port, connections: 1, conversations: 1, count: 1, run: 'first' })
    const spent = async () => ({
      ms: performance.now(),
      cpuMs: subject.cpuMs(),
      serverMs: server === null ? 0 : serverCpuMs(server),
      wal: url === null ? 0 : await walBytes(url),
    })
    const before = await spent()
    if (replies === 0)
      await runLoad({ port: subject.port, connections: 64, conversations: 10_000, count: MESSAGES, run: 'r' })
    const count = (replies === 0 ? MESSAGES : replies) + 1
    await graph.ask({ until: count })
    const after = await spent()
    return {
      perSecond: count / ((after.ms - before.ms) / 1000),
      cpuUs: ((after.cpuMs - before.cpuMs) * 1000) / count,
      serverUs: ((after.serverMs - before.serverMs) * 1000) / count,
      walBytes: (after.wal - before.wal) / count,
    }
  } finally {
    await subject.stop()
    await graph.stop()
  }
}

const PAGES = 4
const PER_SECOND = 200
const BEFORE_MS = 2000
const AFTER_MS = 18_000

/** The time in which a Page sends nothing after its keeper has ended. */
const silence = async (server: OwnServer, rounds: number): Promise<void> => {
  const ways = ['stopped', 'killed'] as const
  const found = ways.map(() => [] as number[])
  for (let round = 0; round < rounds; round += 1) {
    for (const [n, way] of ways.entries())
      found[n]?.push(await silent(await makeDatabase(server), way === 'stopped'))
  }
  process.stdout.write(
    `\nThe longest silence of a Page, ${PER_SECOND} messages a second (ms, median of ${rounds} rounds)\n\n`,
  )
  const rows = ways.map((way, n) => [`its keeper is ${way}`, median(found[n] ?? []).toFixed(0)])
  process.stdout.write(`${table(['', 'ms'], rows)}\n`)
}

const silent = async (url: string, isStopped: boolean): Promise<number> => {
  const graph = await startSubject('lib/graph-stub.ts')
  await fillDatabase(url)
  const keeper = await startInstance(graph.port, url)
  const other = await startInstance(graph.port, url)
  try {
    await load({
      port: keeper.port,
      connections: 1,
      conversations: PAGES,
      pages: PAGES,
      count: PAGES,
      run: 'first',
    })
    await graph.ask({ until: PAGES })
    await graph.ask({ reset: true })
    await untilShared(url)
    const count = ((BEFORE_MS + AFTER_MS) / 1000) * PER_SECOND
    const plan = { connections: 16, conversations: count, pages: PAGES, count, perSecond: PER_SECOND }
    const loading = runLoad({ ...plan, port: other.port, run: 'r' })
    await new Promise((resolve) => setTimeout(resolve, BEFORE_MS))
    await (isStopped ? keeper.end() : keeper.stop())
    const { failures } = await loading
    if (failures > 0) throw new Error(`${failures} callbacks were refused`)
    const { arrivedAtMs } = await graph.ask<{ arrivedAtMs: number[] }>({ until: count })
    return Math.max(
      ...Array.from({ length: PAGES }, (_, page) =>
        longestGap(arrivedAtMs.filter((_atMs, conversation) => conversation % PAGES === page)),
      ),
    )
  } finally {
    for (const subject of [keeper, other, graph]) await subject.stop()
  }
}

const longestGap = (times: readonly number[]): number => {
  const sorted = [...times].sort((a, b) => a - b)
  return Math.max(...sorted.slice(1).map((time, n) => time - (sorted[n] ?? time)))
}

/** Waits until both instances keep Pages. */
const untilShared = async (url: string): Promise<void> => {
  for (;;) {
    const owners = await sql(
      url,
      'select distinct owner from evergreen.lease where owner is not null and page > 0',
    )
    if (owners.length === 2) return
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}
