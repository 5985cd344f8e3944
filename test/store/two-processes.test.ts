import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import type { Store } from '../../src/store/store.ts'
import { place } from './place.ts'
import { anyRoom, buryAll, handleAll, left, newEvent, sendAll } from './steps.ts'

// To SQLite, a second connection is what another process is.
t.test('a running store notices what another process retried, and sends it in its place', async (t) => {
  const { running, other } = await openTwice(t)
  await running.accept([newEvent('a'), newEvent('b', { pageId: 'page-2' })])
  await handleAll(running, (key) => [key])
  await buryAll(running)
  running.pausePage('page-1', true)
  await running.accept([newEvent('c')])
  await handleAll(running, (key) => [key])
  running.pausePage('page-1', false)

  const noticed = nextWork(running)
  t.equal((await other.deadLetters.retry({ all: true })).length, 2)
  await noticed
  t.same((await sendAll(running)).toSorted(), ['a', 'b', 'c'])
  t.match(await running.counts(), { dead: 0 })
  t.same(await left(running), { inbox: 0, outbox: {} })
})

t.test('a conversation that was held meanwhile is looked into when it is let go', async (t) => {
  const { running, other } = await openTwice(t)
  await running.accept([newEvent('a')])
  await handleAll(running, () => ['first'])
  await buryAll(running)
  await running.accept([newEvent('b')])
  await handleAll(running, () => ['second'])
  const [claim] = await running.claimOutbox(10, anyRoom)
  const [second] = claim?.replies ?? []
  if (claim === undefined || second === undefined) throw new Error('nothing was claimed')

  const noticed = nextWork(running)
  await other.deadLetters.retry({ all: true })
  await noticed
  t.same(await running.claimOutbox(10, anyRoom), [])
  await running.finishReply(claim, second, { status: 'sent', messageId: 'm' })
  running.releaseOutbox(claim)
  t.same(await sendAll(running), ['first'])
})

t.test('what only looks at the database leaves it as it is', async (t) => {
  const { running, other, file } = await openTwice(t)
  const watcher = new DatabaseSync(file, { readOnly: true })
  t.teardown(() => watcher.close())
  const version = () => watcher.prepare('pragma data_version').get()
  await running.accept([newEvent('a')])
  const before = version()
  await other.deadLetters.list({ limit: 10 })
  await other.deadLetters.get('x')
  t.same(version(), before)
})

t.test('a database of the first version is brought up to date with its dead letters', async (t) => {
  const { file, open } = place(t)
  const first = await open()
  await first.accept([newEvent('a'), newEvent('b', { pageId: 'page-2' })])
  await handleAll(first, (key) => [key])
  await buryAll(first)
  await first.close()
  const db = new DatabaseSync(file, { timeout: 10_000 })
  db.exec(
    'drop table visitor_name; drop table record; drop table statistic; drop table open_question; drop index conversation_left; drop table answers; drop index dead_by_conversation; drop index dead_by_page; drop index dead_by_time; alter table dead drop column page; alter table sent drop column author; pragma user_version = 1',
  )
  db.close()

  const store = await open()
  const { letters } = await store.deadLetters.list({ pageId: 'page-2', limit: 10 })
  t.match(letters, [{ pageId: 'page-2', body: 'b' }])
  t.equal(letters.length, 1)
  t.equal((await store.deadLetters.retry({ all: true })).length, 2)
  t.same((await sendAll(store)).toSorted(), ['a', 'b'])
})

t.test('a database that cannot be brought up to date is left as it was', async (t) => {
  const { file, open } = place(t)
  const db = new DatabaseSync(file, { timeout: 10_000 })
  // Made by the last but one step, long after the first.
  db.exec('create table visitor_name (id integer)')
  await t.rejects(open(), { message: /visitor_name already exists/ })
  t.same(db.prepare('select name from sqlite_master').all(), [{ name: 'visitor_name' }])
  t.same(db.prepare('pragma user_version').get(), { user_version: 0 })
  db.close()
})

t.test('a database of a newer version is left alone, and said to be that', async (t) => {
  const { file, open } = place(t)
  await (await open()).close()
  const db = new DatabaseSync(file, { timeout: 10_000 })
  db.exec('pragma user_version = 99')
  db.close()
  await t.rejects(open(), { message: /a newer Evergreen wrote it/ })
})

async function openTwice(t: Test): Promise<{ running: Store; other: Store; file: string }> {
  const { file, open } = place(t)
  return { file, running: await open(), other: await open() }
}

/** Resolves when the store says that there is something to send. */
async function nextWork(store: Store): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = store.onWork((queue) => {
    if (queue === 'outbox') resolve()
  })
  await promise
  stop()
}
