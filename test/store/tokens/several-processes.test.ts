import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { READ_AGAIN_EVERY_MS, type TokenStore } from '../../../src/store/tokens/token-store.ts'
import { pageToken } from './sample.ts'
import { open } from './open-store.ts'

/** Resolves on the next change. The store keeps no process alive, so the wait has to. */
const changeOf = (store: TokenStore): Promise<void> =>
  new Promise((resolve) => {
    const alive = setInterval(() => undefined, 1000)
    const stop = store.onChange(() => {
      stop()
      clearInterval(alive)
      resolve()
    })
  })

t.test('another process’s change is noticed within a second', async (t) => {
  const dir = t.testdir()
  const store = await open(t, dir)
  const change = changeOf(store)
  const other = await open(t, dir)
  await other.save({ pages: [pageToken()] })
  await change
  t.equal(store.page('100')?.token, 'page-token-1')
  t.ok(READ_AGAIN_EVERY_MS < 1000)

  const again = changeOf(store)
  await rm(join(dir, 'tokens.json'))
  await again
  t.strictSame(store.pages(), [], 'a file that was taken away holds no tokens')
})

t.test('a change made between opening and listening is noticed, too', async (t) => {
  const dir = t.testdir()
  const store = await open(t, dir)
  await (await open(t, dir)).save({ pages: [pageToken()] })
  await changeOf(store)
  t.equal(store.page('100')?.token, 'page-token-1')
})

t.test('a change in another folder of the same name is noticed', async (t) => {
  const dir = t.testdir({ data: {} })
  let look = (): void => {}
  const clock = { after: (_ms: number, task: () => void) => ((look = task), () => {}) }
  const store = await open(t, join(dir, 'data'), { clock })
  const change = changeOf(store)
  await rm(join(dir, 'data'), { recursive: true })
  await mkdir(join(dir, 'data'))
  await (await open(t, join(dir, 'data'))).save({ pages: [pageToken()] })
  look()
  await change
  t.equal(store.page('100')?.token, 'page-token-1')
})

t.test('an own change is told to listeners once, and a save that changes nothing is not', async (t) => {
  const store = await open(t, t.testdir())
  let told = 0
  store.onChange(() => told++)
  await store.save({ pages: [pageToken()] })
  await store.save({ pages: [pageToken()] })
  t.equal(told, 1)
})

t.test('changes at the same moment all survive', async (t) => {
  const dir = t.testdir()
  const [one, two] = await Promise.all([open(t, dir), open(t, dir)])
  await Promise.all(
    Array.from({ length: 30 }, (_, index) =>
      (index % 2 ? one : two).save({ pages: [pageToken({ pageId: `p${index}` })] }),
    ),
  )
  t.equal((await open(t, dir)).pages().length, 30)
})

t.test('a write that cannot be made is an error that says where', async (t) => {
  const dir = t.testdir()
  const store = await open(t, dir)
  await store.save({ pages: [pageToken()] })
  // A folder cannot be renamed over by a file, not even by root.
  await mkdir(join(dir, 'tokens.json.previous', 'x'), { recursive: true })
  await t.rejects(store.save({ pages: [pageToken({ token: 'page-token-2' })] }), {
    code: 'BOT_STORE_UNAVAILABLE',
    message: /tokens\.json/,
    retryable: true,
  })
  t.equal(store.page('100')?.token, 'page-token-1')
  await rm(join(dir, 'tokens.json.previous'), { recursive: true })
  await store.save({ pages: [pageToken({ token: 'page-token-2' })] })
  t.equal(store.page('100')?.token, 'page-token-2')
})

t.test('a lock that cannot be one is an error that says so', async (t) => {
  const dir = t.testdir({
    'tokens.lock': 'not a database, and long enough to be looked at as one'.repeat(100),
  })
  const store = await open(t, dir)
  await t.rejects(store.save({ pages: [pageToken()] }), {
    code: 'BOT_STORE_UNAVAILABLE',
    message: /tokens\.lock/,
  })
})

t.test('while another process holds the lock, a change waits without stopping the event loop', async (t) => {
  const dir = t.testdir()
  const store = await open(t, dir)
  const other = new DatabaseSync(join(dir, 'tokens.lock'))
  other.exec('BEGIN IMMEDIATE')
  let saved = false
  const saving = store.save({ pages: [pageToken()] }).then(() => (saved = true))
  await delay(50)
  t.equal(saved, false)
  other.close()
  await saving
  t.equal(store.page('100')?.token, 'page-token-1')
})

t.test('two processes write two hundred Pages and lose none', async (t) => {
  const dir = t.testdir()
  const writers = ['a', 'b'].map((name) => startWriter(t, dir, name, 100))
  const exits = await Promise.all(writers.map((writer) => once(writer, 'exit')))
  t.strictSame(exits, [
    [0, null],
    [0, null],
  ])
  t.equal((await open(t, dir)).pages().length, 200)
})

t.test('kill -9 in the middle of writing leaves a readable file with everything acknowledged', async (t) => {
  const dir = t.testdir()
  for (let round = 0; round < 8; round++) {
    const writer = startWriter(t, dir, `r${round}`, 10_000)
    let printed = ''
    writer.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
    await once(writer.stdout, 'data')
    await delay(round * 7)
    writer.kill('SIGKILL')
    await once(writer, 'close')

    const store = await open(t, dir)
    const acknowledged = printed.split('\n').slice(0, -1)
    t.strictSame(
      acknowledged.filter((pageId) => store.page(pageId) === undefined),
      [],
    )
    t.ok(store.page(`r${round}-0`), `round ${round} left something behind`)
  }
  const store = await open(t, dir)
  await store.save({ pages: [pageToken({ pageId: 'after' })] })
  t.notMatch(await readdir(dir), [/tmp$/], 'leftovers are cleared away')
})

const startWriter = (t: Test, dir: string, name: string, count: number) => {
  const writer = spawn(process.execPath, [join(import.meta.dirname, 'writer.ts'), dir, name, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => writer.kill('SIGKILL'))
  return writer
}
