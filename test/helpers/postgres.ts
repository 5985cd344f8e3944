import { Socket } from 'node:net'
import pg from 'pg'
import t, { type Test } from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { openPostgresDatabase } from '../../src/store/postgres/database.ts'
import { sql, startServer, type Server } from './postgres-server.ts'

export { sql }

let running: Promise<Server> | undefined

/** The server that `TEST_DATABASE_URL` names, or one that is started, once for each process, and ends with it. */
export const server = (): Promise<Server> => (running ??= bring())

/** A database of a test's own, with nothing in its tables: one for each process, emptied, as making one costs half a second. */
export const freshDatabase = async (): Promise<string> => {
  const { urlOf } = await server()
  const { client, socket } = (emptying ??= await connect(urlOf(DATABASE)))
  socket.ref()
  await client.query(EMPTY)
  // It does not keep this process running.
  socket.unref()
  return urlOf(DATABASE)
}

interface Connection {
  client: pg.Client
  socket: Socket
}

/** The connection that empties it is kept for the next test: a new one costs 12 ms of CPU. */
let emptying: Connection | null = null

const connect = async (url: string): Promise<Connection> => {
  const socket = new Socket()
  const client = new pg.Client({ connectionString: url, stream: () => socket })
  // Tests restart the server, and end connections.
  client.on('error', () => (emptying = null))
  await client.connect()
  return { client, socket }
}

/** One without any table, for a program that is to make them; it goes with the test. */
export const bareDatabase = (t: Test): Promise<string> => create(t, '')

/** One with empty tables, for a test that changes them; it goes with the test. */
export const ownDatabase = async (t: Test): Promise<string> => {
  await freshDatabase()
  // A template may have no connection.
  emptying?.socket.ref()
  await emptying?.client.end()
  emptying = null
  return create(t, `template ${DATABASE}`)
}

const create = async (t: Test, as: string): Promise<string> => {
  const { urlOf } = await server()
  const name = `${DATABASE}_${(created += 1)}`
  await sql(urlOf('postgres'), `create database ${name} ${as}`)
  t.teardown(() => sql(urlOf('postgres'), `drop database ${name} with (force)`))
  return urlOf(name)
}
let created = 0

// One statement, as rows of one table refer to those of another; `truncate` takes ten times as long, because it makes new files for every table.
const EMPTY = `
do $$ begin
  execute (select 'with ' || string_agg(tablename || '_rows as (delete from evergreen.' || tablename || ')', ', ') || ' select'
           from pg_tables where schemaname = 'evergreen' and tablename not in ('keeper', 'meta'));
  delete from evergreen.meta where name not in ('version', 'oldest_version');
  update evergreen.keeper set owner = null, until = '-infinity';
end $$`

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
