import {
  chmodSync,
  chownSync,
  copyFileSync,
  rmSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
  writeSync,
  statSync,
  existsSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { openTestStore } from '../helpers/store.ts'
import { holdDataDir } from '../../src/store/sqlite/data-dir.ts'
import { createTokenStore } from '../../src/store/tokens/token-store.ts'
import type { Store } from '../../src/store/store.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { handleAll, newEvent, sendAll } from './steps.ts'

const DAMAGES: Record<string, (file: string) => void> = {
  'is no database at all': (file) => writeFileSync(file, 'x'.repeat(20_000)),
  'has lost its second half': (file) => truncateSync(file, Math.floor(statSync(file).size / 2)),
  'has rubbish where the inbox begins': (file) => scribble(file, 'inbox'),
  'has rubbish where the outbox begins': (file) => scribble(file, 'outbox'),
}

for (const [title, damage] of Object.entries(DAMAGES)) {
  t.test(`a database that ${title} is refused at the start, and left as it is`, async (t) => {
    const { dir, file, open } = place(t)
    await fill(await open())
    damage(file)
    const before = readFileSync(file)

    const refused = await open().catch((error: unknown) => error)
    t.match(refused, { code: 'BOT_STORE_DAMAGED' })
    const { message, remedy } = refused as { message: string; remedy: string }
    t.ok(message.includes(file), 'the message names the file')
    t.match(remedy, /move .*-wal.* aside.*backup.*\.recover/)
    t.ok(readFileSync(file).equals(before), 'nothing was overwritten')

    // The way out it names: move it aside, and start.
    mkdirSync(join(dir, 'aside'))
    for (const suffix of ['', '-wal', '-shm']) {
      if (existsSync(file + suffix)) renameSync(file + suffix, join(dir, 'aside', `evergreen.db${suffix}`))
    }
    const fresh = await open()
    t.same(await fresh.accept([newEvent('after')]), { stored: 1, duplicates: 0 })
  })
}

t.test('a database that lacks a table, as `.recover` may leave it, is refused at the start', async (t) => {
  const { file, open } = place(t)
  await (await open()).close()
  const change = (text: string): Record<string, unknown>[] => {
    const db = new DatabaseSync(file)
    try {
      return db.prepare(text).all()
    } finally {
      db.close()
    }
  }
  const tables = change(`select name from sqlite_master where type = 'table' and name not like 'sqlite_%'`)
  t.ok(tables.length > 10)
  for (const { name } of tables) {
    const aside = `${String(name)}_aside`
    change(`alter table ${String(name)} rename to ${aside}`)
    await t.rejects(open(), {
      code: 'BOT_STORE_DAMAGED',
      message: new RegExp(`table ${String(name)} is missing`),
    })
    change(`alter table ${aside} rename to ${String(name)}`)
  }
  await (await open()).close()
})

t.test('damage that shows only later is said to be damage, and refuses no start', async (t) => {
  const { file, open } = place(t)
  const first = await open()
  await first.accept([newEvent('answered')])
  await handleAll(first, () => ['reply'])
  await first.accept([newEvent('waiting')])
  await first.close()
  scribble(file, 'seen')

  const store = await open()
  t.same(await handleAll(store, () => []), ['waiting'], 'the queues are whole')
  await t.rejects(store.accept([newEvent('new')]), {
    code: 'BOT_STORE_UNAVAILABLE',
    message: /is damaged/,
    remedy: /\.recover/,
  })
  t.same(await sendAll(store), ['reply'], 'and what can be sent is')
})

t.test('a look at damage refuses no callback that is stored in the same transaction', async (t) => {
  const { file, open } = place(t)
  const first = await open()
  await fill(first)
  scribble(file, 'dead_by_time')

  const store = await open()
  const [before, look, after] = await Promise.allSettled([
    store.accept([newEvent('before')]),
    store.deadLetters.list({ limit: 10 }),
    store.accept([newEvent('after')]),
  ])
  t.match(before, { value: { stored: 1 } })
  t.match(look, { reason: { code: 'BOT_STORE_UNAVAILABLE', message: /is damaged/ } })
  t.match(after, { value: { stored: 1 } })
})

t.test('a callback that cannot be stored refuses no look of the same transaction', async (t) => {
  const { file, open } = place(t)
  const first = await open()
  await fill(first)
  scribble(file, 'seen')

  const store = await open()
  const [before, look, after] = await Promise.allSettled([
    store.accept([newEvent('before')]),
    store.counts(),
    store.accept([newEvent('after')]),
  ])
  for (const refused of [before, after]) t.match(refused, { reason: { code: 'BOT_STORE_UNAVAILABLE' } })
  t.match(look, { status: 'fulfilled' })
})

t.test('half a log, as a crash leaves it, is no damage', async (t) => {
  const { file, open } = place(t)
  const first = await open()
  await first.accept([newEvent('kept')])
  const copy = join(t.testdirName, 'copy.db')
  for (const suffix of ['', '-wal']) writeFileSync(copy + suffix, readFileSync(file + suffix))
  writeFileSync(`${copy}-wal`, Buffer.alloc(3000, 7), { flag: 'a' })

  const store = await openAt(t, copy)
  t.same(await store.accept([newEvent('kept'), newEvent('next')]), { stored: 1, duplicates: 1 })
})

const HARMS: Record<string, (file: string, aside: string) => void> = {
  'the database is moved': (file, aside) => renameSync(file, aside),
  'the log is moved': (file, aside) => renameSync(`${file}-wal`, aside),
  'what processes share is moved': (file, aside) => renameSync(`${file}-shm`, aside),
  'a copy takes its place': (file, aside) => {
    copyFileSync(file, `${aside}.copy`)
    renameSync(file, aside)
    renameSync(`${aside}.copy`, file)
  },
}

for (const [what, harm] of Object.entries(HARMS)) {
  t.test(`where ${what} while it is open, nothing more is taken until it is back`, async (t) => {
    const { dir, file, open } = place(t)
    const store = await open()
    await store.accept([newEvent('before')])
    const aside = join(dir, 'aside')
    harm(file, aside)
    await t.rejects(store.accept([newEvent('lost')]), {
      code: 'BOT_STORE_UNAVAILABLE',
      message: /was moved, removed or replaced while it was open/,
      remedy: /Put the files back/,
      retryable: true,
    })
    await t.rejects(store.probe(), { code: 'BOT_STORE_UNAVAILABLE' })

    const from = ['', '-wal', '-shm'].find((suffix) => !existsSync(file + suffix)) ?? ''
    renameSync(aside, file + from)
    t.same(await store.accept([newEvent('before'), newEvent('lost')]), { stored: 1, duplicates: 1 })
    t.same(await handleAll(store, () => []), ['before', 'lost'])
  })
}

t.test('a folder that is removed while its database is open ends the accepting', async (t) => {
  const { dir, open } = place(t)
  const store = await open()
  await store.accept([newEvent('before')])
  rmSync(dir, { recursive: true })
  await t.rejects(store.accept([newEvent('lost')]), { code: 'BOT_STORE_UNAVAILABLE', message: /removed/ })
})

t.test('a database that cannot be opened says so, and that the bot is to be started again', async (t) => {
  const dir = t.testdir({ 'evergreen.db': {} })
  await t.rejects(openAt(t, join(dir, 'evergreen.db')), {
    code: 'BOT_STORE_UNAVAILABLE',
    message: /^the database could not be opened: /,
    remedy: /start the bot again/,
  })
})

t.test('a data folder that cannot be used is refused with what to do', async (t) => {
  const dir = t.testdir({ file: 'no folder' })
  for (const place of [join(dir, 'file'), join(dir, 'file', 'below')]) {
    t.throws(() => holdDataDir(place), {
      code: 'BOT_STORE_UNAVAILABLE',
      message: new RegExp(`data folder .*file.* cannot be used`),
      remedy: /^In the way to .* is a file/,
    })
  }
})

t.test('a data folder that other users have a hand in is refused, and keeps its mode', async (t) => {
  const shared = join(t.testdir({ 'somebody-else.txt': '' }))
  chmodSync(shared, 0o1777)
  t.throws(() => holdDataDir(shared), { message: /other users may write there \(mode 1777\)/ })
  t.equal(modeOf(shared), 0o1777)
})

t.test(
  'a data folder of another user is refused',
  { skip: process.getuid?.() === 0 ? false : 'only root can give a folder away' },
  async (t) => {
    const foreign = t.testdir()
    chownSync(foreign, 65534, 65534)
    for (const mode of [0o700, 0o755, 0o777]) {
      chmodSync(foreign, mode)
      t.throws(() => holdDataDir(foreign), { message: /belongs to user 65534, and the bot runs as user 0/ })
      t.equal(modeOf(foreign), mode)
    }
    await t.rejects(createTokenStore({ dir: foreign, key: null }), {
      code: 'BOT_STORE_UNAVAILABLE',
      message: /its owner could read and replace/,
    })
  },
)

t.test('a folder of this program is closed to others, a system folder keeps its mode', async (t) => {
  const dir = t.testdir({ empty: {}, used: { 'tokens.json': '' }, system: { log: {}, 'evergreen.txt': '' } })
  for (const [name, mode] of [
    ['empty', 0o700],
    ['used', 0o700],
    ['system', 0o755],
  ] as const) {
    chmodSync(join(dir, name), 0o755)
    for (let start = 0; start < 2; start += 1) holdDataDir(join(dir, name)).release()
    t.equal(modeOf(join(dir, name)), mode, name)
  }
  holdDataDir(join(dir, 'made/here')).release()
  t.equal(modeOf(join(dir, 'made/here')), 0o700)
})

const modeOf = (path: string): number => statSync(path).mode & 0o7777

function place(t: Test) {
  const dir = t.testdir()
  const file = join(dir, 'evergreen.db')
  return { dir, file, open: () => openAt(t, file) }
}

async function openAt(t: Test, file: string): Promise<Store> {
  const store = await openTestStore({
    file,
    clock: createFakeClock(),
  })
  t.teardown(() => store.close())
  return store
}

/** Gives every table some pages, and closes. */
async function fill(store: Store): Promise<void> {
  const padding = 'x'.repeat(2000)
  const many = (name: string) =>
    Array.from({ length: 40 }, (_, n) =>
      newEvent(`${name}${n}`, { body: JSON.stringify({ key: `${name}${n}`, padding }) }),
    )
  await store.accept(many('sent'))
  await handleAll(store, (key) => [key + padding])
  await sendAll(store)
  await store.accept(many('replied'))
  await handleAll(store, (key) => [key + padding])
  await store.accept(many('unhandled'))
  await store.close()
}

/** Writes rubbish over the page at which a table or an index begins. */
function scribble(file: string, table: string): void {
  const db = new DatabaseSync(file, { readOnly: true })
  const root = db.prepare('select rootpage from sqlite_master where name = ?').get(table) as {
    rootpage: number
  }
  const { page_size: size } = db.prepare('pragma page_size').get() as { page_size: number }
  db.close()
  const handle = openSync(file, 'r+')
  writeSync(handle, Buffer.alloc(size, 0xaa), 0, size, (root.rootpage - 1) * size)
  closeSync(handle)
}
