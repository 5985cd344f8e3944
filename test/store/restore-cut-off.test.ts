import fs, { copyFileSync, cpSync, existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { BotError } from '../../src/base/errors.ts'
import { backUp } from '../../src/store/backup.ts'
import { moveToServer } from '../../src/store/postgres/move.ts'
import { restoreBackup } from '../../src/store/restore.ts'
import { databaseIn, RESTORING } from '../../src/store/sqlite/data-dir.ts'
import { begin, build, KEY, NOW_MS, pages } from './restore-world.ts'

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

    // The log of an earlier try, which SQLite would bring into this copy.
    const bot = new DatabaseSync(databaseIn(dir))
    bot.exec(
      `pragma wal_autocheckpoint = 0; insert into meta (name, value) values ('note:last', 'of the log')`,
    )
    copyFileSync(`${databaseIn(dir)}-wal`, `${left}.draft-wal`)
    bot.close()
    await restoreBackup({ from, dir, key: null, tokensOnly: false, nowMs: NOW_MS })
    t.notOk(readdirSync(dir).some((name) => name.startsWith(RESTORING)))
    const restored = new DatabaseSync(databaseIn(dir))
    t.teardown(() => restored.close())
    t.match(restored.prepare('pragma integrity_check').get(), { integrity_check: 'ok' })
    t.equal(restored.prepare(`select value from meta where name = 'note:last'`).get(), undefined)
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
    t.match(await restoreBackup(options), { files: ['tokens.json', 'evergreen.db'] })
    await (await begin(dir)).close()
  },
)

/** A restore that put the files aside and got no further, as it is when the disk says no. */
const cutOff = async (t: Test) => {
  const { dir, options } = await build(t)
  for (const name of ['tokens.json', 'evergreen.db']) renameSync(join(dir, name), join(dir, RESTORING + name))
  return { dir, options }
}

/** Copies files so. @returns what ends that, as the end of the test does */
const copyWith = (t: Test, copyFile: typeof fs.promises.copyFile): (() => void) => {
  const { copyFile: real } = fs.promises
  const use = (copy: typeof copyFile): void => {
    fs.promises.copyFile = copy
    syncBuiltinESMExports()
  }
  use(copyFile)
  t.teardown(() => use(real))
  return () => use(real)
}

t.test('a restore that is run again and fails leaves the bot as far from a start as it was', async (t) => {
  const { dir, options } = await cutOff(t)
  // As where the disk is full: what was begun is removed.
  const again = copyWith(t, (_from, to) => {
    rmSync(String(to), { force: true })
    return Promise.reject(new Error('ENOSPC: no space left on device'))
  })
  await t.rejects(restoreBackup(options), { code: 'BOT_STORE_UNAVAILABLE', message: /ENOSPC/ })
  await t.rejects(begin(dir), { message: /cut off before tokens\.json/ })
  again()
  await restoreBackup(options)
  await (await begin(dir)).close()
})

t.test('a log that cannot be brought into the copy, as on a full disk, ends the restore', async (t) => {
  const { dir, options } = await build(t)
  const { copyFile } = fs.promises
  copyWith(t, async (from, to) => {
    await copyFile(from, to)
    if (!String(to).includes('.db')) return
    const reader = new DatabaseSync(String(to))
    t.teardown(() => reader.close())
    reader.exec('begin; select count(*) from meta')
  })
  await t.rejects(restoreBackup(options), { code: 'BOT_STORE_UNAVAILABLE', message: /is in use/ })
  const { store, close } = await begin(dir)
  t.match(await store.counts(), { inbox: 2 }, 'all is as it was')
  await close()
})

t.test('at whichever renaming a restore fails, a start finds all that was there, or refuses', async (t) => {
  const { renameSync: rename } = fs
  const fail = (at: number): void => {
    let left = at
    fs.renameSync = (from, to) => {
      if ((left -= 1) === 0) throw new Error('EIO: i/o error')
      rename(from, to)
    }
    syncBuiltinESMExports()
  }
  t.teardown(() => {
    fs.renameSync = rename
    syncBuiltinESMExports()
  })
  const { root, dir, options } = await build(t)
  const before = join(root, 'before')
  cpSync(dir, before, { recursive: true })
  const ends: string[] = []
  for (let at = 1; ends.at(-1) !== 'done'; at += 1) {
    rmSync(dir, { recursive: true })
    cpSync(before, dir, { recursive: true })
    fail(at)
    const end = await restoreBackup(options).catch((error: unknown) => error)
    fail(0)
    const start = await begin(dir).catch((error: unknown) => error as BotError)
    if (start instanceof BotError) {
      t.match(start, { message: /^A restore into .+ was cut off/ })
      t.match(await restoreBackup({ ...options, nowMs: NOW_MS + 1 }), { doubted: 1 })
      ends.push('refused')
      continue
    }
    const inbox = end instanceof BotError ? 2 : 0
    t.match(await start.store.counts(), { inbox }, `renaming ${at}`)
    t.equal((await pages(dir, null)).length, 1)
    await start.close()
    ends.push(end instanceof BotError ? 'as before' : 'done')
  }
  t.strictSame(ends, ['as before', 'as before', 'as before', 'refused', 'refused', 'refused', 'done'])
})

t.test(
  'of a folder whose restore was cut off nothing is copied or moved, and tokens alone do not mend it',
  async (t) => {
    const { dir, options } = await cutOff(t)
    const said = { code: 'BOT_STORE_UNAVAILABLE', message: /cut off before/ }
    await t.rejects(backUp(dir, join(t.testdirName, 'copy')), said)
    await t.rejects(
      moveToServer({ dir, url: '', key: KEY, owner: '', clock: systemClock, onProgress: () => undefined }),
      said,
    )
    await restoreBackup({ ...options, tokensOnly: true })
    await t.rejects(backUp(dir, join(t.testdirName, 'copy')), said)
    await t.rejects(begin(dir), { message: /cut off before evergreen\.db/ })
  },
)
