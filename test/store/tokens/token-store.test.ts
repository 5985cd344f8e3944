import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdir, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { toTokenKey } from '../../../src/store/tokens/cipher.ts'
import { createTokenFile } from '../../../src/store/tokens/file.ts'
import { placeInFolder } from '../../../src/store/tokens/place.ts'
import {
  createTokenStore,
  READ_AGAIN_EVERY_MS,
  type TokenStore,
  type TokenStoreOptions,
} from '../../../src/store/tokens/token-store.ts'
import { noTokens } from '../../../src/store/tokens/records.ts'
import { pageToken, userToken } from './sample.ts'

const KEY = randomBytes(32)

const open = async (t: Test, dir: string, over: Partial<TokenStoreOptions> = {}): Promise<TokenStore> => {
  const store = await createTokenStore({ dir, key: null, ...over })
  t.teardown(() => store.close())
  return store
}

const mode = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8)

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

t.test('what is saved is there for the next process, in a file for the owner only', async (t) => {
  const dir = join(t.testdir(), 'data', 'deep')
  const store = await open(t, dir)
  t.strictSame(store.pages(), [])
  await store.save({ pages: [pageToken()], users: [userToken()] })

  const next = await open(t, dir)
  t.strictSame(next.page('100'), pageToken())
  t.strictSame(next.pages(), [pageToken()])
  t.strictSame(next.users(), [userToken()])
  t.equal(next.page('101'), undefined)
  t.equal(await mode(dir), '700')
  t.equal(await mode(join(dir, 'tokens.json')), '600')
})

t.test('a file that others could read becomes private with the next write', async (t) => {
  const dir = t.testdir()
  const store = await open(t, dir)
  await store.save({ pages: [pageToken()] })
  await chmod(join(dir, 'tokens.json'), 0o644)
  await store.save({ pages: [pageToken({ token: 'page-token-2' })] })
  t.equal(await mode(join(dir, 'tokens.json')), '600')
})

t.test('two data folders whose token files are links to one file share its lock', async (t) => {
  const dir = t.testdir({
    one: { 'tokens.json': t.fixture('symlink', '../secrets/messenger.json') },
    two: { 'tokens.json': t.fixture('symlink', '../secrets/messenger.json') },
    secrets: {},
  })
  const lock = new DatabaseSync(join(dir, 'secrets/tokens.lock'), { timeout: 0 })
  t.teardown(() => lock.close())
  for (const folder of ['one', 'two'])
    await placeInFolder(join(dir, folder), null).alone(async () =>
      t.throws(() => lock.exec('begin immediate'), { message: /locked/ }, folder),
    )
  lock.exec('begin immediate')
})

t.test('a token file that is a symbolic link stays one, and its target is replaced', async (t) => {
  const dir = t.testdir({ data: {}, secrets: {} })
  const [link, target] = [join(dir, 'data', 'tokens.json'), join(dir, 'secrets', 'messenger.json')]
  await symlink('../secrets/messenger.json', link)
  const store = await open(t, join(dir, 'data'))
  for (const token of ['page-token-1', 'page-token-2']) await store.save({ pages: [pageToken({ token })] })

  t.equal(await readlink(link), '../secrets/messenger.json')
  t.match(await readFile(target, 'utf8'), /page-token-2/)
  t.equal(await mode(target), '600')
  t.match(await readFile(`${target}.previous`, 'utf8'), /page-token-1/)
  t.strictSame((await readdir(join(dir, 'data'))).toSorted(), ['tokens.json'])

  await rm(link)
  await symlink('../gone/messenger.json', link)
  await t.rejects(store.save({ pages: [pageToken()] }), {
    message: /gone\/tokens\.lock cannot be locked/,
  })
  await rm(link)
  await symlink('../secrets/messenger.json', link)

  await writeFile(target, '{')
  const error = await createTokenStore({ dir: join(dir, 'data'), key: null }).catch((e: Error) => e)
  t.match(error, {
    remedy: new RegExp(`^Put ${target}\\.previous in its place`),
  })

  await writeFile(target, await readFile(`${target}.previous`))
  await writeFile(`${link}.previous`, 'from before the link was made')
  await open(t, join(dir, 'data'), { key: KEY })
  for (const path of [link, target]) await t.rejects(readFile(`${path}.previous`), { code: 'ENOENT' })
})

t.test('a file whose mode was changed is looked at again, and one just written is not', async (t) => {
  const path = join(t.testdir(), 'tokens.json')
  const file = createTokenFile(path, null)
  for (const pages of [[], [pageToken()]]) {
    await file.write({ ...noTokens(), pages })
    t.equal(await file.changed(), false)
  }
  await chmod(path, 0o000)
  t.equal(await file.changed(), true)
})

t.test('the previous version is kept beside, as private as the file', async (t) => {
  const dir = t.testdir()
  const store = await open(t, dir)
  for (const token of ['page-token-1', 'page-token-2', 'page-token-3'])
    await store.save({ pages: [pageToken({ token })] })

  t.match(await readFile(join(dir, 'tokens.json.previous'), 'utf8'), /page-token-2/)
  t.equal(await mode(join(dir, 'tokens.json.previous')), '600')
  t.strictSame((await readdir(dir)).toSorted(), ['tokens.json', 'tokens.json.previous', 'tokens.lock'])
})

t.test('a token replaces that of its Page or person only', async (t) => {
  const store = await open(t, t.testdir())
  await store.save({ pages: [pageToken(), pageToken({ pageId: '200' })], users: [userToken()] })
  await store.save({ pages: [pageToken({ token: 'page-token-2' })], users: [userToken({ token: 'long-2' })] })

  t.equal(store.page('100')?.token, 'page-token-2')
  t.equal(store.page('200')?.token, 'page-token-1')
  t.strictSame(store.users(), [userToken({ token: 'long-2' })])
})

t.test('a token that was proved later stays', async (t) => {
  const dir = t.testdir()
  const store = await open(t, dir)
  await store.save({ pages: [pageToken({ token: 'newer', provedAtMs: 60_000 })] })
  await store.save({
    pages: [pageToken({ token: 'older', provedAtMs: 50_000 }), pageToken({ pageId: '200' })],
  })

  t.equal(store.page('100')?.token, 'newer')
  t.equal(store.page('200')?.token, 'page-token-1')
})

t.test('a proof dated far ahead by a wrong clock does not lock out the next one', async (t) => {
  const store = await open(t, t.testdir())
  await store.save({ pages: [pageToken({ token: 'from the future', provedAtMs: 4_000_000_000_000 })] })
  await store.save({ pages: [pageToken({ token: 'now' })] })
  t.equal(store.page('100')?.token, 'now')
})

t.test('a subscription is noted for the token it was made with', async (t) => {
  const dir = t.testdir()
  const store = await open(t, dir)
  await store.save({ pages: [pageToken()] })
  await store.noteSubscription('100', 'another-token', ['messages'])
  t.equal(store.page('100')?.subscribedFields, null)
  await store.noteSubscription('100', 'page-token-1', ['messages'])
  await store.noteSubscription('999', 'page-token-1', ['messages'])
  t.strictSame((await open(t, dir)).page('100')?.subscribedFields, ['messages'])
})

t.test('fields of a newer release survive a change', async (t) => {
  const dir = t.testdir({
    'tokens.json': JSON.stringify({
      version: 1,
      extra: 1,
      pages: [{ ...pageToken(), colour: 'green' }],
      users: [],
    }),
  })
  const store = await open(t, dir)
  await store.save({ users: [userToken()] })
  t.match(JSON.parse(await readFile(join(dir, 'tokens.json'), 'utf8')), {
    extra: 1,
    pages: [{ colour: 'green' }],
  })
})

const BROKEN: [what: string, content: string][] = [
  ['an empty file', ''],
  ['half a file', '{"version":1,"pages":[{"token":"page-token-1"'],
  ['a list', '[]'],
  ['no version', '{"pages":[],"users":[]}'],
  ['no Pages', '{"version":1,"users":[]}'],
  ['Pages that are none', '{"version":1,"pages":[7],"users":[]}'],
  ['a Page without a token', '{"version":1,"pages":[{"pageId":"1","appId":"1"}],"users":[]}'],
  ['an unknown cipher', '{"version":1,"cipher":"rot13","data":""}'],
]

for (const [what, content] of BROKEN) {
  t.test(`a store over ${what} does not start, says how to recover, and touches nothing`, async (t) => {
    const dir = t.testdir({ 'tokens.json': content })
    const key = what === 'an unknown cipher' ? KEY : null
    const error = await createTokenStore({ dir, key }).catch((e: Error) => e)
    t.match(error, { code: 'BOT_TOKEN_STORE_UNREADABLE', remedy: /tokens\.json\.previous.*bootstrap-token/ })
    t.notMatch(`${(error as Error).stack}`, /page-token-1/)
    t.equal(await readFile(join(dir, 'tokens.json'), 'utf8'), content)
  })
}

t.test(
  'a store over the file of a newer release says that, and not that the file is to be corrected',
  async (t) => {
    const dir = t.testdir({ 'tokens.json': '{"version":2,"tokens":{}}', 'tokens.json.previous': '{}' })
    await t.rejects(createTokenStore({ dir, key: null }), {
      code: 'BOT_TOKEN_STORE_UNREADABLE',
      message: /a newer Evergreen wrote it/,
      remedy: /^Start the release that wrote it/,
    })
  },
)

t.test('the version before the last change is named as a cure only where it is there', async (t) => {
  for (const files of [{}, { 'tokens.json.previous': '' }]) {
    const dir = t.testdir({ 'tokens.json': '{', ...files })
    const isThere = 'tokens.json.previous' in files
    const error = await createTokenStore({ dir, key: null }).catch((e: Error) => e)
    t.match(error, { remedy: isThere ? /^Put / : /^There is no / })
  }
})

t.test(
  'a file that an editor saved with a byte order mark, or that names a Page twice, is read',
  async (t) => {
    const file = { version: 1, pages: [pageToken(), pageToken({ token: 'page-token-2' })], users: [] }
    const store = await open(t, t.testdir({ 'tokens.json': `\uFEFF${JSON.stringify(file)}` }))
    t.equal(store.pages().length, 2)
    await store.save({ pages: [pageToken({ token: 'page-token-3' })] })
    t.match(store.pages(), [{ token: 'page-token-3' }])
    t.equal(store.pages().length, 1)
  },
)

t.test('something that is not a file is refused', async (t) => {
  const dir = t.testdir({ 'tokens.json': {} })
  await t.rejects(createTokenStore({ dir, key: null }), {
    code: 'BOT_TOKEN_STORE_UNREADABLE',
    message: /EISDIR/,
  })
  await t.rejects(createTokenStore({ dir: join(t.testdir({ file: '' }), 'file'), key: null }), {
    code: 'BOT_STORE_UNAVAILABLE',
    message: /EEXIST|ENOTDIR/,
  })
})

t.test(
  'a file that broke while the process runs is not overwritten, and the tokens known stay in use',
  async (t) => {
    const dir = t.testdir()
    const warnings: string[] = []
    let warned = (): void => {}
    const warning = new Promise<void>((resolve) => (warned = resolve))
    const alive = setInterval(() => {}, 1000)
    t.teardown(() => clearInterval(alive))
    const log = {
      warn: (_facts: object, message: string): void => {
        warnings.push(message)
        warned()
      },
    }
    const store = await open(t, dir, { log })
    await store.save({ pages: [pageToken()] })
    let changes = 0
    const stop = store.onChange(() => changes++)
    await writeFile(join(dir, 'tokens.json'), '{"half')

    await warning
    t.match(warnings, [/those known before stay in use/])
    await t.rejects(store.save({ pages: [pageToken({ token: 'page-token-2' })] }), {
      code: 'BOT_TOKEN_STORE_UNREADABLE',
    })
    t.equal(store.page('100')?.token, 'page-token-1')
    t.equal(changes, 0)
    stop()
    t.equal(await readFile(join(dir, 'tokens.json'), 'utf8'), '{"half')
  },
)

t.test('with a key nothing readable is on disk', async (t) => {
  const dir = t.testdir()
  const store = await open(t, dir, { key: KEY })
  await store.save({ pages: [pageToken()] })
  await store.save({ pages: [pageToken({ token: 'page-token-2' })] })
  for (const name of await readdir(dir)) {
    t.notMatch(await readFile(join(dir, name), 'latin1'), /page-token|Example Page/, name)
  }
  t.equal((await open(t, dir, { key: KEY })).page('100')?.token, 'page-token-2')
})

t.test('another key, or none, is refused by name', async (t) => {
  const dir = t.testdir()
  await (await open(t, dir, { key: KEY })).save({ pages: [pageToken()] })
  for (const key of [randomBytes(32), null]) {
    await t.rejects(createTokenStore({ dir, key }), { code: 'BOT_TOKEN_KEY_WRONG', message: /TOKEN_KEY/ })
  }
})

t.test('a ciphertext that was tampered with is refused as unreadable', async (t) => {
  const dir = t.testdir()
  await (await open(t, dir, { key: KEY })).save({ pages: [pageToken()] })
  const path = join(dir, 'tokens.json')
  const file = JSON.parse(await readFile(path, 'utf8'))
  for (const name of ['data', 'iv', 'tag']) {
    const bytes = Buffer.from(file[name], 'base64')
    bytes[0] = (bytes[0] ?? 0) ^ 1
    await writeFile(path, JSON.stringify({ ...file, [name]: bytes.toString('base64') }))
    await t.rejects(createTokenStore({ dir, key: KEY }), { code: 'BOT_TOKEN_STORE_UNREADABLE' }, name)
  }
})

t.test('clear tokens are encrypted as soon as there is a key, and no clear copy stays', async (t) => {
  const dir = t.testdir()
  const clear = await open(t, dir)
  await clear.save({ pages: [pageToken()] })
  await clear.save({ pages: [pageToken({ token: 'page-token-2' })] })

  const stores = await Promise.all([open(t, dir, { key: KEY }), open(t, dir, { key: KEY })])
  for (const store of stores) t.equal(store.page('100')?.token, 'page-token-2')
  for (const name of await readdir(dir))
    t.notMatch(await readFile(join(dir, name), 'latin1'), /page-token/, name)
})

t.test('TOKEN_KEY is 32 bytes in base64 or base64url, or not set', async (t) => {
  t.same(toTokenKey(KEY.toString('base64')), KEY)
  t.same(toTokenKey(KEY.toString('base64url')), KEY)
  t.equal(toTokenKey(undefined), null)
  for (const bad of ['', 'short', randomBytes(33).toString('base64')]) {
    t.throws(() => toTokenKey(bad), { code: 'BOT_CONFIG_INVALID' })
  }
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
