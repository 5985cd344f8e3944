import { cp, mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { backUp } from '../../src/store/backup.ts'
import { openTestStore } from '../helpers/store.ts'
import { databaseIn, holdDataDir } from '../../src/store/sqlite/data-dir.ts'
import { createTokenStore } from '../../src/store/tokens/token-store.ts'
import { anyRoom, handleAll, newEvent } from './steps.ts'
import { pageToken } from './tokens/sample.ts'

const openStore = async (t: Test, dir: string) => {
  const store = await openTestStore({ file: databaseIn(dir), clock: systemClock })
  t.teardown(() => store.close())
  return store
}

/** A data folder as a running bot holds it, with a token, an event and two replies in it. */
const build = async (t: Test) => {
  const root = t.testdir()
  const dir = join(root, 'data')
  const held = holdDataDir(dir)
  t.teardown(held.release)
  const tokens = await createTokenStore({ dir, key: null })
  await tokens.save({ pages: [pageToken()] })
  const store = await openStore(t, dir)
  await store.accept([newEvent('a')])
  await handleAll(store, () => ['first', 'second'])
  await store.accept([newEvent('b')])
  return { root, dir, store, to: join(root, 'backups/today') }
}

t.test('a backup taken while the bot runs restores tokens, events and replies', async (t) => {
  const { root, dir, to } = await build(t)
  t.strictSame(await backUp(dir, to), { files: ['tokens.json', 'evergreen.db'], unnoted: null })
  t.equal((await stat(to)).mode & 0o777, 0o700)
  for (const name of await readdir(to)) t.equal((await stat(join(to, name))).mode & 0o777, 0o600, name)

  const restored = join(root, 'restored')
  await cp(to, restored, { recursive: true })
  const tokens = await createTokenStore({ dir: restored, key: null })
  t.match(tokens.pages(), [{ pageId: '100', token: 'page-token-1' }])
  const store = await openStore(t, restored)
  t.match(await store.counts(), { inbox: 1, outbox: new Map([['page-1', 2]]) })
  const [claim] = await store.claimOutbox(10, anyRoom)
  t.strictSame(
    claim?.replies.map(({ body }) => body),
    ['first', 'second'],
  )
})

t.test('a bot that writes meanwhile neither waits nor spoils the copy', async (t) => {
  const { root, dir, store, to } = await build(t)
  let done = false
  let accepted = 0
  const writing = (async () => {
    while (!done) await store.accept([newEvent(`more-${accepted++}`, { psid: `psid-${accepted % 50}` })])
  })()
  await backUp(dir, to)
  done = true
  await writing
  const restored = join(root, 'restored')
  await cp(to, restored, { recursive: true })
  const { inbox } = await (await openStore(t, restored)).counts()
  t.ok(inbox >= 1 && inbox <= accepted + 1)
})

t.test('a copy is for its owner alone from the beginning, also in a folder that was there', async (t) => {
  const before = process.umask(0)
  t.teardown(() => process.umask(before))
  const { root, dir } = await build(t)
  const to = join(root, 'existing')
  await mkdir(to, { mode: 0o755 })
  let isDone = false
  const making = backUp(dir, to).finally(() => (isDone = true))
  const seen = new Map<string, Set<number>>()
  while (!isDone) {
    for (const name of await readdir(to)) {
      // SQLite's journal comes and goes.
      const facts = await stat(join(to, name)).catch(() => null)
      if (facts !== null) seen.set(name, (seen.get(name) ?? new Set()).add(facts.mode & 0o777))
    }
  }
  await making

  t.equal((await stat(to)).mode & 0o777, 0o700)
  for (const name of ['tokens.json', 'evergreen.db'])
    t.ok(
      [...seen.keys()].some((one) => one.endsWith(name)),
      name,
    )
  for (const [name, modes] of seen) t.strictSame([...modes], [0o600], name)
})

t.test('an earlier backup is not overwritten', async (t) => {
  const { dir, to } = await build(t)
  await backUp(dir, to)
  await t.rejects(backUp(dir, to), {
    code: 'BOT_STORE_UNAVAILABLE',
    message: /is not empty/,
    remedy: /empty or not there/,
  })
})

t.test('a place that cannot be written, and a database that is damaged, are told', async (t) => {
  const { root, dir } = await build(t)
  await writeFile(join(root, 'file'), '')
  await t.rejects(backUp(dir, join(root, 'file/sub')), { code: 'BOT_STORE_UNAVAILABLE' })

  const broken = join(root, 'broken')
  await mkdir(broken)
  await writeFile(databaseIn(broken), 'SQLite format 3\0 and then nothing of the kind'.padEnd(8192, 'z'))
  await cp(join(dir, 'tokens.json'), join(broken, 'tokens.json'))
  const to = join(root, 'copy')
  await t.rejects(backUp(broken, to), { code: /BOT_STORE_(UNAVAILABLE|DAMAGED)/ })
  t.strictSame(await readdir(to), [], 'half a copy is none')
})

t.test(
  'a data folder that cannot note its backup, as on a read-only disk, is copied all the same',
  async (t) => {
    const { dir, to } = await build(t)
    // A folder in the place of the file refuses it to root, too.
    await mkdir(join(dir, 'evergreen.backed-up'))
    t.strictSame(await backUp(dir, to), { files: ['tokens.json', 'evergreen.db'], unnoted: 'EISDIR' })
    t.strictSame((await readdir(to)).toSorted(), ['evergreen.db', 'tokens.json'])
  },
)

t.test('a database that cannot be opened is told as that, and not as a fault of the target', async (t) => {
  const root = t.testdir({ data: {} })
  const dir = join(root, 'data')
  await (await openTestStore({ file: databaseIn(dir), clock: systemClock })).close()
  const bot = new DatabaseSync(databaseIn(dir))
  bot.exec(`pragma wal_autocheckpoint = 0; insert into meta (name, value) values ('note:last', 'kept')`)
  const copy = join(root, 'copy')
  await mkdir(copy)
  for (const suffix of ['', '-wal']) await cp(databaseIn(dir) + suffix, databaseIn(copy) + suffix)
  bot.close()
  // As on a read-only disk: SQLite cannot make its index of the log.
  await symlink('nowhere/at-all', `${databaseIn(copy)}-shm`)
  await t.rejects(backUp(copy, join(root, 'backup')), {
    code: 'BOT_STORE_UNAVAILABLE',
    message: /^The database .*copy.evergreen\.db cannot be opened: unable to open database file\.$/,
    remedy: /^Make DATA_DIR writable .* copy the folder by other means/,
  })
  t.strictSame(await readdir(join(root, 'backup')), [])
})
