import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../src/base/clock.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { ALONE, sql, startServer, type OwnServer } from '../../test/helpers/postgres-server.ts'

/** A PostgreSQL server with durable commits. */
export const startDurableServer = (): Promise<OwnServer> =>
  startServer({
    settings: [...ALONE, 'shared_buffers=256MB', 'max_wal_size=4GB', 'checkpoint_timeout=30min'],
  })

let made = 0

/** An empty database, or a copy of one that is not in use. @returns its address */
export const makeDatabase = async ({ urlOf }: OwnServer, template?: string): Promise<string> => {
  const name = `bench_${(made += 1)}`
  const copied = template === undefined ? '' : ` template ${new URL(template).pathname.slice(1)}`
  await sql(urlOf('postgres'), `create database ${name}${copied}`)
  return urlOf(name)
}

/** A database with the bot's empty tables. @returns its address */
export const makeTables = async (server: OwnServer): Promise<string> => {
  const url = await makeDatabase(server)
  const options = { url, clock: systemClock, name: 'bench', owner: 'bench', leases: null }
  await (await openPostgresStore(options)).close()
  return url
}

/** Adds the Pages once that many instances run, and waits until each keeps its share. */
export const untilKept = async (
  url: string,
  instances: number,
  pageIds: readonly string[],
): Promise<void> => {
  const until = async (question: string, values: unknown[]): Promise<void> => {
    while ((await sql(url, question, values)).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 100))
  }
  // All instances must run first, because a later one would get one Page a beat.
  await until(`select from evergreen.instance i where takes and ${ALIVE} having count(*) = $1`, [instances])
  await sql(url, 'insert into evergreen.page (id) select unnest($1::text[]) on conflict do nothing', [
    pageIds,
  ])
  await until(
    `select from evergreen.lease l join evergreen.page p on p.no = l.page join evergreen.instance i on i.id = l.owner
     where p.id = any ($1) and ${ALIVE}
     having count(*) = cardinality($1) and count(distinct l.owner) = $2`,
    [pageIds, instances],
  )
}

/** The row of a killed instance stays; living ones write theirs every three seconds. */
const ALIVE = `i.beat > clock_timestamp() - interval '4 s'`

/** Processor time of the server so far, of all its processes, in ms. */
export const serverCpuMs = ({ dir }: OwnServer): number => {
  const [postmaster = ''] = readFileSync(join(dir, 'postmaster.pid'), 'utf8').split('\n')
  let ms = 0
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const fields = statOf(pid)
    const isOwn = pid === postmaster
    if (!isOwn && fields[1] !== postmaster) continue
    // Includes ended child processes. Linux counts in hundredths of a second.
    const parts = isOwn ? [11, 12, 13, 14] : [11, 12]
    for (const part of parts) ms += Number(fields[part]) * 10
  }
  return ms
}

/** The fields behind the name. */
const statOf = (pid: string): string[] => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  } catch {
    // The process has ended meanwhile.
    return []
  }
}

/** Bytes of log that the server has written so far. */
export const walBytes = async (url: string): Promise<number> => {
  const [row] = await sql(url, `select pg_current_wal_lsn() - '0/0'::pg_lsn as bytes`)
  return Number(row?.['bytes'])
}

export { sql }
