import t, { type Test } from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { checkServer } from '../../src/doctor/checks/server.ts'
import type { DoctorContext } from '../../src/doctor/context.ts'
import type { CheckResult } from '../../src/doctor/check-result.ts'
import { inspectServer, type ServerFacts } from '../../src/store/postgres/inspect.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { server, sql } from '../helpers/postgres.ts'

const CONTEXT = { clock: systemClock } as unknown as DoctorContext
const SOUND: ServerFacts = {
  version: 160_004,
  rights: {
    user: 'evergreen',
    database: 'bot',
    mayCreate: true,
    schema: { owner: 'evergreen', isOwn: true, mayUse: true, closed: [] },
  },
  answersMs: 2,
  aheadMs: 0,
  isDurable: true,
  followers: { count: 0, areWaitedFor: false },
}

const said = (t: Test, change: Partial<ServerFacts>): CheckResult =>
  checkServer({ status: 'absent', server: { ...SOUND, ...change } }, t.testdir(), CONTEXT)

t.test('the doctor says what it means how the server is set', async (t) => {
  t.match(said(t, {}), {
    status: 'ok',
    what: 'PostgreSQL 16, answers in 2 ms; its tables are made at the first start',
  })
  t.match(said(t, { version: 130_012 }), { status: 'failure', what: /PostgreSQL 13 is too old: 14/ })
  t.match(said(t, { isDurable: false }), { status: 'warning', next: /fsync and synchronous_commit/ })
  t.match(said(t, { followers: { count: 1, areWaitedFor: false } }), {
    status: 'warning',
    what: /does not wait for its followers.*the last moments are lost/,
    next: /synchronous_standby_names/,
  })
  t.match(said(t, { followers: { count: 2, areWaitedFor: true } }), {
    status: 'ok',
    what: /with 2 followers/,
  })
  t.match(said(t, { followers: { count: 0, areWaitedFor: true } }), {
    status: 'failure',
    what: /waits for a follower.*none is connected/,
  })
  t.match(said(t, { aheadMs: -300_000 }), {
    status: 'warning',
    what: /5 minutes behind the one of this machine/,
    next: /NTP/,
  })
  t.match(said(t, { answersMs: 140 }), {
    status: 'warning',
    what: /takes 140 ms to answer/,
    next: /one region/,
  })
})

t.test('the doctor names the right that the user does not have, and how it is given', async (t) => {
  const { urlOf } = await server()
  const [database, user] = [`evergreen_rights_${process.pid}`, `evergreen_user_${process.pid}`]
  const admin = urlOf('postgres')
  await sql(admin, `create database ${database}`)
  await sql(admin, `create role ${user} login password 'hush'`)
  const own = urlOf(database)
  t.teardown(async () => {
    await sql(admin, `drop database ${database} with (force)`)
    await sql(admin, `drop role ${user}`)
  })
  const url = new URL(own)
  url.username = user
  url.password = 'hush'
  const check = async (): Promise<CheckResult> =>
    checkServer(await inspectServer(url.href, systemClock), t.testdir(), CONTEXT)
  const opens = async (address: string): Promise<void> => {
    const common = { clock: systemClock, name: 'test', owner: 'test', leases: null, onExit: () => undefined }
    await (await openPostgresStore({ url: address, ...common })).close()
  }

  t.match(await check(), {
    status: 'failure',
    what: `the user ${user} may not make a schema in the database ${database}`,
    next: `As the owner of the database: grant create on database ${database} to ${user}`,
  })
  await t.rejects(opens(url.href), { code: 'BOT_STORE_UNAVAILABLE', remedy: /npm run doctor/ })

  await sql(own, `create schema evergreen authorization ${user}`)
  t.match(
    await check(),
    { what: /its tables are made at the first start|survive a crash/ },
    'a schema of its own is enough',
  )
  await opens(url.href)
  await sql(own, 'drop schema evergreen cascade')

  await opens(own)
  t.match(await check(), {
    status: 'failure',
    what: /may not use the schema evergreen/,
    next: /grant usage, create/,
  })
  await sql(own, `grant usage, create on schema evergreen to ${user}`)
  t.match(await check(), {
    status: 'failure',
    what: /may not read and write \w+ and \d+ more tables/,
    next: /grant all on all tables/,
  })
  await sql(own, `grant all on all tables in schema evergreen to ${user}`)
  await sql(own, `grant usage on all sequences in schema evergreen to ${user}`)
  await opens(url.href)
  t.match(await check(), { status: 'failure', next: /grant all on all sequences/ })
  await sql(own, `grant all on all sequences in schema evergreen to ${user}`)
  const found = await inspectServer(url.href, systemClock)
  t.match(found, { status: 'sound', server: { aheadMs: Number, answersMs: Number } })

  await sql(own, `update evergreen.meta set value = '1' where name = 'version'`)
  t.match(await check(), {
    status: 'failure',
    what: /of an earlier version, and only their owner/,
    next: /Start one instance as that user/,
  })

  await sql(own, `alter database ${database} set default_transaction_read_only = on`)
  t.match(await check(), { status: 'failure', what: /takes no writes/, next: /the primary/ })
})
