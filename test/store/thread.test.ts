import { EventEmitter, once } from 'node:events'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import t, { type Test } from 'tap'
import { systemClock } from '../../src/base/clock.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import type { BatchAnswer } from '../../src/store/queues/batches.ts'
import type { Batch, Open, Opened } from '../../src/store/sqlite/protocol.ts'
import { createFakeClock } from '../helpers/clock.ts'
import { newEvent } from './steps.ts'

/** A store whose database thread is played by the test: it says when something is on the disk. */
const openOnPlayedThread = async (t: Test) => {
  const worker = new EventEmitter()
  const say = (message: Opened | BatchAnswer) => worker.emit('message', message)
  const asked: Batch[] = []
  const postMessage = (message: Open | Batch | 'close'): void => {
    if (typeof message === 'object' && 'open' in message) return
    if (message === 'close') return void worker.emit('exit', 0)
    asked.push(message)
    worker.emit('asked')
  }
  const clock = createFakeClock()
  const opening = openSqliteStore({
    file: 'nowhere',
    clock,
    onExit: (error) => t.fail(error.message),
    spawn: () => Object.assign(worker, { postMessage }) as unknown as Worker,
  })
  say({ opened: { instance: 'one', pages: [] } })
  const store = await opening
  t.teardown(() => store.close())
  return { store, clock, asked, say, nextAsked: () => once(worker, 'asked') }
}

t.test('a database thread that ends before it has opened the file ends the start', async (t) => {
  for (const threadId of [-1, 1]) {
    const worker = Object.assign(new EventEmitter(), { threadId, postMessage: () => undefined })
    const opening = openSqliteStore({
      file: 'nowhere',
      clock: createFakeClock(),
      onExit: () => t.fail('it never began'),
      spawn: () => worker as unknown as Worker,
    })
    // One that has ended already says so no more.
    if (threadId > 0) worker.emit('exit', 3)
    await t.rejects(opening, { code: 'BOT_STORE_UNAVAILABLE', message: /the database thread ended/ })
  }
})

const ROW = { conversation: 1, seq: 1, state: null, windowEndsMs: null }

t.test('an event counts as accepted only when the database thread says that it is kept', async (t) => {
  const { store, asked, say, nextAsked } = await openOnPlayedThread(t)
  let over = false
  const accepting = store.accept([newEvent('a')]).finally(() => (over = true))
  await nextAsked()
  for (let n = 0; n < 5; n += 1) await turn()
  t.notOk(over, 'asked, and not answered')

  t.match(asked, [{ operations: [{ op: 'accept' }] }])
  say({ results: [[ROW]] })
  t.same(await accepting, { stored: 1, duplicates: 0 })
})

t.test('what comes while a transaction is under way shares the next one', async (t) => {
  const { store, asked, say, nextAsked } = await openOnPlayedThread(t)
  const first = store.accept([newEvent('a')])
  await nextAsked()
  const others = [store.accept([newEvent('b')]), store.accept([newEvent('c')])]
  for (let n = 0; n < 5; n += 1) await turn()
  t.equal(asked.length, 1, 'one at a time')

  const next = nextAsked()
  say({ results: [[ROW]] })
  await first
  await next
  t.equal(asked[1]?.operations.length, 2)
  say({ results: [[ROW], [null]] })
  t.same(await Promise.all(others), [
    { stored: 1, duplicates: 0 },
    { stored: 0, duplicates: 1 },
  ])
})

t.test('an operation asked for while it closes is refused as closed', async (t) => {
  const file = join(t.testdir(), 'evergreen.db')
  const store = await openSqliteStore({ file, clock: systemClock, onExit: ({ message }) => t.fail(message) })
  const ask = async (): Promise<never> => {
    for (;;) await store.counts()
  }
  const asking = Promise.allSettled([ask(), ask()])
  await store.close()
  for (const end of await asking) t.match(end, { reason: { code: 'BOT_STORE_UNAVAILABLE' } })
})

t.test('an event that the disk does not take is refused, and never claimed', async (t) => {
  const { store, say, nextAsked } = await openOnPlayedThread(t)
  const accepting = store.accept([newEvent('a')])
  await nextAsked()
  say({ error: { message: 'database or disk is full', code: 13 } })
  await t.rejects(accepting, { code: 'BOT_STORE_UNAVAILABLE', retryable: true })

  const claiming = store.claimInbox(10)
  await nextAsked()
  say({ results: [{ rows: [], end: true }] })
  t.same(await claiming, [], 'what is claimed is what the file has')
})

t.test(
  'that a visitor is forgotten reaches what is in memory, though the disk fails meanwhile',
  async (t) => {
    const { store, clock, asked, say, nextAsked } = await openOnPlayedThread(t)
    let told = 0
    store.onForgotten(() => (told += 1))
    const forgetting = store.forget({ psid: 'psid-1' })
    await nextAsked()
    const lookedUp = nextAsked()
    say({ results: [{ conversations: 1, erased: true, late: false }] })
    await lookedUp
    say({ error: { message: 'database or disk is full', code: 13 } })
    const again = nextAsked()
    await clock.advance(1000)
    await again
    t.match(asked.slice(1), [{ operations: [{ op: 'gone' }] }, { operations: [{ op: 'gone' }] }])
    say({ results: [[]] })
    t.match(await forgetting, { conversations: 1 })
    t.equal(told, 1)
  },
)
