import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { backUp, COPYING } from '../../src/store/backup.ts'
import { restoreBackup } from '../../src/store/restore.ts'
import { databaseIn, holdDataDir, RESTORING } from '../../src/store/sqlite/data-dir.ts'
import { placeInFolder } from '../../src/store/tokens/place.ts'
import { until } from '../helpers/until.ts'
import { anyRoom } from './steps.ts'
import { build, KEY, openStore, pages, saveToken } from './restore-world.ts'

t.test('a restored reply is looked for before it is sent, and the old files are kept', async (t) => {
  const { dir, options } = await build(t)
  const restored = await restoreBackup(options)
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

    await restoreBackup({ ...options, from: snapshot })
    const restored = new DatabaseSync(databaseIn(dir))
    t.teardown(() => restored.close())
    t.match(restored.prepare(`select value from meta where name = 'note:last'`).get(), { value: 'kept' })
    t.notOk(readdirSync(dir).some((name) => name.includes('restoring')))
  },
)

t.test('with tokensOnly the database stays', async (t) => {
  const { dir, options } = await build(t)
  await saveToken(dir, 'page-token-2', null)
  t.match(await restoreBackup({ ...options, tokensOnly: true }), { files: ['tokens.json'], doubted: 0 })
  t.match(await pages(dir, null), [{ token: 'page-token-1' }])
  const store = await openStore(dir)
  t.teardown(() => store.close())
  t.match(await store.counts(), { inbox: 2 })
})

t.test('a backup that cannot be used changes nothing', async (t) => {
  const { root, dir, from, options } = await build(t, KEY)
  await t.rejects(restoreBackup({ ...options, key: null }), { message: /TOKEN_KEY/ })
  await t.rejects(restoreBackup({ ...options, from: join(root, 'elsewhere') }), {
    code: 'BOT_STORE_UNAVAILABLE',
    message: /no backup/,
  })
  const held = holdDataDir(dir)
  await t.rejects(restoreBackup(options), { code: 'BOT_DATA_DIR_IN_USE' })
  held.release()
  writeFileSync(databaseIn(from), 'no database at all, however long this text may be made to be')
  await t.rejects(restoreBackup(options), { code: 'BOT_STORE_DAMAGED' })
  t.match(await pages(dir, KEY), [{ token: 'page-token-1' }])
  t.notOk(readdirSync(dir).some((name) => name.includes('restor')))
})

t.test('a restore that fails on the way changes nothing, and says what to look at', async (t) => {
  const { dir, options } = await build(t)
  const before = readdirSync(dir)
  // Of the moment before: the old files cannot be put aside.
  const aside = join(dir, 'evergreen.before-restore-2026-11-29T12-00-00-000Z')
  writeFileSync(aside, '')
  await t.rejects(restoreBackup(options), {
    code: 'BOT_STORE_UNAVAILABLE',
    message: /^The backup in .+ could not be put into .+: EEXIST/,
    remedy: /^Make room on the disk/,
  })
  const after = readdirSync(dir).filter((name) => name !== 'evergreen.lock')
  t.strictSame(after.toSorted(), [...before, basename(aside)].toSorted())
  // It was not left in the hands of the restore.
  holdDataDir(dir).release()
})

t.test('a restore that gets no token lock says to look who uses the folder, not to make room', async (t) => {
  const { dir, options } = await build(t)
  rmSync(join(dir, 'tokens.lock'), { force: true })
  mkdirSync(join(dir, 'tokens.lock'))
  await t.rejects(restoreBackup(options), {
    code: 'BOT_STORE_UNAVAILABLE',
    message: /could not be put into .+tokens\.lock cannot be locked: [^.]+\.$/,
    remedy: /^See which process uses the folder/,
  })
})

t.test('a backup that was cut off is none, and is told as that', async (t) => {
  const { dir, from, options } = await build(t)
  // The tokens are there under their name, the database not yet.
  renameSync(databaseIn(from), join(from, `${COPYING}evergreen.db`))
  await t.rejects(restoreBackup(options), { code: 'BOT_STORE_UNAVAILABLE', message: /was cut off/ })
  rmSync(join(from, 'tokens.json'))
  await t.rejects(restoreBackup(options), { code: 'BOT_STORE_UNAVAILABLE', message: /was cut off/ })
  await t.rejects(backUp(dir, from), {
    message: `${from} holds half a backup, which was cut off or is still being made.`,
    remedy: /^Wait for the one that is being made; otherwise delete that folder/,
  })
})

t.test(
  'a backup with read-only files, or with files that every user may read, is restored for the bot alone',
  async (t) => {
    const { dir, from, options } = await build(t)
    chmodSync(join(from, 'tokens.json'), 0o444)
    chmodSync(databaseIn(from), 0o444)
    await restoreBackup(options)
    for (const file of [join(dir, 'tokens.json'), databaseIn(dir)])
      t.equal(statSync(file).mode & 0o777, 0o600, file)
  },
)

t.test('a new machine has nothing to keep', async (t) => {
  const { root, options } = await build(t)
  const dir = join(root, 'new/data')
  t.match(await restoreBackup({ ...options, dir }), { aside: null, doubted: 1 })
  t.ok(existsSync(databaseIn(dir)))
  t.equal(statSync(dir).mode & 0o777, 0o700)
})

t.test(
  'a link of the token file that leads nowhere ends a restore, and the data folder is free',
  async (t) => {
    const { dir, options } = await build(t)
    rmSync(join(dir, 'tokens.json'))
    symlinkSync('tokens.json', join(dir, 'tokens.json'))
    await t.rejects(restoreBackup(options), {
      code: 'BOT_STORE_UNAVAILABLE',
      message: /ELOOP/,
      remedy: /where it is a link/,
    })
    holdDataDir(dir).release()
  },
)

t.test('a token file that is a link stays one, and the file that it leads to is restored', async (t) => {
  const { root, dir, options } = await build(t)
  mkdirSync(join(root, 'secrets'))
  const [link, target] = [join(dir, 'tokens.json'), join(root, 'secrets/messenger.json')]
  rmSync(link)
  symlinkSync('../secrets/messenger.json', link)
  await saveToken(dir, 'page-token-2', null)
  const { aside } = await restoreBackup(options)
  t.equal(readlinkSync(link), '../secrets/messenger.json')
  t.match(readFileSync(target, 'utf8'), /page-token-1/)
  t.equal(statSync(target).mode & 0o777, 0o600)
  t.match(readFileSync(join(aside ?? '', 'tokens.json'), 'utf8'), /page-token-2/)
  t.strictSame(
    readdirSync(dir).filter((name) => name.startsWith(RESTORING)),
    [],
  )
})

t.test(
  'a restore waits for who writes tokens through another link, and then has the last word',
  async (t) => {
    const { root, dir, options } = await build(t)
    const [link, target] = [join(dir, 'tokens.json'), join(root, 'secrets/messenger.json')]
    mkdirSync(join(root, 'secrets'))
    renameSync(link, target)
    symlinkSync(target, link)
    const other = join(root, 'other')
    mkdirSync(other)
    symlinkSync(target, join(other, 'tokens.json'))

    const restored = await placeInFolder(other, null).alone(async () => {
      const restoring = restoreBackup(options)
      const isReady = (): boolean => existsSync(join(root, 'secrets', `${RESTORING}messenger.json`))
      await Promise.race([restoring, until(isReady)])
      writeFileSync(target, '{"of": "the other writer"}')
      return { restoring }
    })

    await restored.restoring
    t.match(await pages(dir, null), [{ token: 'page-token-1' }])
  },
)
