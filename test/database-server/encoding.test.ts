import t from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { inspectServer } from '../../src/store/postgres/inspect.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { server, sql } from '../helpers/postgres.ts'

const COMMON = { clock: systemClock, name: 'test', owner: 'test', leases: null }

for (const encoding of ['LATIN1', 'SQL_ASCII']) {
  t.test(`a database with the encoding ${encoding} is refused, and what to do is told`, async (t) => {
    const { urlOf } = await server()
    const name = `evergreen_${encoding.toLowerCase()}_${process.pid}`
    await sql(urlOf('postgres'), `create database ${name} encoding '${encoding}' template template0`)
    t.teardown(() => sql(urlOf('postgres'), `drop database ${name} with (force)`))
    await t.rejects(openPostgresStore({ ...COMMON, url: urlOf(name) }), {
      code: 'BOT_STORE_UNAVAILABLE',
      message: `the database has the encoding ${encoding}, and has to have UTF8`,
      remedy: /encoding 'UTF8' template template0/,
    })
    t.match(await inspectServer(urlOf(name), systemClock), { status: 'unreachable', why: /encoding/ })
  })
}
