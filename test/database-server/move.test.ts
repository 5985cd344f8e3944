import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { moveToPostgres } from '../../src/cli/move-to-postgres.ts'
import { moveToServer } from '../../src/store/postgres/move.ts'
import { placeInRow } from '../../src/store/postgres/token-row.ts'
import { takeWhole } from '../../src/store/postgres/whole-lease.ts'
import { databaseIn, holdDataDir } from '../../src/store/sqlite/data-dir.ts'
import { openTestStore } from '../helpers/store.ts'
import type { Store } from '../../src/store/store.ts'
import { placeInFolder } from '../../src/store/tokens/place.ts'
import { createTokenStore } from '../../src/store/tokens/token-store.ts'
import { run } from '../cli/run.ts'
import { freshDatabase, sql } from '../helpers/postgres.ts'
import { anyRoom, keys, newEvent } from '../store/steps.ts'
import { pageToken } from '../store/tokens/sample.ts'

const KEY = Buffer.alloc(32, 7)
const TOKEN_KEY = KEY.toString('base64')

/** A data folder with something of everything in it. */
const folder = async (root: string, name = 'data'): Promise<string> => {
  const dir = join(root, name)
  const tokens = await createTokenStore({ dir, key: KEY })
  await tokens.save({ pages: [pageToken()] })
  await tokens.close()
  const store = await openTestStore({ file: databaseIn(dir), clock: systemClock })
  await store.accept(['a', 'b', 'c', 'd'].map((key) => newEvent(key, { psid: `psid-${key}` })))
  for (const claim of await store.claimInbox(3)) {
    for (const event of claim.events) {
      const state = '{"handover":{"sinceMs":5}}'
      const answers = [{ form: 'book', url: null, body: '{"n":"1"}' }]
      await store.finishEvent(claim, event, { replies: ['one', 'two'], state, answers })
    }
    await store.releaseInbox(claim)
  }
  const [sent, dies] = await store.claimOutbox(3, anyRoom)
  if (sent?.replies[0] === undefined || dies?.replies[0] === undefined) throw new Error('nothing to send')
  await store.finishReply(sent, sent.replies[0], { status: 'sent', messageId: 'm_1' })
  await store.finishReply(dies, dies.replies[0], { status: 'dead', reason: 'unreachable' })
  await store.remember('since', '1')
  await store.close()
  return dir
}

const move = (dir: string, url: string) =>
  moveToServer({ dir, url, key: KEY, owner: 'move', clock: systemClock, onProgress: () => undefined })

/** The sum over the tables, of each the last number told. */
const rowsIn = (progress: string): number => {
  const last = new Map(
    [...progress.matchAll(/^(\w+): (\d+)$/gm)].map(([, name, rows]) => [name, Number(rows)]),
  )
  return [...last.values()].reduce((sum, rows) => sum + rows, 0)
}

const openOn = async (t: Test, url: string): Promise<Store> => {
  const common = { clock: systemClock, name: 'test', owner: 'test', leases: null }
  const store = await openPostgresStore({ url, ...common })
  t.teardown(() => store.close())
  return store
}

t.test(
  'everything moves, in doubt what was in doubt, and no bot starts on the files by mistake',
  async (t) => {
    const [dir, url] = [await folder(t.testdir()), await freshDatabase()]
    const { rows, tokens } = await move(dir, url)
    t.match(rows, { page: 1, conversation: 4, seen: 4, inbox: 1, outbox: 4, sent: 1, dead: 1, answers: 3 })
    t.equal(tokens, 1)
    t.notOk(existsSync(databaseIn(dir)))

    const store = await openOn(t, url)
    const repeated = ['a', 'b', 'c', 'd'].map((key) => newEvent(key, { psid: `psid-${key}` }))
    t.same(await store.accept(repeated), { stored: 0, duplicates: 4 })
    const claims = await store.claimOutbox(10, anyRoom)
    const doubts = claims.flatMap(({ replies }) => replies.map(({ doubtSinceMs }) => doubtSinceMs !== null))
    t.equal(doubts.length, 4)
    t.equal(doubts.filter(Boolean).length, 1)
    const [letter] = (await store.deadLetters.list({ limit: 10 })).letters
    t.match(letter, { body: 'one', reason: 'unreachable' })
    t.match(await store.deadLetters.get(letter?.id ?? ''), { body: 'one' }, 'the ids are as they were')
    t.equal(await store.recall('since'), '1')
    t.equal((await store.leftToPeople({ limit: 9 })).length, 3)
    const [claim] = await store.claimInbox(9)
    t.same(claim && keys(claim), ['d'])
    await store.accept([newEvent('new', { psid: 'psid-d' })])
    const place = placeInRow(url, KEY)
    t.match(await place.adapter.read(), { pages: [{ token: pageToken().token }] })
    await place.close()
  },
)

t.test('a text with a zero byte, which ends a length in SQLite, moves', async (t) => {
  const [dir, url] = [await folder(t.testdir()), await freshDatabase()]
  const files = await openTestStore({ file: databaseIn(dir), clock: systemClock })
  await files.keepName({ pageId: 'page-1', psid: 'psid-a', name: 'Ada\0Lovelace 😀' })
  await files.close()
  t.match(await move(dir, url), { rows: { visitor_name: 1 } })
  const store = await openOn(t, url)
  t.match(await store.findByName({ words: 'lovelace', limit: 9 }), [{ name: 'Ada\uFFFDLovelace 😀' }])
})

t.test('a move that was cut off is run again', async (t) => {
  const [dir, url] = [await folder(t.testdir()), await freshDatabase()]
  // The last table is missing: the move ends there.
  await sql(url, 'alter table evergreen.open_question rename to elsewhere')
  await t.rejects(move(dir, url))
  await sql(url, 'alter table evergreen.elsewhere rename to open_question')
  t.ok(existsSync(databaseIn(dir)), 'the files are as they were')
  t.match(await sql(url, 'select count(*)::int as n from evergreen.outbox'), [{ n: 4 }])

  t.match(await move(dir, url), { rows: { outbox: 4, seen: 4 } })
  t.match(await sql(url, 'select count(*)::int as n from evergreen.outbox'), [{ n: 4 }])
})

t.test(
  'what a bot has changed in the files after a move was cut off is not left behind unnoticed',
  async (t) => {
    const [dir, url] = [await folder(t.testdir()), await freshDatabase()]
    await sql(url, 'alter table evergreen.open_question rename to elsewhere')
    await t.rejects(move(dir, url))
    await sql(url, 'alter table evergreen.elsewhere rename to open_question')
    const db = new DatabaseSync(databaseIn(dir))
    db.exec(`update conversation set state = '{"handover":{"sinceMs":6}}' where psid = 'psid-a'`)
    db.close()
    await t.rejects(move(dir, url), {
      message: 'The table conversation has not arrived as it was.',
      remedy: /Empty the database/,
    })
  },
)

t.test('replies that wait in a copy that no bot has begun on move as in doubt', async (t) => {
  const [dir, url] = [await folder(t.testdir()), await freshDatabase()]
  const db = new DatabaseSync(databaseIn(dir))
  db.exec(`insert into meta (name, value) values ('inode', 'of another file')`)
  db.close()
  await move(dir, url)
  t.match(await sql(url, 'select count(*)::int as n from evergreen.outbox where doubt_ms is null'), [
    { n: 0 },
  ])
})

t.test('a token that a command is about to save moves, too', async (t) => {
  const [dir, url] = [await folder(t.testdir()), await freshDatabase()]
  const place = placeInFolder(dir, KEY)
  // A promise alone would be awaited under the lock.
  const { moving } = await place.alone(async () => {
    const data = await place.adapter.read()
    const atEnd = Promise.withResolvers<void>()
    const onProgress = (table: string) => table === 'statistic' && atEnd.resolve()
    const moving = moveToServer({ dir, url, key: KEY, owner: 'move', clock: systemClock, onProgress })
    await Promise.race([moving, atEnd.promise])
    if (data !== null) await place.adapter.write({ ...data, pages: [pageToken({ token: 'page-token-2' })] })
    return { moving }
  })
  await moving
  const moved = placeInRow(url, KEY)
  t.match(await moved.adapter.read(), { pages: [{ token: 'page-token-2' }] })
  await moved.close()
})

t.test('the command tells what it moves, where it is then, and what is next', async (t) => {
  const [dir, url] = [await folder(t.testdir()), await freshDatabase()]
  const command = (at = dir) =>
    run(moveToPostgres, at, [], {
      env: { DATABASE_URL: url, TOKEN_KEY, EVERGREEN_COMMAND: 'sudo evergreen' },
    })
  // As after a kill while it was at its last table.
  await sql(url, 'alter table evergreen.open_question rename to elsewhere')
  t.match(await command(), { code: 1, stdout: '', stderr: /^page: 1\n[^]*outbox: 4\n[^]*open_question/ })
  await sql(url, 'alter table evergreen.elsewhere rename to open_question')

  const done = await command()
  t.match(done, { code: 0, stderr: /^page: 1\nconversation: 4\nseen: 4\ninbox: 1\noutbox: 4\n/ })
  const database = databaseIn(dir)
  t.same(done.stdout.split('\n'), [
    `Done: ${rowsIn(done.stderr)} rows and 1 Page token are in the database.`,
    `The files are kept as ${database}.moved and ${dir}/tokens.json.moved; delete them when all is well.`,
    'Now start the bot, and run: sudo evergreen doctor',
    '',
  ])

  const again = await command()
  t.match(again, { code: 1, stdout: '', stderr: /was moved before: .*evergreen\.db\.moved and .*tokens/ })
  t.match(again.stderr, /Start the bot\./)
  t.match(await command(join(t.testdirName, 'empty')), {
    code: 1,
    stdout: '',
    stderr: /nothing to move in .*Check DATA_DIR/s,
  })
  t.match(await command(await folder(t.testdirName, 'other')), {
    code: 1,
    stdout: '',
    stderr: /is not empty[^]*Name another one/,
  })
})

t.test(
  'a folder with tokens alone, and one whose database had moved when a kill came, move, too',
  async (t) => {
    const [dir, url] = [await folder(t.testdir()), await freshDatabase()]
    const command = (...args: string[]) =>
      run(moveToPostgres, dir, args, { env: { DATABASE_URL: url, TOKEN_KEY } })
    renameSync(databaseIn(dir), `${databaseIn(dir)}.moved`)
    const tokens = join(dir, 'tokens.json')
    t.match(await command(), {
      code: 0,
      stdout: `Done: 0 rows and 1 Page token are in the database.\nThe files are kept as ${tokens}.moved; delete`,
    })
    renameSync(`${tokens}.moved`, tokens)
    const json = await command('--json')
    t.same(JSON.parse(json.stdout), { rows: {}, tokens: 1, files: [`${tokens}.moved`] })
  },
)

t.test('a move waits for the one that is at it, names it, and then finds the database in use', async (t) => {
  const [first, second, url] = [
    await folder(t.testdir()),
    await folder(t.testdirName, 'other'),
    await freshDatabase(),
  ]
  const lease = await takeWhole({
    url,
    name: 'test',
    owner: 'other',
    host: 'host-a, process 7',
    version: '',
    clock: systemClock,
    log: { info: () => undefined },
  })
  const told: string[] = []
  const waiting = Promise.withResolvers<void>()
  const onProgress = (what: string) => {
    told.push(what)
    waiting.resolve()
  }
  const moving = moveToServer({ dir: first, url, key: KEY, owner: 'one', clock: systemClock, onProgress })
  await waiting.promise
  t.match(told, [/works on the whole database: this one stands by: host-a, process 7/])
  await lease.release()
  t.match(await moving, { tokens: 1 })
  await t.rejects(move(second, url), { message: /not empty/ })
})

t.test('nothing moves while a bot runs, nor onto the data of another bot', async (t) => {
  const [dir, url] = [await folder(t.testdir()), await freshDatabase()]
  const held = holdDataDir(dir)
  await t.rejects(move(dir, url), { code: 'BOT_DATA_DIR_IN_USE' })
  held.release()

  await (await openOn(t, url)).accept([newEvent('theirs')])
  await t.rejects(move(dir, url), { message: /not empty/ })
  t.ok(existsSync(databaseIn(dir)))
})
