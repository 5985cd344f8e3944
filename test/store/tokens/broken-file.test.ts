import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { createTokenStore } from '../../../src/store/tokens/token-store.ts'
import { pageToken } from './sample.ts'
import { open } from './open-store.ts'

const KEY = randomBytes(32)

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
