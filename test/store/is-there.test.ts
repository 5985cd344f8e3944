import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { backUp } from '../../src/store/backup.ts'
import { isThere } from '../../src/store/is-there.ts'
import { moveToServer } from '../../src/store/postgres/move.ts'
import { restoreBackup } from '../../src/store/restore.ts'
import { databaseIn, RESTORING } from '../../src/store/sqlite/data-dir.ts'
import { inspectDatabase } from '../../src/store/sqlite/inspect.ts'
import { asNobody, asRoot } from '../helpers/as-nobody.ts'
import { openTestStore } from '../helpers/store.ts'

t.test('a file is there, a missing one and one below a file are not', async (t) => {
  const dir = t.testdir({ file: '' })
  t.equal(isThere(join(dir, 'file')), true)
  for (const path of ['other', 'file/below', 'no/folder/at/all']) t.equal(isThere(join(dir, path)), false)
})

t.test('a folder that this user may not enter is no proof that a file is absent', asRoot, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'evergreen-test-'))
  t.teardown(() => rmSync(dir, { recursive: true }))
  chmodSync(dir, 0o755)
  mkdirSync(join(dir, 'closed'), { mode: 0o700 })
  for (const name of ['tokens.json', 'other']) {
    t.throws(() => asNobody(() => isThere(join(dir, 'closed', name))), {
      code: 'BOT_STORE_UNAVAILABLE',
      message: /cannot be looked for \(EACCES\)\.$/,
      remedy: /^Run this as the user whose folder that is/,
    })
  }
})

// No user, root included, can look behind a link to itself.
t.test('a folder that cannot be looked into is not taken for an empty one', async (t) => {
  const root = t.testdir()
  const closed = join(root, 'closed')
  symlinkSync('closed', closed)
  const said = { code: 'BOT_STORE_UNAVAILABLE', message: /closed\/.+ cannot be looked for \(ELOOP\)/ }
  const move = { key: Buffer.alloc(32), owner: '', clock: systemClock, onProgress: () => undefined }
  const restoring = { dir: join(root, 'data'), key: null, tokensOnly: false, nowMs: 0 }
  await t.rejects(backUp(closed, join(root, 'copy')), said)
  await t.rejects(restoreBackup({ from: closed, ...restoring }), said)
  await t.rejects(moveToServer({ dir: closed, url: 'postgres://127.0.0.1:1/none', ...move }), said)
  t.throws(() => inspectDatabase(databaseIn(closed), false), said)
})

t.test('a snapshot is restored with its log though SQLite may not write to its folder', async (t) => {
  const root = t.testdir()
  const [dir, from] = [join(root, 'data'), join(root, 'snapshot')]
  for (const folder of [dir, from]) mkdirSync(folder)
  await (await openTestStore({ file: databaseIn(dir), clock: systemClock })).close()
  const bot = new DatabaseSync(databaseIn(dir))
  bot.exec(`pragma wal_autocheckpoint = 0; insert into meta (name, value) values ('note:last', 'kept')`)
  for (const suffix of ['', '-wal']) copyFileSync(databaseIn(dir) + suffix, databaseIn(from) + suffix)
  bot.close()
  // SQLite cannot make its index of the log here, as on a read-only disk.
  symlinkSync('nowhere/at-all', `${databaseIn(from)}-shm`)
  t.match(inspectDatabase(databaseIn(from), false), { status: 'unreadable' })

  await restoreBackup({ from, dir, key: null, tokensOnly: false, nowMs: 0 })
  const restored = new DatabaseSync(databaseIn(dir))
  t.teardown(() => restored.close())
  t.match(restored.prepare(`select value from meta where name = 'note:last'`).get(), { value: 'kept' })
  t.strictSame(
    readdirSync(dir).filter((name) => name.startsWith(RESTORING)),
    [],
  )
})

t.test(
  'a backup that is damaged or too new is refused with the reason, and nothing is changed',
  async (t) => {
    const root = t.testdir()
    const [dir, from] = [join(root, 'data'), join(root, 'copy')]
    const options = { from, dir, key: null, tokensOnly: false, nowMs: 0 }
    for (const folder of [dir, from]) {
      mkdirSync(folder)
      await (await openTestStore({ file: databaseIn(folder), clock: systemClock })).close()
    }
    const copy = new DatabaseSync(databaseIn(from))
    copy.exec('pragma user_version = 9999')
    copy.close()
    const refused = 'BOT_STORE_DAMAGED'
    await t.rejects(restoreBackup(options), {
      code: refused,
      message: /a newer Evergreen wrote it \(version 9999\)/,
    })
    writeFileSync(databaseIn(from), 'no database at all, however long this text may be made to be')
    await t.rejects(restoreBackup(options), { code: refused, message: /damaged \(file is not a database\)/ })
    t.match(inspectDatabase(databaseIn(dir), false), { status: 'sound' })
  },
)
