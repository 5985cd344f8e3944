import { cpSync, existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { backUp, COPYING } from '../../src/store/backup.ts'
import { restore } from '../../src/store/restore.ts'
import { databaseIn, holdDataDir, RESTORING } from '../../src/store/sqlite/data-dir.ts'
import { openStore as openOwnStore } from '../../src/store/sqlite/open.ts'
import { openTestStore } from '../helpers/store.ts'
import { createTokenStore } from '../../src/store/tokens/token-store.ts'
import { anyRoom, handleAll, newEvent } from './steps.ts'
import { pageToken } from './tokens/sample.ts'

const KEY = Buffer.alloc(32, 7)
const NOW_MS = Date.UTC(2026, 10, 29, 12)

const openStore = (dir: string) => openTestStore({ file: databaseIn(dir), clock: systemClock })

const saveToken = async (dir: string, token: string, key: Buffer | null) => {
  const tokens = await createTokenStore({ dir, key })
  await tokens.save({ pages: [pageToken({ token })] })
  await tokens.close()
}

/** A backup with one reply that waits, and a data folder in which more has happened since. */
const build = async (t: Test, key: Buffer | null = null) => {
  const root = t.testdir()
  const dir = join(root, 'data')
  await saveToken(dir, 'page-token-1', key)
  let store = await openStore(dir)
  await store.accept([newEvent('a')])
  await handleAll(store, () => ['waits'])
  await store.close()
  const from = join(root, 'backup')
  await backUp(dir, from)

  store = await openStore(dir)
  await store.accept([newEvent('b'), newEvent('c')])
  await store.close()
  return { root, dir, from, options: { from, dir, key, tokensOnly: false, nowMs: NOW_MS } }
}

const pages = async (dir: string, key: Buffer | null) => {
  const tokens = await createTokenStore({ dir, key })
  const found = tokens.pages()
  await tokens.close()
  return found
}

t.test('a restored reply is looked for before it is sent, and the old files are kept', async (t) => {
  const { dir, options } = await build(t)
  const restored = await restore(options)
  t.match(restored, { files: ['tokens.json', 'evergreen.db'], doubted: 1 })
  t.match(restored.aside, /evergreen\.before-restore-2026-11-29T12-00-00-000Z$/)
  t.equal(statSync(restored.aside ?? '').mode & 0o777, 0o700)
  t.strictSame(
    readdirSync(dir).filter((name) => name.includes('restoring')),
    [],
  )

  const store = await openStore(dir)
  t.teardown(() => store.close())
  t.match(await store.counts(), { inbox: 0, outbox: new Map([['page-1', 1]]) })
  const [claim] = await store.claimOutbox(10, anyRoom)
  const [reply] = claim?.replies ?? []
  t.equal(reply?.body, 'waits')
  t.type(reply?.doubtSinceMs, 'number', 'Facebook may have it')

  const before = await openStore(restored.aside ?? '')
  t.teardown(() => before.close())
  t.match(await before.counts(), { inbox: 2 }, 'nothing of what came since is lost')
})

t.test(
  'a folder that was copied while its last changes were in the log alone is restored with them',
  async (t) => {
    const { root, dir, options } = await build(t)
    const snapshot = join(root, 'snapshot')
    const bot = new DatabaseSync(databaseIn(dir))
    bot.exec(`pragma wal_autocheckpoint = 0; insert into meta (name, value) values ('note:last', 'kept')`)
    cpSync(dir, snapshot, { recursive: true })
    bot.close()
    t.ok(existsSync(`${databaseIn(snapshot)}-wal`))

    await restore({ ...options, from: snapshot })
    const restored = new DatabaseSync(databaseIn(dir))
    t.teardown(() => restored.close())
    t.match(restored.prepare(`select value from meta where name = 'note:last'`).get(), { value: 'kept' })
    t.notOk(readdirSync(dir).some((name) => name.includes('restoring')))
  },
)

t.test('with tokensOnly the database stays', async (t) => {
  const { dir, options } = await build(t)
  await saveToken(dir, 'page-token-2', null)
  t.match(await restore({ ...options, tokensOnly: true }), { files: ['tokens.json'], doubted: 0 })
  t.match(await pages(dir, null), [{ token: 'page-token-1' }])
  const store = await openStore(dir)
  t.teardown(() => store.close())
  t.match(await store.counts(), { inbox: 2 })
})

t.test('a backup that cannot be used changes nothing', async (t) => {
  const { root, dir, from, options } = await build(t, KEY)
  await t.rejects(restore({ ...options, key: null }), { message: /TOKEN_KEY/ })
  await t.rejects(restore({ ...options, from: join(root, 'elsewhere') }), {
    code: 'BOT_STORE_UNAVAILABLE',
    message: /no backup/,
  })
  const held = holdDataDir(dir)
  await t.rejects(restore(options), { code: 'BOT_DATA_DIR_IN_USE' })
  held.release()
  writeFileSync(databaseIn(from), 'no database at all, however long this text may be made to be')
  await t.rejects(restore(options), { code: 'BOT_STORE_DAMAGED' })
  t.match(await pages(dir, KEY), [{ token: 'page-token-1' }])
  t.notOk(readdirSync(dir).some((name) => name.includes('restor')))
})

t.test('a restore that fails on the way changes nothing, and says what to look at', async (t) => {
  const { dir, options } = await build(t)
  const before = readdirSync(dir)
  // Of the moment before: the old files cannot be put aside.
  const aside = join(dir, 'evergreen.before-restore-2026-11-29T12-00-00-000Z')
  writeFileSync(aside, '')
  await t.rejects(restore(options), {
    code: 'BOT_STORE_UNAVAILABLE',
    message: /^The backup in .+ could not be put into .+: EEXIST/,
    remedy: /^Make room on the disk/,
  })
  const after = readdirSync(dir).filter((name) => name !== 'evergreen.lock')
  t.strictSame(after.toSorted(), [...before, basename(aside)].toSorted())
  // It was not left in the hands of the restore.
  holdDataDir(dir).release()
})

const begin = (dir: string) => openOwnStore({ dir, clock: systemClock })

t.test(
  'a restore that was cut off while it copied leaves the data, and a start removes what it has left',
  async (t) => {
    const { dir, from } = await build(t)
    const left = join(dir, `${RESTORING}evergreen.db`)
    for (const name of [left, `${left}-wal`]) writeFileSync(name, 'half of a copy')
    const { store, close } = await begin(dir)
    t.match(await store.counts(), { inbox: 2 })
    await close()
    t.notOk(readdirSync(dir).some((name) => name.startsWith(RESTORING)))

    // The log of another database beside a copy would be brought into it.
    for (const name of [left, `${left}-wal`]) writeFileSync(name, 'half of a copy')
    await restore({ from, dir, key: null, tokensOnly: false, nowMs: NOW_MS })
    t.notOk(readdirSync(dir).some((name) => name.startsWith(RESTORING)))
  },
)

t.test(
  'a restore that was cut off after it put the files aside ends a start, until it is run again',
  async (t) => {
    const { dir, options } = await build(t)
    // As it is in that moment.
    renameSync(databaseIn(dir), join(dir, `${RESTORING}evergreen.db`))
    const said = {
      code: 'BOT_STORE_UNAVAILABLE',
      message: /cut off before evergreen\.db was in its place/,
      remedy: /`npm run restore -- FOLDER`.*before-restore/,
    }
    await t.rejects(begin(dir), said)
    await t.rejects(begin(dir), said, 'the copy is still there')
    t.notOk(existsSync(databaseIn(dir)), 'nothing begins anew')
    t.match(await restore(options), { files: ['tokens.json', 'evergreen.db'] })
    await (await begin(dir)).close()
  },
)

t.test('a backup that was cut off is none', async (t) => {
  const { from, options } = await build(t)
  // The tokens are there under their name, the database not yet.
  renameSync(databaseIn(from), join(from, `${COPYING}evergreen.db`))
  await t.rejects(restore(options), { code: 'BOT_STORE_UNAVAILABLE', message: /was cut off/ })
  rmSync(join(from, 'tokens.json'))
  await t.rejects(restore(options), { code: 'BOT_STORE_UNAVAILABLE', message: /no backup/ })
})

t.test('a new machine has nothing to keep', async (t) => {
  const { root, options } = await build(t)
  const dir = join(root, 'new/data')
  t.match(await restore({ ...options, dir }), { aside: null, doubted: 1 })
  t.ok(existsSync(databaseIn(dir)))
  t.equal(statSync(dir).mode & 0o777, 0o700)
})
