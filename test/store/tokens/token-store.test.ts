import { randomBytes } from 'node:crypto'
import { chmod, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { toTokenKey } from '../../../src/store/tokens/cipher.ts'
import { createTokenFile } from '../../../src/store/tokens/file.ts'
import { placeInFolder } from '../../../src/store/tokens/place.ts'
import { createTokenStore } from '../../../src/store/tokens/token-store.ts'
import { noTokens } from '../../../src/store/tokens/records.ts'
import { pageToken, userToken } from './sample.ts'
import { open } from './open-store.ts'

const KEY = randomBytes(32)

const mode = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8)

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
