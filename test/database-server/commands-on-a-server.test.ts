import { writeFileSync } from 'node:fs'
import t from 'tap'
import { backup } from '../../src/cli/backup.ts'
import type { Command } from '../../src/cli/command.ts'
import { deadLetters } from '../../src/cli/dead-letters.ts'
import { forget } from '../../src/cli/forget.ts'
import { moveToPostgres } from '../../src/cli/move-to-postgres.ts'
import { restore } from '../../src/cli/restore.ts'
import { checkServer } from '../../src/doctor/checks/server.ts'
import type { DoctorContext } from '../../src/doctor/context.ts'
import { systemClock } from '../../src/base/clock.ts'
import { inspectServer } from '../../src/store/postgres/inspect.ts'
import { openOnServer } from '../../src/store/postgres/open.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { NEWEST_VERSION } from '../../src/store/postgres/schema.ts'
import { databaseIn } from '../../src/store/sqlite/data-dir.ts'
import { run } from '../cli/run.ts'
import { bareDatabase, freshDatabase, sql } from '../helpers/postgres.ts'
import { buryAll, handleAll, newEvent } from '../store/steps.ts'

const TOKEN_KEY = Buffer.alloc(32, 7).toString('base64')
const PSID = '71234567000001'

t.test('commands work on the database of DATABASE_URL, or say what to do instead', async (t) => {
  const [url, dir] = [await freshDatabase(), t.testdir()]
  const env = { DATABASE_URL: url, TOKEN_KEY }
  const on = (command: Command, ...args: string[]) => run(command, dir, args, { env })
  const common = { clock: systemClock, name: 'test', owner: 'test', leases: null }
  const store = await openPostgresStore({ url, ...common })
  await store.accept([newEvent('a', { psid: PSID })])
  await handleAll(store, () => ['"never arrived"'])
  await buryAll(store)
  await store.close()

  t.match(await on(deadLetters), { code: 0, stdout: new RegExp(PSID) })
  t.match(await on(forget, PSID), { code: 0, stdout: /Forgotten/ })
  t.match(await sql(url, 'select count(*)::int as n from evergreen.dead'), [{ n: 0 }])
  t.match(await on(backup, 'copy'), { code: 2, stderr: /PostgreSQL server[^]*pg_dump --schema=evergreen/ })
  t.match(await on(restore, 'copy'), { code: 2, stderr: /several-machines\.md/ })
  t.match(await on(moveToPostgres), { code: 1, stderr: /nothing to move/ })
  const unset = await run(moveToPostgres, dir, [], { env: { TOKEN_KEY } })
  t.match(unset, { code: 2, stderr: /DATABASE_URL is not set/ })
  const nowhere = await run(deadLetters, dir, [], {
    env: { DATABASE_URL: 'postgres://bot:hush@127.0.0.1:9/bot', TOKEN_KEY },
  })
  t.match(nowhere, { code: 1, stderr: /could not be opened[^]*PostgreSQL server of DATABASE_URL runs/ })
  t.notMatch(nowhere.stderr, 'hush')
  const bare = await bareDatabase(t)
  const wrong = await run(deadLetters, dir, [], { env: { DATABASE_URL: bare, TOKEN_KEY } })
  t.match(wrong, { code: 1, stderr: /no tables of a bot[^]*Check which database/ })
  t.match(await sql(bare, `select to_regnamespace('evergreen') as schema`), [{ schema: null }])
})

t.test('the doctor says which server it is, who works on it, and what is wrong with it', async (t) => {
  const [url, dir] = [await freshDatabase(), t.testdir()]
  const check = async () => checkServer(await inspectServer(url, systemClock), dir, CONTEXT)
  // Set off, so that tests are fast: the doctor has to notice.
  t.match(await check(), { status: 'warning', what: /before it would survive a crash/, next: /fsync/ })

  const log = { info: () => undefined, warn: () => undefined }
  const running = await openOnServer({ url, dir, version: '1', clock: systemClock, log })
  await running.store.remember('other-objects', '["user"]')
  const found = await inspectServer(url, systemClock)
  t.match(found, { status: 'sound', instances: [{ host: new RegExp(`process ${process.pid}$`) }] })
  t.match(found.status === 'sound' && found.notes.get('other-objects'), '["user"]')
  await running.close()

  await sql(url, `update evergreen.meta set value = '99' where name in ('version', 'oldest_version')`)
  t.match(await check(), { status: 'failure', what: /newer Evergreen/ })
  await t.rejects(openOnServer({ url, dir, version: '1', clock: systemClock, log }), {
    message: /newer Evergreen wrote it/,
  })
  await sql(url, `update evergreen.meta set value = '2' where name = 'version'`)
  await sql(url, `update evergreen.meta set value = '1' where name = 'oldest_version'`)
  t.match(await inspectServer(url, systemClock), { status: 'older' })
  await sql(url, `update evergreen.meta set value = $1 where name = 'version'`, [String(NEWEST_VERSION)])
  await sql(url, `update evergreen.meta set value = '1' where name = 'oldest_version'`)

  writeFileSync(databaseIn(dir), '')
  t.match(await check(), { status: 'failure', next: /move-to-postgres/ })
  await t.rejects(openOnServer({ url, dir, version: '1', clock: systemClock, log }), {
    code: 'BOT_DATA_NOT_MOVED',
  })
})

const CONTEXT = { clock: systemClock } as unknown as DoctorContext

t.test('the doctor names the instances, and what they do not agree on', async (t) => {
  const [url, dir] = [await freshDatabase(), t.testdir()]
  await sql(
    url,
    `insert into evergreen.instance (id, host, version, takes, marks)
     select id, 'host-' || id, '1.0', true, '{"FB_APP_SECRET":"a"}' from unnest(array['a', 'b']) id`,
  )
  await sql(url, `insert into evergreen.page (id) values ('1')`)
  await sql(
    url,
    `insert into evergreen.lease (page, owner, until)
     select no, 'a', now() + interval '1 minute' from evergreen.page union select 0, 'a', now() + interval '1 minute'`,
  )
  const check = async (answersMs: number) => {
    const found = await inspectServer(url, systemClock)
    if (found.status !== 'sound') throw new Error(found.status)
    // The server of the tests is not safe, and answers as fast as the machine lets it.
    return checkServer({ ...found, server: { ...found.server, isDurable: true, answersMs } }, dir, CONTEXT)
  }
  t.match(await check(1), {
    status: 'ok',
    what: /2 instances \(host-a, version 1\.0, keeps 1 Page and is the head; host-b, version 1\.0, keeps 0 Pages\)/,
  })
  t.match(await check(117), { status: 'warning', what: /takes 117 ms to answer/ })
  await sql(url, `update evergreen.instance set marks = '{"FB_APP_SECRET":"b"}' where id = 'b'`)
  t.match(await check(117), { status: 'warning', what: /do not agree on FB_APP_SECRET/ })
})
