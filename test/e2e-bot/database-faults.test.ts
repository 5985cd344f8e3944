import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import t, { type Test } from 'tap'
import { createRng } from '../../sandbox/src/rng.ts'
import { systemClock } from '../../src/base/clock.ts'
import { moveToServer } from '../../src/store/postgres/move.ts'
import { databaseIn } from '../../src/store/sqlite/data-dir.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { SCRIPT_OF_TALK, startTown, type BotProcess, type Town } from '../helpers/bot.ts'
import { COMPILED } from '../helpers/compiled.ts'
import { isTorture, SEED } from '../helpers/faults.ts'
import { promote, startFollower, waitForFollower } from '../helpers/follower.ts'
import { FOLLOWED, startServer, withConnection } from '../helpers/postgres-server.ts'
import { freshDatabase, server, sql } from '../helpers/postgres.ts'
import { createTalk, type Talk } from '../helpers/talk.ts'
import { createWay } from '../helpers/way.ts'
import { anyRoom, handleAll, newEvent } from '../store/steps.ts'
import { until } from '../helpers/until.ts'

/** The PostgreSQL server is restarted, is gone, is full, does not answer, or is followed by another, while visitors write. */
const GONE_MS = isTorture ? 30_000 : 1000
const MESSAGES = isTorture ? 30 : 20
/** More than go in one part of a move. */
const MOVED = 2400
interface Scene extends Town {
  talk: Talk
  /** Visitors write while this goes on; then the sandbox repeats what was refused, and each must have been answered once. */
  during: (t: Test, trouble: () => Promise<unknown>) => Promise<void>
}

const scene = async (t: Test, url: string): Promise<Scene> => {
  const env = { DATABASE_URL: url, TOKEN_KEY: randomBytes(32).toString('base64'), DRAIN_SECONDS: '0' }
  const town = await startTown(t, {
    size: { pages: 2, visitors: 6 },
    script: SCRIPT_OF_TALK,
    env,
    latencyMs: 15,
    seed: SEED,
  })
  const talk = createTalk(town, createRng(SEED))
  return {
    ...town,
    talk,
    during: async (t, trouble) => {
      let left = MESSAGES
      const writing = setInterval(() => (left -= 1) >= 0 && talk.write(), 20)
      t.teardown(() => clearInterval(writing))
      await sleep(200)
      await trouble()
      clearInterval(writing)
      town.sandbox.courier.hurry()
      await talk.answered()
      t.same(talk.wrongs(), [], `each of ${talk.written()} messages is answered once and in order`)
    },
  }
}

/** A callback that cannot be stored is refused so that Facebook repeats it. */
const refuses = async (t: Test, bot: BotProcess, why: string): Promise<void> => {
  const answer = await bot.post(probe())
  t.equal(answer.status, 503, why)
  t.match(answer.headers.get('retry-after'), /^\d+$/)
  t.match(await answer.json(), { code: 'BOT_STORE_UNAVAILABLE' })
}

let probes = 0
/** A callback of its own, that nothing answers. */
const probe = () => ({
  object: 'page',
  entry: [
    {
      id: '1',
      time: Date.now(),
      messaging: [
        {
          sender: { id: '2' },
          recipient: { id: '1' },
          timestamp: Date.now(),
          read: { watermark: (probes += 1) },
        },
      ],
    },
  ],
})

/** What makes the clock of a process go five minutes fast; null where `faketime` is not installed. */
const fastClock = (): Record<string, string> | null => {
  const asked = spawnSync('faketime', ['-f', '+5m', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' })
  if (asked.status !== 0) return null
  return { LD_PRELOAD: asked.stdout.trim(), FAKETIME: '+5m', FAKETIME_DONT_FAKE_MONOTONIC: '1' }
}
const fast = fastClock()

t.test('one bot and its server, one trouble after the other', async (t) => {
  const url = await freshDatabase()
  const { bot, sandbox, talk, during } = await scene(t, url)

  await t.test(
    'the server is restarted, and is gone for a while: 503 meanwhile, then all is answered',
    async (t) => {
      const { stop, start } = await server()
      if (stop === undefined || start === undefined) {
        t.pass('the server is not ours to stop')
        return
      }
      for (const signal of ['INT', 'QUIT'] as const) {
        await during(t, async () => {
          await stop(signal)
          const goneMs = performance.now()
          await refuses(t, bot, `stopped by SIG${signal}`)
          await sleep(GONE_MS - (performance.now() - goneMs))
          await start()
        })
      }
    },
  )

  await t.test(
    'the server has no room, or does not get a lock: 503 meanwhile, then all is answered',
    async (t) => {
      await sql(
        url,
        `create function evergreen.no_room() returns trigger language plpgsql as
       $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`,
      )
      for (const table of ['inbox', 'outbox']) {
        await during(t, async () => {
          await sql(
            url,
            `create trigger no_room before insert on evergreen.${table} execute function evergreen.no_room()`,
          )
          if (table === 'inbox') await refuses(t, bot, 'no room for events')
          else await sleep(GONE_MS)
          await sql(url, `drop trigger no_room on evergreen.${table}`)
        })
      }
      const client = new pg.Client(url)
      await client.connect()
      await during(t, async () => {
        await client.query('begin; lock table evergreen.inbox in access exclusive mode')
        await refuses(t, bot, 'the lock is not got within its time')
        await client.query('rollback')
      })
      await client.end()
      await sql(url, 'drop function evergreen.no_room')
    },
  )

  await t.test(
    'two instances whose clocks are five minutes apart answer each message once',
    { skip: fast === null && 'faketime is not installed on this machine' },
    async (t) => {
      const other = await bot.twin('elsewhere')
      Object.assign(other.env, fast)
      await other.start()
      await withConnection(url, (ask) =>
        until(async () => (await ask(KEEPERS)).length === 2, { everyMs: 50 }),
      )
      for (let n = 0; n < MESSAGES; n += 1) talk.write()
      await talk.answered()
      t.same(talk.wrongs(), [], 'while each keeps a Page')

      sandbox.setWebhook({ url: `${other.address}/webhook`, verifyToken: 'verify-1' })
      for (let n = 0; n < MESSAGES; n += 1) talk.write()
      t.equal(await bot.sigterm(), 0)
      await talk.answered()
      t.same(talk.wrongs(), [], 'and when the fast one has both')
    },
  )
})

const KEEPERS = 'select distinct owner from evergreen.lease where page > 0 and until > clock_timestamp()'

t.test(
  'the primary dies and a follower for which commits wait takes its place: nothing is lost',
  async (t) => {
    const primary = await startServer({ settings: FOLLOWED })
    await sql(primary.urlOf('postgres'), 'create database bot')
    const way = await createWay(t, primary.urlOf('bot'))
    const { bot, during } = await scene(t, way.url)
    const follower = await startFollower(primary)
    await waitForFollower(primary)
    await during(t, async () => {
      await primary.stop('QUIT')
      way.lead(follower.urlOf('bot'))
      await refuses(t, bot, 'the follower takes no writes yet')
      await promote(follower)
    })
    const [where] = await sql(follower.urlOf('bot'), 'select count(*)::int as n from evergreen.sent')
    t.ok(where?.['n'] > 0, 'it goes on there')
    await follower.stop('QUIT')
  },
)

t.test(
  'a move that is killed half-way is run again: nothing is missing, and what is in doubt stays so',
  async (t) => {
    const [url, dir] = [await freshDatabase(), t.testdir()]
    const key = randomBytes(32)
    const rethrow = (error: Error): never => {
      throw error
    }
    const store = await openSqliteStore({ file: databaseIn(dir), clock: systemClock, onExit: rethrow })
    const events = Array.from({ length: MOVED }, (_, n) => newEvent(`e.${n}`, { psid: `psid-${n % 1500}` }))
    t.equal((await store.accept(events)).stored, MOVED)
    await handleAll(store, (text) => [text])
    const handedOut = (await store.claimOutbox(200, anyRoom)).flatMap(({ replies }) => replies)
    await store.close()

    // The second part of the outbox does not get through.
    await sql(
      url,
      `create function evergreen.stay() returns trigger language plpgsql as $$ begin
       if exists (select from evergreen.outbox) then perform pg_sleep(60); end if;
       return null;
     end $$;
     create trigger stay before insert on evergreen.outbox execute function evergreen.stay()`,
    )
    const mover = spawn(process.execPath, ['bin/move-to-postgres.ts'], {
      cwd: new URL('../..', import.meta.url),
      env: {
        ...COMPILED,
        PATH: process.env['PATH'],
        DATA_DIR: dir,
        DATABASE_URL: url,
        TOKEN_KEY: key.toString('base64'),
      },
      stdio: 'ignore',
    })
    const ended = once(mover, 'exit')
    await withConnection(url, (ask) =>
      until(
        async () => {
          if (mover.exitCode !== null) throw new Error(`the move ended with code ${mover.exitCode}`)
          return (await ask(STAYING)).length > 0
        },
        { everyMs: 20 },
      ),
    )
    mover.kill('SIGKILL')
    await ended
    t.ok(existsSync(databaseIn(dir)), 'the files are as they were')
    const [half] = await sql(url, 'select count(*)::int as n from evergreen.outbox')
    t.ok(half?.['n'] > 0 && half?.['n'] < MOVED, `${half?.['n']} replies had arrived`)
    await sql(url, `select pg_terminate_backend(pid) from (${STAYING}) as staying`)
    await sql(url, 'drop function evergreen.stay cascade')

    // Its lease ends by itself ten seconds later.
    await sql(url, `update evergreen.keeper set until = '-infinity'`)
    const { rows } = await moveToServer({
      dir,
      url,
      key,
      owner: 'again',
      clock: systemClock,
      onProgress: () => undefined,
    })
    t.match(rows, { seen: MOVED, outbox: MOVED })
    const [moved] = await sql(
      url,
      'select count(*)::int as replies, count(doubt_ms)::int as doubts from evergreen.outbox',
    )
    t.same(moved, { replies: MOVED, doubts: handedOut.length })
  },
)

const STAYING = `select pid from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`
