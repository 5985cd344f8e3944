import t from 'tap'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRng } from '../../sandbox/src/rng.ts'
import { NEWEST_VERSION } from '../../src/store/postgres/schema.ts'
import { PROGRAM, startTown, type BotProcess } from '../helpers/bot.ts'
import { isTorture, roundsOr, SEED } from '../helpers/faults.ts'
import { startInstances, untilKept } from '../helpers/instances.ts'
import { oldProgram, TABLES_OF_OLD, withoutHistory } from '../helpers/old-program.ts'
import { startPager } from '../helpers/pager.ts'
import { withConnection } from '../helpers/postgres-server.ts'
import { bareDatabase, ownDatabase, sql } from '../helpers/postgres.ts'
import { createTalk } from '../helpers/talk.ts'

/** Instances of two versions on one database: the older one is code of this repository's history. */
const MESSAGES_A_STEP = roundsOr(20, 5)
/** Two are enough for a Page to go from each version to the other, by a stop and by a new share. */
const PAGES = 6
const COUNT = isTorture ? 3 : 2
const SHARES = Array.from({ length: COUNT }, () => PAGES / COUNT)
const versionsIn = async (url: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await sql(url, `select name, value from evergreen.meta where name like '%version'`)).map((row) => [
      row['name'],
      row['value'],
    ]),
  )

t.test(
  'instances are upgraded one after the other and back, under load: nothing is lost or doubled',
  { skip: withoutHistory },
  async (t) => {
    const [old, url, pager] = [oldProgram(t), await bareDatabase(t), await startPager(t)]
    const { town, instances, failed } = await startInstances(t, {
      count: COUNT,
      size: { pages: PAGES, visitors: 3 },
      program: old,
      url,
      env: { ALERT_URL: pager.url },
      latencyMs: 15,
    })
    const { sandbox, bot, pageIds } = town
    const talk = createTalk(town, createRng(SEED))
    await Promise.all(instances.slice(1).map((instance) => instance.start()))
    await untilKept(url, SHARES)
    t.match(await versionsIn(url), { version: String(TABLES_OF_OLD) })

    /** Stops it, and starts the other program in its place, while visitors write. */
    const replace = async (instance: BotProcess, program: string): Promise<void> => {
      for (let n = 0; n < MESSAGES_A_STEP / 5; n += 1) talk.write()
      let left = MESSAGES_A_STEP - MESSAGES_A_STEP / 5
      const writing = setInterval(() => (left -= 1) >= 0 && talk.write(), 50)
      t.teardown(() => clearInterval(writing))
      t.equal(await instance.sigterm(), 0)
      instance.program = program
      await instance.start()
      await untilKept(url, SHARES)
      while (left > 0) await sleep(20)
      clearInterval(writing)
    }

    const [sick] = pageIds
    sandbox.trouble('page-unticked', { pageId: sick ?? '' })
    for (const place of talk.conversations) talk.write(place)
    await pager.heard(/^Evergreen needs you: Page 0 /)
    const told = pager.texts.length
    for (const instance of instances) await replace(instance, PROGRAM)
    t.match(await versionsIn(url), { version: String(NEWEST_VERSION) })
    t.equal(pager.texts.length, told, 'an instance of another version does not tell again what was told')

    await bot.bootstrap(sandbox.userToken())
    // The town's first need, a token, may be told as mended together with it.
    await pager.heard(/^All is well again: .*\bPage 0 /)
    await talk.answered()
    const answered = talk.conversations.map(({ got }) => got().length)
    for (let n = 0; n < MESSAGES_A_STEP; n += 1) talk.write()
    await talk.answered()
    t.same(
      talk.conversations.map(({ got }, index) => got().slice(answered[index])),
      talk.conversations.map(({ owed }, index) => owed().slice(answered[index])),
      'the newer one alone keeps the order',
    )

    for (const instance of instances) await replace(instance, old)
    sandbox.courier.hurry()
    await talk.answered()
    // The older program may handle an event before one that another instance commits late, so the order over its time is not looked at.
    const wrong = talk.conversations.filter(
      ({ got, owed }) => got().toSorted().join() !== owed().toSorted().join(),
    )
    t.same(
      wrong.map(({ got }) => got()),
      [],
      `each of ${talk.written()} messages is answered once`,
    )
    t.equal(failed(), 0, 'no callback was refused')
    t.equal(pager.texts.length, told + 1)
    // Marks that a reply was sent may be on their way.
    await withConnection(url, async (ask) => {
      while ((await ask(WAITING)).length > 0) await sleep(50)
    })
  },
)

const WAITING = 'select from evergreen.inbox union all select from evergreen.outbox'

t.test('a version for which the tables are too new ends and says so, wherever it stands', async (t) => {
  const url = await ownDatabase(t)
  // As the steps of versions to come do it.
  await sql(
    url,
    `alter table evergreen.inbox add column priority integer not null default 0;
     alter table evergreen.outbox add column persona text;
     alter table evergreen.conversation add column locale text;
     create table evergreen.label (id bigint primary key);
     update evergreen.meta set value = '98' where name = 'version'`,
  )
  const town = await startTown(t, {
    env: { DATABASE_URL: url, TOKEN_KEY: Buffer.alloc(32, 7).toString('base64') },
  })
  const { bot } = town
  const talk = createTalk(town, createRng(SEED))
  talk.write()
  await talk.answered()
  t.same(talk.wrongs(), [], 'newer tables that it can work on are no trouble')
  t.match(await versionsIn(url), { version: '98', oldest_version: String(4) }, 'and are left as they are')

  await sql(url, `update evergreen.meta set value = '97' where name = 'oldest_version'`)
  t.equal(await bot.ended(), 1, 'a running one ends at its next beat')
  t.match(bot.log.find(({ level }) => level === 60)?.['err'], { message: /newer Evergreen/ })
  await t.rejects(bot.start(), { message: /ended with code 1[^]*newer Evergreen wrote it[^]*upgrade/i })
  t.match(await versionsIn(url), { version: '98', oldest_version: '97' })
})
